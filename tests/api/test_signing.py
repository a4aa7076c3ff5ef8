"""Over HTTP: preparing, signing outside, handing in; and a party's own keys."""

from __future__ import annotations

import pytest

from journal_world import amount, document, made
from own_keys import address, secret, signed, with_high_s
from suyuan.access import tokens
from suyuan.access.model import Scope
from suyuan.kernel.typed_data import personal_digest, sign

OWN = "urn:example:party:own"


@pytest.fixture
def party(registrar):
    """Its own key is secret 9."""
    body = {"names": {"en": "own"}, "identifiers": [OWN], "roles": ["producer"], "keyAddress": address(9)}
    answer = registrar.post("/api/v1/parties", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["number"]


@pytest.fixture
def own(client, gateway, party):
    """A system of the party."""
    scopes = (Scope.SUBMIT, Scope.READ, Scope.PARTY_ADMIN)
    with gateway.database.transaction() as conn:
        secret_of_token = tokens.issue(conn, gateway.clock, "erp", party, scopes)
    client.headers["Authorization"] = f"Bearer {secret_of_token}"
    return client


def prepare(client, *events, **params):
    return client.post("/api/v1/submissions", json=document(*events), params={"prepare": True, **params})


def hand_in(client, prepared, signatures):
    body = {"signatures": ["0x" + each.hex() for each in signatures]}
    return client.post(f"/api/v1/submissions/prepared/{prepared['id']}", json=body)


def test_prepared_signed_and_handed_in_it_is_a_submission_like_any_other(own):
    prepared = prepare(own, made(amount("a", 12)))
    assert prepared.status_code == 200
    (part,) = prepared.json()["parts"]
    answer = hand_in(own, prepared.json(), [signed(part)])
    assert answer.status_code == 202
    shown = own.get(answer.headers["Location"]).json()
    assert (shown["state"], shown["sequence"]) == ("received", 1)
    assert shown["receipt"] == answer.json()["receipt"]
    assert hand_in(own, prepared.json(), [signed(part)]).json() == answer.json()
    assert own.get("/api/v1/signatures/waiting").json() == {"items": []}


def test_unsigned_it_is_refused_whoever_sends_it(own, operator):
    for headers in ({}, {"Authorization": f"Bearer {operator}"}):
        answer = own.post(
            f"/api/v1/submissions?as={OWN}", json=document(made(amount("a", 1))), headers=headers
        )
        assert (answer.status_code, answer.json()["code"]) == (409, "submission.signature-needed")
    assert own.post("/epcis/capture", json=document(made(amount("a", 1)))).status_code == 409


def test_what_changed_meanwhile_comes_with_what_to_sign_instead(own):
    first, second = prepare(own, made(amount("a", 1))).json(), prepare(own, made(amount("b", 1))).json()
    assert hand_in(own, first, [signed(first["parts"][0])]).status_code == 202
    answer = hand_in(own, second, [signed(second["parts"][0])])
    assert (answer.status_code, answer.json()["code"]) == (409, "submission.changed")
    (part,) = answer.json()["parts"]
    assert part["sequence"] == 2
    assert hand_in(own, second, [signed(part)]).status_code == 202


def test_forged_signatures_are_refused_with_the_reason(own):
    prepared = prepare(own, made(amount("a", 1))).json()
    (part,) = prepared["parts"]
    for wrong, code in (
        (signed(part, 8), "signature.wrong-key"),
        (with_high_s(signed(part)), "signature.form"),
        (b"\x01" * 200, "signature.form"),
    ):
        answer = hand_in(own, prepared, [wrong])
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert hand_in(own, prepared, []).json()["code"] == "signature.count"


@pytest.mark.parametrize(
    "body", [{}, {"signatures": ["11"]}, {"signatures": ["0x1"]}, {"signatures": "0x11"}, {"signatures": [1]}]
)
def test_what_is_no_list_of_signatures_is_refused(own, body):
    answer = own.post(f"/api/v1/submissions/prepared/{'0' * 36}", json=body)
    assert answer.status_code == 422


def test_what_another_party_prepared_does_not_exist(own, gateway, operator):
    prepared = prepare(own, made(amount("a", 1))).json()
    header = {"Authorization": f"Bearer {operator}"}
    body = {"names": {"en": "x"}, "identifiers": ["urn:example:party:x"], "roles": ["producer"]}
    other = own.post("/api/v1/parties", json=body, headers=header).json()["number"]
    with gateway.database.transaction() as conn:
        stranger = tokens.issue(conn, gateway.clock, "x", other, (Scope.SUBMIT,))
    own.headers["Authorization"] = f"Bearer {stranger}"
    answer = hand_in(own, prepared, [signed(prepared["parts"][0])])
    assert (answer.status_code, answer.json()["code"]) == (404, "prepared.unknown")


def test_nothing_is_signed_that_nobody_asked_for(own):
    body = {"signatures": [{"sequence": 1, "signature": "0x" + "11" * 65}]}
    answer = own.post("/api/v1/signatures", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "signature.not-asked")


def test_a_system_of_the_party_registers_the_next_key(own, party):
    asked = own.post(f"/api/v1/parties/{party}/keys/challenges", json={"address": address(5)})
    assert asked.status_code == 201
    digest = personal_digest(asked.json()["message"])
    body = {"challenge": asked.json()["id"], "signature": "0x" + sign(digest, secret(5)).hex()}
    refused = own.post(f"/api/v1/parties/{party}/keys/own", json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "key.approval-needed")
    body["approval"] = "0x" + sign(digest, secret(9)).hex()
    done = own.post(f"/api/v1/parties/{party}/keys/own", json=body)
    assert (done.status_code, done.json()["custodial"]) == (201, False)
    assert own.post(f"/api/v1/parties/{party}/keys/own", json=body).json()["code"] == "key.challenge"


def test_the_registrar_gives_no_key_to_a_party_that_signs_itself(registrar, party):
    answer = registrar.post(f"/api/v1/parties/{party}/keys", json={"address": address(5)})
    assert (answer.status_code, answer.json()["code"]) == (409, "key.approval-needed")


def test_a_machine_asks_for_no_lost_key(own, party):
    asked = own.post(f"/api/v1/parties/{party}/keys/challenges", json={"address": address(5)}).json()
    proof = "0x" + sign(personal_digest(asked["message"]), secret(5)).hex()
    body = {"challenge": asked["id"], "signature": proof, "reason": "gone"}
    answer = own.post(f"/api/v1/parties/{party}/keys/recoveries", json=body)
    assert (answer.status_code, answer.json()["code"]) == (403, "seat.missing")


def test_a_key_cannot_end_in_the_past(own, party):
    path = f"/api/v1/parties/{party}/keys/{address(9)}/suspicion"
    times = {"since": "2026-01-01T00:00:00Z", "validUntil": "2020-01-01T00:00:00Z"}
    answer = own.post(path, json=times)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "key.valid-until-past"


def test_strangers_keys_do_not_exist(own, party):
    for method, path, body in (
        ("POST", "keys/challenges", {"address": address(5)}),
        ("GET", "keys/recoveries", None),
        ("POST", f"keys/{address(9)}/suspicion", {"since": "2026-01-01T00:00:00Z"}),
    ):
        answer = own.request(method, f"/api/v1/parties/{party + 1}/{path}", json=body)
        assert answer.status_code == 404, path
