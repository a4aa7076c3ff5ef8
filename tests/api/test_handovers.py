"""Handovers over HTTP: the way of a system with a token, and what others do not learn."""

from __future__ import annotations

import pytest

from suyuan.access import tokens
from suyuan.access.model import Scope

LOT = "https://id.gs1.org/01/06901234567892/10/HAND-1"
PHOTO = "0x" + "ab" * 32
PEOPLE = {"farm": "producer", "carrier": "carrier", "store": "retailer"}


@pytest.fixture
def sides(gateway, registrar):
    """A header for each company; the farm has made a lot."""
    for number, (name, role) in enumerate(PEOPLE.items(), 1):
        party = {"names": {"zh": name}, "identifiers": [f"urn:party:{name}"], "roles": [role]}
        answer = registrar.post("/api/v1/parties", json=party)
        assert (answer.status_code, answer.json()["number"]) == (201, number)
    with gateway.database.transaction() as conn:
        secrets = {
            name: tokens.issue(conn, gateway.clock, name, number, (Scope.HANDOVER, Scope.READ, Scope.SUBMIT))
            for number, name in enumerate(PEOPLE, 1)
        }
    del registrar.headers["Authorization"]
    headers = {name: {"Authorization": f"Bearer {secret}"} for name, secret in secrets.items()}
    event = {
        "type": "ObjectEvent",
        "action": "ADD",
        "bizStep": "commissioning",
        "eventTime": "2026-11-01T08:00:00Z",
        "eventTimeZoneOffset": "+08:00",
        "quantityList": [{"epcClass": LOT, "quantity": 100, "uom": "KGM"}],
    }
    document = {
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-11-01T08:00:00Z",
        "epcisBody": {"eventList": [event]},
    }
    told = registrar.post("/api/v1/submissions", json=document, headers=headers["farm"])
    assert told.status_code == 202, told.text
    return headers


@pytest.fixture
def ask(client, sides):
    def asked(who, path, **body):
        headers = dict(sides[who])
        if "key" in body:
            headers["Idempotency-Key"] = body.pop("key")
        if path.startswith("GET "):
            return client.get(f"/api/v1{path[4:]}", headers=headers)
        return client.post(f"/api/v1{path}", json=body, headers=headers)

    return asked


@pytest.fixture
def offered(ask):
    line = {"lot": LOT, "quantity": "１００", "uom": "KGM", "profile": "FZ-QF"}
    answer = ask("farm", "/handovers", receiver="2", lines=[line], seal="A 1")
    assert answer.status_code == 201, answer.text
    return answer.json()


def measurement(*celsius, **members):
    places = ("door", "middle", "front")
    return {
        "line": 1,
        "surface": [{"place": p, "celsius": c} for p, c in zip(places, celsius, strict=True)],
        "instrument": {"id": "T-1", "calibratedUntil": "2099-01-01", "uncertainty": "0.3"},
        **members,
    }


def test_offer_measure_accept(ask, offered):
    named = offered["id"]
    told = ask(
        "carrier", f"/handovers/{named}/measurements", measurements=[measurement("−18.5", "-18.2", "−19")]
    )
    assert told.status_code == 200, told.text
    rules = {each["rule"]: each["verdict"] for each in told.json()["checks"]}
    assert (rules["HA5"], rules["HA6"], rules["HA3"]) == ("pass", "pass", "not_measured")
    done = ask("carrier", f"/handovers/{named}/accept")
    assert (done.status_code, done.json()["state"]) == (200, "accepted")
    line = ask("farm", f"GET /lots/{LOT.replace('/', '%2F')}/custody").json()["custody"]
    assert [each["party"]["number"] for each in line] == [1, 2]
    assert line[0]["until"] == line[1]["since"]
    assert line[1]["until"] is None


def test_goods_that_are_too_warm_do_not_come_in_and_the_answer_says_why(ask, offered):
    warm = measurement("-10", "-11", "-12", core=[{"place": "door", "celsius": "-15.1"}])
    answer = ask("carrier", f"/handovers/{offered['id']}/accept", measurements=[warm])
    assert answer.status_code == 422
    body = answer.json()
    assert body["code"] == "handover.rules_block"
    [fault] = body["errors"]
    assert fault["code"] == "HA6.core_out"
    assert "-15.1 ℃" in fault["message"]
    assert "≤ -18 ℃" in fault["message"]
    assert fault["fix"]


