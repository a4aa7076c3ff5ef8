"""Parties, their keys, sites and standing over HTTP."""

from __future__ import annotations

import json

import pytest

from suyuan.access import tokens, trail
from suyuan.access.model import Scope

DEW = {
    "names": {"zh": "晨露鲜果", "en": "Morning Dew"},
    "identifiers": ["https://id.gs1.org/417/6901234000009"],
    "roles": ["producer", "processor"],
    "qualifiedUntil": "2036-01-01T08:00:00+08:00",
    "creditCode": "91310112087994932F",
    "licences": [{"number": "SC11464010500015", "validUntil": "2030-05-01"}],
    "sites": [
        {"uri": "https://id.gs1.org/414/6901234000016", "names": {"zh": "一号果园"}, "address": "无锡"}
    ],
}
MIST = {"names": {"en": "Mist"}, "identifiers": ["urn:gdst:example.org:party:mist.1"], "roles": ["carrier"]}


@pytest.fixture
def dew(registrar):
    return registrar.post("/api/v1/parties", json=DEW).json()


def bearer(gateway, party, *scopes):
    with gateway.database.transaction() as conn:
        secret = tokens.issue(conn, gateway.clock, "system", party, scopes)
    return {"Authorization": f"Bearer {secret}"}


def test_a_registered_party_is_answered_as_it_will_be_read(registrar):
    made = registrar.post("/api/v1/parties", json=DEW)
    assert made.status_code == 201
    assert made.headers["Location"] == "/api/v1/parties/1"
    body = made.json()
    assert registrar.get("/api/v1/parties/1").json() == body
    for changing in ("profileHash", "createdAt"):
        assert body.pop(changing)
    assert body == {
        "number": 1,
        "names": {"zh": "晨露鲜果", "en": "Morning Dew"},
        "identifiers": ["https://id.gs1.org/417/6901234000009"],
        "roles": ["producer", "processor"],
        "qualifiedUntil": "2036-01-01T00:00:00Z",
        "suspended": False,
        "creditCode": "91310112087994932F",
        "licences": [{"number": "SC11464010500015", "validUntil": "2030-05-01", "doubtful": False}],
        "profileVersion": 1,
        "state": "received",
    }


def test_the_same_identifier_again_is_a_conflict(registrar, dew):
    again = registrar.post("/api/v1/parties", json=DEW)
    assert again.status_code == 409
    assert again.json()["code"] == "party.identifier-taken"


def test_every_fault_of_a_party_is_answered_with_its_place(registrar):
    slip = "https://id.gs1.org/417/6901234000008"
    wrong = {**DEW, "names": {}, "identifiers": ["x", slip], "creditCode": "1", "roles": []}
    answer = registrar.post("/api/v1/parties", json=wrong)
    assert answer.status_code == 422
    assert answer.json()["code"] == "party.refused"
    pointers = [fault["pointer"] for fault in answer.json()["errors"]]
    assert pointers == ["/names", "/identifiers/0", "/identifiers/1", "/creditCode", "/roles"]


@pytest.mark.parametrize(
    "change",
    [
        {"number": 7},
        {"roles": ["king"]},
        {"roles": "producer"},
        {"qualifiedUntil": "2036-01-01T00:00:00"},
        {"qualifiedUntil": "9999-12-31T23:59:59-12:00"},
        {"qualifiedUntil": "0001-01-01T00:00:00+14:00"},
        {"qualifiedUntil": 1e300},
        {"identifiers": ["urn:x:1"] * 21},
        {"names": {"zh": "\ud800"}},
        {"names": {"zh": 7}},
        {"sites": {}},
        None,
    ],
)
def test_what_is_no_party_is_refused_and_nothing_is_stored(registrar, change):
    body = None if change is None else {**DEW, **change}
    answer = registrar.post("/api/v1/parties", content=json.dumps(body).encode())
    assert answer.status_code in (400, 422)
    assert registrar.get("/api/v1/parties").json() == {"parties": []}


def test_parties_are_listed_page_by_page(registrar):
    for number in range(5):
        registrar.post("/api/v1/parties", json={**MIST, "identifiers": [f"urn:party:{number}"]})
    seen, path = [], "/api/v1/parties?limit=2"
    while path:
        answer = registrar.get(path)
        seen += [party["number"] for party in answer.json()["parties"]]
        link = answer.headers.get("Link")
        path = link and link.removeprefix("<").partition(">")[0]
    assert seen == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("cursor", ["x", "WyJhIl0", "WzE4NDQ2NzQ0MDczNzA5NTUxNjE1XQ", "Wy0xXQ", "%00"])
def test_a_cursor_that_is_not_ours_is_said_to_be_wrong(registrar, cursor):
    answer = registrar.get(f"/api/v1/parties?cursor={cursor}")
    assert answer.status_code == 400
    assert answer.json()["code"] == "cursor.malformed"


def test_a_party_is_found_by_its_uri(registrar, dew):
    for uri in ("urn:epc:id:pgln:6901234.00000", "https://id.gs1.org/417/6901234000009"):
        found = registrar.get("/api/v1/parties", params={"uri": uri}).json()
        assert [party["number"] for party in found["parties"]] == [1]
    assert registrar.get("/api/v1/parties", params={"uri": "x"}).json() == {"parties": []}


@pytest.mark.parametrize("number", ["0", "-1", "99999999999999999999", "x", "4294967296"])
def test_a_number_that_cannot_be_is_refused(registrar, number):
    assert registrar.get(f"/api/v1/parties/{number}").status_code == 422


