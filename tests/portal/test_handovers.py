"""The pages of handovers as both sides use them, without scripts."""

from __future__ import annotations

import base64
import json
import re

import pytest

from portal.handed import handed
from portal.told import told
from suyuan.handovers import queries
from suyuan.handovers.model import State
from suyuan.portal import handover_acts
from suyuan.portal.handover_forms import offer_json

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
def made(gateway, parties):
    told(gateway, parties)
    return handed(gateway, parties)


def hidden(text):
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', text)
    return dict(found)


def measured(**members):
    plain = {
        "t1_door": "−18.5",
        "t1_middle": "－19",
        "t1_front": "-18.2",
        "p1": "10",
        "s1": "a-1",
        "scan1": "yes",
        "instrument": "T-1",
        "calibrated": "2027-01-01",
        "uncertainty": "0.3",
        "exposure": "10",
        "packaging": "good",
        "vehicle": "good",
        "a1": "100",
        "act": "accept",
    }
    return {name: value for name, value in (plain | members).items() if value is not None}


@pytest.fixture
def steps(signed_in, made, gateway):
    browser = signed_in("signer")
    where = f"/supplier/handovers/{made['incoming']}"

    class Steps:
        page = where

        def token(self):
            return hidden(browser.get(where).text)["csrf"]

        def post(self, path, files=None, **values):
            return browser.post(f"{where}/{path}", data={"csrf": self.token(), **values}, files=files)

        def stored(self):
            with gateway.database.reading() as conn:
                return queries.repository.handovers_where(conn, queries.t.handovers.c.id == made["incoming"])[
                    0
                ]

    return Steps()


def test_measured_accepted_and_signed(steps):
    shown = steps.post("answer", **measured())
    assert shown.status_code == 200, shown.text
    assert "接收货物，请签名" in shown.text
    fields = hidden(shown.text)
    done = steps.post("do", act=fields["act"], body=fields["body"], once=fields["once"])
    assert done.status_code == 303, done.text
    found = steps.stored()
    assert found.state is State.ACCEPTED
    again = steps.post("do", act=fields["act"], body=fields["body"], once=fields["once"])
    assert again.status_code == 303
    assert steps.stored().outcome == found.outcome


def test_a_part_is_refused_with_a_photo_and_the_sums_are_shown(steps, gateway, parties):
    values = measured(a1="80", r1="15", m1="5", why1="thawed", packaging="thaw")
    told = steps.post("answer", files={"photos": ("a.png", PNG, "image/png")}, **values)
    assert told.status_code == 422  # packaging that thaws needs a choice
    assert "请选择处理方式" in told.text
    photos = re.findall(r'name="photo" value="(0x[0-9a-f]{64})"', told.text)
    assert len(photos) == 1
    values |= {"choice": "hold", "choice_reason": "留样复检", "photo": photos[0]}
    shown = steps.post("answer", **values)
    assert shown.status_code == 200, shown.text
    assert "<strong>80</strong>" in shown.text
    fields = hidden(shown.text)
    steps.post("do", act=fields["act"], body=fields["body"], once=fields["once"])
    found = steps.stored()
    assert found.state is State.IN_PART
    assert found.outcome.results[0].return_lot
    assert found.outcome.results[0].evidence == (photos[0],)


def test_what_is_typed_wrong_is_said_at_its_field_and_nothing_is_lost(steps):
    told = steps.post("answer", **measured(t1_door="warm", a1="99"))
    assert told.status_code == 422
    assert 'href="#t1_door"' in told.text
    assert 'value="warm"' in told.text
    told = steps.post("answer", **measured(a1="99"))
    assert told.status_code == 422
    assert 'href="#a1"' in told.text
    assert "接收、拒收、缺少之和不等于交出数量" in told.text
    assert steps.stored().state is State.OFFERED


def test_goods_that_are_too_warm_cannot_be_accepted_and_can_be_refused(steps):
    values = measured(t1_core="-15")
    told = steps.post("answer", **values)
    assert told.status_code == 422
    assert "中心温度超限，请拒收这些货物" in told.text
    assert "≤ -18 ℃" in told.text
    shown = steps.post("answer", **(values | {"act": "refuse", "reason": "too_warm"}))
    fields = hidden(shown.text)
    steps.post("do", act=fields["act"], body=fields["body"], once=fields["once"])
    assert steps.stored().state is State.REFUSED


def test_the_rules_answer_while_one_types(steps):
    told = steps.post("check", **measured(t1_core="-15"))
    assert told.status_code == 200
    assert "<html" not in told.text
    assert "不可接收" in told.text
    assert steps.stored().state is State.OFFERED


def test_a_stale_proof_needs_the_password(steps, clock, gateway):
    from datetime import timedelta

    fields = hidden(steps.post("answer", **measured()).text)
    clock.advance(timedelta(minutes=11))
    shown = steps.post("answer", **measured())
    assert 'type="password"' in shown.text
    refused = steps.post("do", act=fields["act"], body=fields["body"], once=fields["once"])
    assert refused.status_code == 403
    assert steps.stored().state is State.OFFERED