def test_goods_with_limits_that_nobody_measured_come_in_only_with_a_reason(ask, offered):
    path = f"/handovers/{offered['id']}/accept"
    assert ask("carrier", path).json()["code"] == "handover.choice_needed"
    done = ask("carrier", path, choice={"how": "hold", "reason": "温度计坏了，入库后复测"})
    assert done.json()["outcome"]["choice"] == "hold"


def test_the_same_call_again_gets_the_same_answer(ask, offered):
    path = f"/handovers/{offered['id']}/refuse"
    body = {"reason": "seal_broken", "evidence": [PHOTO], "key": "call-1"}
    first, again = ask("carrier", path, **body), ask("carrier", path, **body)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    other = ask("carrier", path, **(body | {"reason": "wet"}))
    assert (other.status_code, other.json()["code"]) == (409, "idempotency.key_reused")


def test_for_a_third_party_it_does_not_exist(ask, offered):
    named = offered["id"]
    assert ask("store", f"GET /handovers/{named}").status_code == 404
    for act, body in (
        ("accept", {}),
        ("refuse", {"reason": "wet", "evidence": [PHOTO]}),
        ("withdraw", {}),
        ("depart", {}),
        ("answer", {"agrees": True}),
        ("measurements", {"measurements": [{"line": 1}]}),
    ):
        assert ask("store", f"/handovers/{named}/{act}", **body).status_code == 404, act
    assert ask("store", "GET /handovers").json()["items"] == []
    assert [
        each["id"] for each in ask("carrier", "GET /handovers?direction=in&open=true").json()["items"]
    ] == [named]
    assert ask("carrier", "GET /handovers?direction=out").json()["items"] == []


def test_an_offline_answer_to_what_is_unknown_and_to_what_is_anothers_is_the_same(ask, offered):
    foreign = ask("store", f"/handovers/{offered['id']}/accept", offline=True, actId="x-1")
    unknown = ask(
        "store", "/handovers/0196a0b4-6f1e-4c52-9a40-3f6b5d5f1a01/accept", offline=True, actId="x-2"
    )
    assert (foreign.status_code, unknown.status_code) == (202, 202)
    assert foreign.json().keys() == unknown.json().keys()
    assert ask("carrier", f"GET /handovers/{offered['id']}").json()["state"] == "offered"


def test_the_platform_sees_and_does_not_act(client, gateway, offered):
    with gateway.database.transaction() as conn:
        secret = tokens.issue(conn, gateway.clock, "op", None, tuple(Scope))
    header = {"Authorization": f"Bearer {secret}"}
    assert client.get(f"/api/v1/handovers/{offered['id']}", headers=header).status_code == 200
    answer = client.post(f"/api/v1/handovers/{offered['id']}/accept", json={}, headers=header)
    assert (answer.status_code, answer.json()["code"]) == (403, "handover.no_party")


@pytest.mark.parametrize("celsius", ["", "cold", "1e3", "NaN", "-18.555", "999", "0x10"])
def test_what_is_no_temperature_is_refused_by_its_place(ask, offered, celsius):
    given = measurement("1", "2", celsius)
    answer = ask("carrier", f"/handovers/{offered['id']}/measurements", measurements=[given])
    assert answer.status_code == 422
    assert "/measurements/0/surface/2/celsius" in answer.text


PICTURE = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\xdac\xfc\xcf\xc0P\x0f\x00\x04\x85\x01\x80\x84\xa9\x8c!\x00\x00\x00\x00IEND\xaeB`\x82"
)


@pytest.fixture
def keep(client, sides):
    def kept(who):
        upload = {"file": ("seal.png", PICTURE, "image/png")}
        answer = client.post("/api/v1/files", files=upload, headers=sides[who])
        assert answer.status_code == 201, answer.text
        return answer.json()["hash"]

    return kept


@pytest.mark.parametrize(("holder", "seen_by"), [("carrier", {"farm", "carrier"}), ("store", {"store"})])
def test_a_photo_is_seen_by_the_other_side_and_a_strangers_by_nobody_else(
    client, ask, sides, offered, *, keep, holder, seen_by
):
    named = keep(holder)
    answer = ask("carrier", f"/handovers/{offered['id']}/refuse", reason="wet", evidence=[named])
    assert answer.status_code == 200
    seen = {who for who in sides if client.get(f"/api/v1/files/{named}", headers=sides[who]).is_success}
    assert seen == seen_by
