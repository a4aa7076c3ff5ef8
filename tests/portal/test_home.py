"""The first page of the site, and the way from a typed code to its passport."""

from __future__ import annotations

import pytest

from portal.told import LOT, hex_of, told


@pytest.mark.parametrize(
    ("code", "page"),
    [
        ("06901234567892/M2611-07", "/01/06901234567892/10/M2611-07"),
        (" https://id.gs1.org/01/06901234567892/10/M2611-07 ", "/01/06901234567892/10/M2611-07"),
        ("https://other.example/01/06901234567892/10/M2611-07", "/01/06901234567892/10/M2611-07"),
        (hex_of(LOT), "/01/06901234567892/10/M2611-07"),
    ],
)
def test_a_code_leads_to_its_passport(client, gateway, parties, code, page):
    told(gateway, parties)
    answer = client.get("/find", params={"code": code})
    assert (answer.status_code, answer.headers["location"]) == (303, page)
    assert client.get(page).status_code == 200


@pytest.mark.parametrize(
    "code", ["hello", "0x12", "0x" + "0" * 64, "//evil.example", "javascript:", "1" * 3000]
)
def test_a_code_that_is_none_is_said_to_be_so_and_can_be_mended(client, parties, code):
    answer = client.get("/find", params={"code": code})
    assert answer.status_code == 422
    assert "看不懂这个码" in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_no_code_at_all_is_no_error(client):
    answer = client.get("/find")
    assert answer.status_code == 200
    assert "看不懂这个码" not in answer.text
