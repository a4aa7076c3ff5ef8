"""What a sender is shown before he signs an offer: names that he knows, and amounts that are not recorded."""

from __future__ import annotations

import re

import pytest

from portal.handed import handed
from portal.told import told


@pytest.fixture
def offering(signed_in, gateway, parties):
    """offering(receiver, quantity): the answer to an offer of the lot H1 as it is handed in."""
    told(gateway, parties)
    handed(gateway, parties)
    browser = signed_in("signer")
    page = browser.get("/supplier/handovers/new").text
    number, lot = next(
        (n, uri) for n, uri in re.findall(r'name="lot(\d+)" value="([^"]+)"', page) if uri.endswith("/10/H1")
    )

    def offer(receiver, quantity):
        body = {"csrf": browser.headers["X-CSRF-Token"], "receiver": str(receiver), f"lot{number}": lot}
        line = {f"take{number}": "1", f"q{number}": quantity, f"u{number}": "KGM"}
        return browser.post("/supplier/handovers/new", data=body | line)

    return offer


def test_the_receiver_is_signed_for_by_name_not_by_number(offering, parties):
    shown = offering(parties[1], "1").text
    what = re.search(r'<section class="box" aria-labelledby="what">(.*?)</section>', shown, re.DOTALL)[1]
    assert f"<strong>{parties[1]}</strong>" not in what
    assert "H1</code>" in what
    assert "只记录了" not in what


def test_an_unknown_receiver_is_said_beside_his_field(offering):
    answer = offering("999999", "1")
    assert answer.status_code == 422
    assert 'href="#receiver"' in answer.text
    assert 'value="999999"' in answer.text


def test_more_than_is_recorded_is_pointed_out_and_may_stand(offering, parties):
    answer = offering(parties[1], "999999")
    assert answer.status_code == 200
    assert "只记录了" in answer.text
    assert 'name="act" value="offer"' in answer.text
