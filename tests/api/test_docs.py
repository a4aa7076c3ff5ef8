from __future__ import annotations

import pytest


def test_the_interface_is_shown_without_anything_from_elsewhere(client):
    page = client.get("/docs")
    assert page.status_code == 200
    assert "/api/v1/parties" in page.text
    assert "<script" not in page.text
    assert "http" not in page.text.replace("http-equiv", "").partition("<body>")[0]


def test_problems_are_documented_for_every_route(client):
    paths = client.get("/openapi.json").json()["paths"]
    for item in paths.values():
        for operation in item.values():
            assert {"400", "413", "422", "503"} <= operation["responses"].keys()


@pytest.mark.parametrize(
    ("path", "other"),
    [
        ("/api/v1/submissions", "200"),
        ("/api/v1/inspections", "200"),
        ("/api/v1/test-reports", "200"),
        ("/api/v1/uploads", "200"),
        ("/api/v1/handovers", "200"),
        ("/api/v1/handovers/{identifier}/accept", "202"),
        ("/api/v1/handovers/{identifier}/refuse", "202"),
    ],
)
def test_a_second_sort_of_good_answer_is_documented(client, path, other):
    """Prepared, tried, told before, or waiting."""
    responses = client.get("/openapi.json").json()["paths"][path]["post"]["responses"]
    assert other in responses
    assert len([each for each in responses if each.startswith("2")]) == 2
