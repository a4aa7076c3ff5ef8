from __future__ import annotations

import pytest

from portal.conftest import OF_PARTY


@pytest.mark.parametrize("seat", OF_PARTY)
def test_a_supplier_in_any_seat_has_a_first_page(signed_in, seat):
    answer = signed_in(seat).get("/supplier")
    assert answer.status_code == 200
    assert "晨露鲜果" in answer.text


def test_nobody_is_sent_to_the_sign_in_page_and_then_back(client):
    answer = client.get("/supplier?state=final")
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/sign-in?next=/supplier%3Fstate%3Dfinal",
    )


def test_htmx_is_told_to_go_to_the_sign_in_page(client):
    page = {"HX-Request": "true", "HX-Current-URL": "http://testserver/supplier/lots"}
    answer = client.get("/supplier", headers=page)
    assert answer.status_code == 401
    assert answer.headers["hx-redirect"] == "/sign-in?next=/supplier/lots"
