from __future__ import annotations


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
