"""Who gives whom a place, over HTTP; and what the audit trail tells whom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from suyuan.access import trail
from suyuan.access.tables import accounts, logins
from suyuan.api.gateway import Gateway
from suyuan.kernel.clock import FixedClock
from suyuan.kernel.ledger import Role
from suyuan.parties.model import NewParty
from suyuan.parties.register import register_party

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
CHOSEN = {"password": "four quiet hills, one river"}
PEOPLE = "/api/v1/people"


@pytest.fixture
def gateway(gateway):
    found = Gateway(
        **{name: getattr(gateway, name) for name in gateway.__slots__} | {"clock": FixedClock(NOW)}
    )
    with found.database.transaction() as conn:
        for number in (1, 2):
            party = NewParty(
                names={"en": "x"}, identifiers=(f"urn:party:{number}",), roles=Role.PRODUCER, sites=()
            )
            register_party(conn, found.clock, found.keyring, party)
    return found


@pytest.fixture
def admin(client, sign_in):
    return sign_in(client, ["admin"], 1)


@pytest.fixture
def registrar(client, sign_in):
    return sign_in(client, ["registrar"])


def invite(person, seats, login="new@example.com", **more):
    body = {"login": login, "name": "王强", "seats": seats, **more}
    return person.browser.post(PEOPLE, json=body)


def joined(client, answer):
    """The invited person's browser, after the link was used."""
    browser = TestClient(client.app)
    code = answer.json()["link"].rpartition("/")[2]
    opened = browser.post(f"/api/v1/invitations/{code}", json=CHOSEN)
    assert opened.status_code == 201, opened.text
    browser.headers["X-CSRF-Token"] = opened.json()["csrf"]
    return browser


def test_an_admin_invites_and_the_invited_has_his_seats_and_no_other(client, admin):
    answer = invite(admin, ["signer"])
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    browser = joined(client, answer)
    assert browser.get("/api/v1/session").json()["seats"] == ["signer"]
    assert browser.get("/api/v1/session").json()["party"] == 1
    assert browser.get(PEOPLE).status_code == 403


@pytest.mark.parametrize("seat", ["entry", "signer", "auditor"])
def test_other_seats_manage_nobody(client, sign_in, admin, seat):
    other = sign_in(client, [seat], 1)
    assert invite(other, ["admin"]).status_code == 403
    assert other.browser.post(f"{PEOPLE}/{admin.account}/closing").status_code == 403
    assert other.browser.get("/api/v1/tokens").status_code == 403


def test_an_admins_party_goes_without_saying_whatever_he_says(client, admin):
    answer = invite(admin, ["signer"], party=2)
    assert answer.json()["person"]["party"] == 1


@pytest.mark.parametrize("seats", [["registrar"], ["signer", "director"], [], ["king"]])
def test_an_admin_gives_no_seat_of_the_platform(admin, seats):
    assert invite(admin, seats).status_code == 422


