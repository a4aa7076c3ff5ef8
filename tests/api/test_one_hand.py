"""Where two people must decide: whoever let the other one in is not the second of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from starlette.testclient import TestClient

from own_keys import address, secret
from portal.site import make_gateway, register
from suyuan.access import tokens
from suyuan.access.model import Scope
from suyuan.access.ways import RECENT
from suyuan.anchoring.tables import operations
from suyuan.kernel.clock import FixedClock
from suyuan.kernel.typed_data import personal_digest, sign
from suyuan.parties import succession

CHOSEN = {"password": "four quiet hills, one river"}
PEOPLE = "/api/v1/people"
PARTY = 1


@pytest.fixture
def clock():
    return FixedClock(datetime(2026, 11, 23, 8, 0, tzinfo=UTC))


@pytest.fixture
def gateway(database, tmp_path, clock):
    found = make_gateway(database, tmp_path, clock)
    assert PARTY in register(found)
    return found


@pytest.fixture
def admin(client, gateway, sign_in):
    """The administrator of a party that keeps its own key."""
    found = sign_in(client, ["admin"], PARTY)
    body = proof(found.browser, PARTY, 5)
    assert found.browser.post(f"/api/v1/parties/{PARTY}/keys/own", json=body).status_code == 201
    for _ in range(2):
        with gateway.database.transaction() as conn:
            its = operations.c.kind.in_(("key.add", "key.revoke", "party.register"))
            conn.execute(operations.update().where(its).values(state="final", place=operations.c.id))
            succession.finish_successions(conn, gateway.clock)
    return found


@pytest.fixture
def registrar(client, sign_in):
    return sign_in(client, ["registrar"])


@pytest.fixture
def director(client, sign_in):
    return sign_in(client, ["director"])


def proof(browser, party, number):
    asked = browser.post(f"/api/v1/parties/{party}/keys/challenges", json={"address": address(number)}).json()
    signature = "0x" + sign(personal_digest(asked["message"]), secret(number)).hex()
    return {"challenge": asked["id"], "signature": signature}


def asked(browser, party):
    body = proof(browser, party, 9) | {"reason": "lost"}
    answer = browser.post(f"/api/v1/parties/{party}/keys/recoveries", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def approved(browser, recovery):
    answer = browser.post(f"/api/v1/key-recoveries/{recovery}/approval")
    return answer.status_code, answer.json().get("code")


def opened(client, answer):
    """The browser of whoever used a one-time link."""
    browser = TestClient(client.app)
    entered = browser.post(f"/api/v1/invitations/{answer.json()['link'].rpartition('/')[2]}", json=CHOSEN)
    assert entered.status_code == 201, entered.text
    browser.headers["X-CSRF-Token"] = entered.json()["csrf"]
    return browser


def by_link(client, registrar, admin):
    return opened(client, registrar.post(f"{PEOPLE}/{admin.account}/link", json={"recover": True}))


def by_two_steps(client, registrar, admin):
    body = {"login": "one@example.com", "name": "王", "seats": ["admin"]}
    first = opened(client, registrar.post(PEOPLE, json=body | {"party": PARTY}))
    return opened(client, first.post(PEOPLE, json=body | {"login": "two@example.com"}))


def by_token(client, registrar, admin):
    """A token of his makes the link."""
    made = registrar.post("/api/v1/tokens", json={"name": "x", "scopes": ["registrar"]}).json()["token"]
    system = TestClient(client.app, headers={"Authorization": f"Bearer {made}"})
    return opened(client, system.post(f"{PEOPLE}/{admin.account}/link", json={"recover": True}))


@pytest.mark.parametrize("way", [by_link, by_two_steps, by_token])
def test_a_registrar_who_opened_a_way_into_a_party_does_not_approve_its_new_key(
    client, registrar, director, admin, way
):
    recovery = asked(way(client, registrar.browser, admin), PARTY)
    assert approved(registrar.browser, recovery) == (403, "key.second-person")
    assert approved(director.browser, recovery) == (200, None)


def test_nor_does_a_colleague_whom_he_has_just_let_in(client, registrar, admin):
    puppet = by_link(client, registrar.browser, admin)
    body = {"login": "new@example.com", "name": "王", "seats": ["registrar"]}
    colleague = opened(client, registrar.browser.post(PEOPLE, json=body))
    assert approved(colleague, asked(puppet, PARTY)) == (403, "key.second-person")


def test_an_administrator_does_not_approve_with_one_whom_he_has_just_let_in(client, clock, admin):
    body = {"login": "new@example.com", "name": "王", "seats": ["admin"]}
    second = opened(client, admin.browser.post(PEOPLE, json=body))
    recovery = asked(admin.browser, PARTY)
    assert approved(second, recovery) == (403, "key.second-person")
    clock.advance(RECENT + timedelta(days=1))
    sign = {"login": "new@example.com", **CHOSEN}
    again = TestClient(client.app)
    again.headers["X-CSRF-Token"] = again.post("/api/v1/session", json=sign).json()["csrf"]
    assert approved(again, recovery) == (200, None)


def test_a_partys_token_makes_none_that_may_do_more_or_lasts_longer(client, gateway):
    now = gateway.clock.now()
    scopes = (Scope.PARTY_ADMIN, Scope.READ)
    with gateway.database.transaction() as conn:
        own = tokens.issue(conn, gateway.clock, "ERP", PARTY, scopes, now + timedelta(hours=1))
    system = TestClient(client.app, headers={"Authorization": f"Bearer {own}"})
    body = {"name": "x", "scopes": ["submissions:write"], "expiresAt": (now + timedelta(days=9)).isoformat()}
    answer = system.post("/api/v1/tokens", json=body)
    assert answer.status_code == 422
    assert [each["code"] for each in answer.json()["errors"]] == ["token.wider", "token.expiry"]
    narrow = {"scopes": ["submissions:read"], "expiresAt": (now + timedelta(minutes=9)).isoformat()}
    assert system.post("/api/v1/tokens", json=body | narrow).status_code == 201
    person = {"login": "new@example.com", "name": "王", "seats": ["admin"]}
    answer = system.post(PEOPLE, json=person)
    assert (answer.status_code, answer.json()["code"]) == (403, "session.person")