def test_a_supplier_sees_itself_and_no_other(client, gateway, registrar, dew):
    registrar.post("/api/v1/parties", json=MIST)
    own = bearer(gateway, 1, Scope.SUBMIT, Scope.READ)
    assert client.get("/api/v1/parties/1", headers=own).status_code == 200
    listed = client.get("/api/v1/parties", headers=own).json()["parties"]
    assert [party["number"] for party in listed] == [1]
    hidden = client.get("/api/v1/parties", params={"uri": MIST["identifiers"][0]}, headers=own)
    assert hidden.json() == {"parties": []}
    for path in ("", "/keys", "/sites"):
        foreign = client.get(f"/api/v1/parties/2{path}", headers=own)
        unknown = client.get(f"/api/v1/parties/3{path}", headers=own)
        assert (foreign.status_code, unknown.status_code) == (404, 404)
        assert foreign.json()["detail"].replace("2", "3") == unknown.json()["detail"]


def test_sites_are_added_and_read(registrar, dew):
    site = {
        "uri": "urn:epc:id:sgln:6901234.00002.0",
        "names": {"en": "Cold store"},
        "latitude": "31.5",
        "longitude": "120",
    }
    made = registrar.post("/api/v1/parties/1/sites", json=site)
    assert made.status_code == 201
    assert made.json()["uri"] == "https://id.gs1.org/414/6901234000023"
    assert len(registrar.get("/api/v1/parties/1/sites").json()["sites"]) == 2
    assert registrar.get("/api/v1/parties/1").json()["profileVersion"] == 2
    wrong = registrar.post("/api/v1/parties/1/sites", json={**site, "uri": "x"})
    assert wrong.json()["errors"][0]["pointer"] == "/uri"


def test_keys_rotate_and_are_taken_back(registrar, dew):
    made = registrar.post("/api/v1/parties/1/keys", json={})
    assert made.status_code == 201
    assert (made.json()["custodial"], made.json()["active"]) == (True, False)
    assert registrar.post("/api/v1/parties/1/keys", json={}).status_code == 409
    own = registrar.post("/api/v1/parties/1/keys", json={"address": "0x" + "ab" * 20}).json()
    back = registrar.delete(f"/api/v1/parties/1/keys/{own['address']}")
    assert back.json()["revokedAt"]
    listed = registrar.get("/api/v1/parties/1/keys").json()["keys"]
    assert [key["version"] for key in listed] == [1, 2, 3]
    assert not {"sealed", "secret"} & set(listed[0])
    assert registrar.delete("/api/v1/parties/1/keys/0x12").status_code == 404


def test_the_standing_of_a_party_is_set(registrar, dew):
    assert registrar.post("/api/v1/parties/1/suspension", json={"suspended": True}).json()["suspended"]
    assert not registrar.post("/api/v1/parties/1/suspension", json={"suspended": False}).json()["suspended"]
    unbound = registrar.post("/api/v1/parties/1/qualification", json={"qualifiedUntil": None})
    assert unbound.json()["qualifiedUntil"] is None
    assert registrar.post("/api/v1/parties/1/qualification", json={}).status_code == 422
    over = registrar.post("/api/v1/parties/1/qualification", json={"qualifiedUntil": "2020-01-01T00:00:00Z"})
    assert over.json()["errors"][0]["pointer"] == "/qualifiedUntil"
    assert registrar.post("/api/v1/parties/1/roles", json={"roles": ["inspector"]}).json()["roles"] == [
        "inspector"
    ]
    assert registrar.post("/api/v1/parties/9/suspension", json={"suspended": True}).status_code == 404


def test_what_the_registrar_does_to_a_party_stands_in_the_trail(gateway, registrar, dew):
    party = "/api/v1/parties/1"
    said = [
        registrar.post(f"{party}/qualification", json={"qualifiedUntil": "2037-01-01T00:00:00Z"}),
        registrar.post(f"{party}/roles", json={"roles": ["producer", "carrier"]}),
        registrar.post(f"{party}/suspension", json={"suspended": True, "reason": "抽检不合格"}),
        registrar.post(f"{party}/sites", json=DEW["sites"][0] | {"address": "江苏无锡"}),
        registrar.post(f"{party}/keys", json={}),
        registrar.delete(f"{party}/keys/{registrar.get(f'{party}/keys').json()['keys'][-1]['address']}"),
    ]
    assert [answer.is_success for answer in said] == [True] * 6
    with gateway.database.reading() as conn:
        found = trail.lines(conn, limit=7)[::-1]
    assert [line["action"] for line in found] == [
        "party.registered",
        "party.qualified-until",
        "party.roles-set",
        "party.suspended",
        "party.site-set",
        "key.added",
        "key.revoked",
    ]
    assert {(line["party"], line["caller"]) for line in found} == {(None, found[0]["caller"])}
    assert [line["subject"] for line in found[:5]] == ["1"] * 5
    assert json.loads(found[2]["facts"]) == {"roles": ["carrier", "producer"]}
    assert json.loads(found[5]["facts"]) == {"party": 1, "rotated": True}


def test_what_is_refused_leaves_no_line_in_the_trail(gateway, registrar, dew):
    assert registrar.post("/api/v1/parties/9/roles", json={"roles": ["carrier"]}).status_code == 404
    assert registrar.post("/api/v1/parties/1/sites", json={"uri": "x", "names": {}}).status_code == 422
    with gateway.database.reading() as conn:
        assert [line["action"] for line in trail.lines(conn)] == ["party.registered"]