def test_for_a_foreign_admin_a_person_does_not_exist(client, sign_in, admin):
    foreign = sign_in(client, ["admin"], 2)
    one = f"{PEOPLE}/{admin.account}"
    assert admin.account not in foreign.browser.get(PEOPLE).text
    for answer in (
        foreign.browser.get(one),
        foreign.browser.post(f"{one}/seats", json={"seats": ["entry"]}),
        foreign.browser.post(f"{one}/link", json={}),
        foreign.browser.post(f"{one}/closing"),
        foreign.browser.post(f"{one}/opening"),
        foreign.browser.delete(one),
        foreign.browser.get(f"{PEOPLE}/{'0' * 16}"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "account.unknown")
    assert admin.browser.get("/api/v1/session").status_code == 200


def test_the_registrar_makes_a_partys_first_admin_and_none_of_its_signers(registrar):
    assert invite(registrar, ["admin"], party=1).status_code == 201
    for seats in (["signer"], ["admin", "signer"], ["entry"]):
        answer = invite(registrar, seats, login="other@example.com", party=1)
        assert (answer.status_code, answer.json()["code"]) == (403, "account.not-yours")
    assert invite(registrar, ["admin"], login="other@example.com", party=9).status_code == 404


def test_the_registrar_helps_an_admin_in_again_and_nobody_elses_signer(client, sign_in, registrar, admin):
    signer = sign_in(client, ["signer"], 1)
    assert registrar.browser.post(f"{PEOPLE}/{admin.account}/link", json={"recover": True}).status_code == 201
    assert registrar.browser.post(f"{PEOPLE}/{signer.account}/link", json={}).status_code == 403
    seats = {"seats": ["signer"]}
    assert registrar.browser.post(f"{PEOPLE}/{admin.account}/seats", json=seats).status_code == 403


def test_the_last_admin_and_the_last_registrar_stay(client, admin, registrar):
    for person, seat in ((admin, "entry"), (registrar, "qc")):
        one = f"{PEOPLE}/{person.account}"
        for answer in (
            person.browser.post(f"{one}/seats", json={"seats": [seat]}),
            person.browser.post(f"{one}/closing"),
            person.browser.delete(one),
        ):
            assert answer.status_code == 422
            assert answer.json()["errors"][0]["code"] == "account.last-admin"


def test_an_admin_goes_once_another_has_come_in(client, admin):
    answer = invite(admin, ["admin"])
    assert admin.browser.post(f"{PEOPLE}/{admin.account}/closing").status_code == 422
    other = joined(client, answer)
    assert other.post(f"{PEOPLE}/{admin.account}/closing").status_code == 204
    assert admin.browser.get("/api/v1/session").status_code == 401


def test_a_closed_account_opens_again_with_its_password(client, admin):
    answer = invite(admin, ["entry"])
    joined(client, answer)
    one = f"{PEOPLE}/{answer.json()['person']['id']}"
    sign = {"login": "new@example.com", **CHOSEN}
    assert admin.browser.post(f"{one}/closing").status_code == 204
    assert TestClient(client.app).post("/api/v1/session", json=sign).status_code == 401
    assert admin.browser.post(f"{one}/link", json={}).status_code == 404
    assert admin.browser.post(f"{one}/opening").status_code == 204
    assert TestClient(client.app).post("/api/v1/session", json=sign).status_code == 201


def test_the_registrar_opens_no_account_again_that_a_party_closed_but_its_admins(
    client, sign_in, registrar, admin
):
    signer, second = sign_in(client, ["signer"], 1), sign_in(client, ["admin"], 1)
    for person, status in ((signer, 403), (second, 204)):
        one = f"{PEOPLE}/{person.account}"
        assert admin.browser.post(f"{one}/closing").status_code in {204, 422}
        assert registrar.browser.post(f"{one}/opening").status_code == status


def test_an_erased_person_leaves_no_name_and_an_unbroken_trail(client, gateway, admin):
    answer = invite(admin, ["entry"])
    joined(client, answer)
    account = answer.json()["person"]["id"]
    assert admin.browser.delete(f"{PEOPLE}/{account}").status_code == 204
    with gateway.database.reading() as conn:
        everything = repr([conn.execute(select(table)).all() for table in (accounts, logins)])
        assert "王强" not in everything
        assert "new@example.com" not in everything
        assert trail.audit(conn) == []
        assert account in repr(trail.lines(conn))
    assert invite(admin, ["entry"]).status_code == 201


def test_what_gives_rights_needs_a_fresh_proof(gateway, admin):
    gateway.clock.advance(timedelta(minutes=11))
    one = f"{PEOPLE}/{admin.account}"
    for answer in (
        invite(admin, ["signer"]),
        admin.browser.post(f"{one}/seats", json={"seats": ["admin", "signer"]}),
        admin.browser.post(f"{one}/link", json={}),
        admin.browser.post("/api/v1/tokens", json={"name": "x", "scopes": ["submissions:write"]}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "session.prove")
    assert admin.browser.get(PEOPLE).status_code == 200


def test_an_admin_makes_lists_and_revokes_tokens_of_his_party_only(client, gateway, sign_in, admin):
    foreign = sign_in(client, ["admin"], 2)
    ends = (NOW + timedelta(days=365)).isoformat()
    body = {"name": "ERP", "party": 2, "scopes": ["submissions:read"], "expiresAt": ends}
    made = admin.browser.post("/api/v1/tokens", json=body).json()
    assert made["party"] == 1
    assert [each["id"] for each in admin.browser.get("/api/v1/tokens").json()["tokens"]] == [made["id"]]
    assert foreign.browser.get("/api/v1/tokens").json()["tokens"] == []
    assert foreign.browser.delete(f"/api/v1/tokens/{made['id']}").status_code == 404
    for wrong in (
        {"expiresAt": None},
        {"expiresAt": (NOW + timedelta(days=800)).isoformat()},
        {"scopes": ["registrar"]},
        {"scopes": ["submissions:read", "audit:read"]},
    ):
        assert admin.browser.post("/api/v1/tokens", json=body | wrong).status_code == 422, wrong
    assert admin.browser.delete(f"/api/v1/tokens/{made['id']}").status_code == 204
    header = {"Authorization": f"Bearer {made['token']}"}
    assert client.get("/api/v1/submissions", headers=header).status_code == 401


def test_the_trail_shows_a_party_its_own_and_the_staff_all(client, sign_in, admin, registrar):
    foreign = sign_in(client, ["admin"], 2)
    invite(admin, ["entry"])
    invite(foreign, ["entry"], login="far@example.com")
    own = admin.browser.get("/api/v1/trail").json()["lines"]
    assert {each["party"] for each in own} == {1}
    assert own[0]["action"] == "account.invited"
    assert own[0]["caller"] == admin.account
    assert {each["party"] for each in registrar.browser.get("/api/v1/trail").json()["lines"]} == {1, 2}
    assert sign_in(client, ["signer"], 1).browser.get("/api/v1/trail").status_code == 403


def test_the_trail_is_read_page_by_page(client, registrar):
    for number in range(3):
        invite(registrar, ["qc"], login=f"p{number}@example.com")
    first = registrar.browser.get("/api/v1/trail?limit=2")
    rest = registrar.browser.get(first.links["next"]["url"])
    numbers = [each["number"] for answer in (first, rest) for each in answer.json()["lines"]]
    assert numbers == [3, 2, 1]