@pytest.mark.parametrize("seat", ["auditor", "entry", "admin"])
def test_only_a_signer_acts(signed_in, made, seat):
    browser = signed_in(seat)
    where = f"/supplier/handovers/{made['incoming']}"
    text = browser.get(where).text
    assert "/answer" not in text
    token = hidden(text).get("csrf", "")
    csrf = re.findall(r'name="csrf" value="([^"]+)"', text)[0]
    answer = browser.post(f"{where}/do", data={"csrf": token or csrf, "act": "accept", "body": "e30="})
    assert answer.status_code == 403


def test_a_new_offer_is_shown_then_signed(signed_in, made, gateway, parties):
    browser = signed_in("signer")
    page = browser.get("/supplier/handovers/new").text
    lots = re.findall(r'name="lot(\d+)" value="([^"]+)"', page)
    number, lot = next((n, uri) for n, uri in lots if uri == made["return_lot"] or "/10/H1" in uri)
    token = hidden(page)["csrf"]
    body = {"csrf": token, "receiver": str(parties[1]), f"lot{number}": lot, f"take{number}": "1"}
    empty = browser.post("/supplier/handovers/new", data=body | {f"q{number}": "many"})
    assert empty.status_code == 422
    assert f'href="#q{number}"' in empty.text
    shown = browser.post("/supplier/handovers/new", data=body | {f"q{number}": "80", f"u{number}": "KGM"})
    assert shown.status_code == 200, shown.text
    fields = hidden(shown.text)
    done = browser.post("/supplier/handovers/new/do", data=fields | {"csrf": token})
    assert done.status_code == 303, done.text
    assert done.headers["location"].endswith("said=handovers.offer")
    with gateway.database.reading() as conn:
        newest = queries.repository.handovers_where(conn)[0]
    assert (newest.sender, newest.receiver) == tuple(parties)


def test_the_sender_disputes_with_his_own_figures(signed_in, made, gateway):
    browser = signed_in("signer")
    where = f"/supplier/handovers/{made['answered']}"
    token = (
        hidden(browser.get(where).text).get("csrf")
        or re.findall(r'name="csrf" value="([^"]+)"', browser.get(where).text)[0]
    )
    shown = browser.post(f"{where}/dispute", data={"csrf": token, "a1": "95", "r1": "5", "note": "称重单"})
    fields = hidden(shown.text)
    browser.post(f"{where}/do", data=fields | {"csrf": token})
    text = browser.get(where).text
    assert "数量有争议" in text
    assert "双方的数字都保留" in text


def test_a_body_that_no_page_made_is_no_act(steps):
    for body in ("", "!!", base64.urlsafe_b64encode(json.dumps({"lines": 3}).encode()).decode()):
        assert steps.post("do", act="accept", body=body).status_code == 400


def test_a_lot_that_a_new_offer_does_not_list_is_found_by_its_code_or_from_its_own_page(
    signed_in, made, monkeypatch
):
    monkeypatch.setattr(handover_acts, "MOST_LOTS", 1)
    browser = signed_in("signer")
    page = browser.get("/supplier/handovers/new").text
    assert len(re.findall(r'name="lot\d+"', page)) == 1
    assert "只列出最近的 1 个批次" in page
    found = browser.get("/supplier/handovers/new", params={"q": "h1"}).text
    (uri,) = re.findall(r'name="lot1" value="([^"]+)"', found)
    assert uri.endswith("/10/H1")
    lot = re.search(r'href="(/supplier/lots/0x\w+)"', browser.get("/supplier/lots?q=h1").text)[1]
    (link,) = re.findall(r'href="(/supplier/handovers/new\?lot=[^"]+)"', browser.get(lot).text)
    page = browser.get(link).text
    assert re.findall(r'name="lot1" value="([^"]+)"', page) == [uri]
    assert re.search(r'name="take1"[^>]* checked', page)
    body = {"csrf": hidden(page)["csrf"], "receiver": "2", "lot1": uri, "take1": "1", "q1": "many"}
    again = browser.post("/supplier/handovers/new", data=body)
    assert again.status_code == 422
    assert re.findall(r'name="lot\d+" value="([^"]+)"', again.text) == [uri]
    for seat in ("auditor", "entry"):
        assert "/supplier/handovers/new" not in signed_in(seat).get(lot).text


def test_what_the_sender_measures_while_loading_is_his_reading_of_each_line():
    typed = {"lot1": "urn:a", "lot2": "urn:b", "take2": "1", "q2": "5", "t2_door": "-18.5", "t1_door": "9"}
    typed |= {"instrument": "T-1", "calibrated": "2027-01-01", "uncertainty": "0.3", "precool": "-20"}
    told = offer_json(typed | {"precool_minutes": "40", "lat": "31.2", "lon": "121.5", "note": "n"})
    (found,) = told["measurements"]
    assert (found["line"], found["surface"]) == (1, [{"place": "door", "celsius": "-18.5"}])
    assert (found["precool"], found["place"]) == ("-20", {"lat": "31.2", "lon": "121.5"})
    assert "note" not in found
    assert offer_json({"lot1": "urn:a", "take1": "1", "q1": "5", "instrument": "T-1"})["measurements"] == []
