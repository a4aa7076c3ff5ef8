"""Signing in over HTTP: password, second step, links, proofs; and everything that must not open."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from sqlalchemy import select, update
from starlette.testclient import TestClient

from suyuan.access import accounts, invitations, passwords, sign_in, totp, trail
from suyuan.access.model import Seat
from suyuan.access.tables import accounts as people
from suyuan.access.tables import recovery_codes, sessions
from suyuan.access.tables import totp as apps
from suyuan.api.gateway import Gateway
from suyuan.kernel.clock import FixedClock

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
PASSWORD = "vier lange Woerter ohne Sinn"
LOGIN = "li@example.com"
WRONG = {"login": LOGIN, "password": "not the right one"}
RIGHT = {"login": LOGIN, "password": PASSWORD}


@pytest.fixture
def gateway(gateway):
    return Gateway(
        **{name: getattr(gateway, name) for name in gateway.__slots__} | {"clock": FixedClock(NOW)}
    )


@pytest.fixture(scope="session")
def encoded():
    return passwords.hashed(PASSWORD)


@pytest.fixture
def account(gateway, encoded):
    with gateway.database.transaction() as conn:
        found = accounts.add(conn, gateway.clock, LOGIN, "李梅", 7, [Seat.SIGNER])
        sign_in.set_password(conn, gateway.clock, found, encoded)
    return found


def enter(client, body=None):
    return client.post("/api/v1/session", json=body or RIGHT)


def signed_in(client, body=None):
    """The client with the CSRF header of its new session."""
    answer = enter(client, body)
    assert answer.status_code == 201, answer.text
    client.headers["X-CSRF-Token"] = answer.json()["csrf"]
    return client


def actions(gateway):
    with gateway.database.reading() as conn:
        return [each["action"] for each in reversed(trail.lines(conn))]


@pytest.mark.parametrize("login", [LOGIN, "LI@Example.COM", "  li@example.com ", "ｌｉ@example.com"])
def test_a_login_opens_however_it_is_typed(client, account, login):
    answer = enter(client, {"login": login, "password": PASSWORD})
    assert answer.status_code == 201
    assert (answer.json()["account"], answer.json()["seats"]) == (account, ["signer"])
    assert client.get("/api/v1/session").json()["account"] == account


def test_a_password_is_the_same_from_every_keyboard(client, gateway, account):
    with gateway.database.transaction() as conn:
        sign_in.set_password(
            conn, gateway.clock, account, passwords.hashed("ein Schl\u00fcssel f\u00fcrs Tor")
        )
    assert (
        enter(client, {"login": LOGIN, "password": "ein Schlu\u0308ssel fu\u0308rs Tor"}).status_code == 201
    )


def test_wrong_and_unknown_are_answered_alike(client, gateway, account):
    answers = [enter(client, WRONG), enter(client, WRONG | {"login": "nobody@example.com"})]
    with gateway.database.transaction() as conn:
        accounts.disable(conn, gateway.clock, account)
    answers.append(enter(client, WRONG | {"password": PASSWORD}))
    seen = [{k: v for k, v in a.json().items() if k != "instance"} for a in answers]
    assert {a.status_code for a in answers} == {401}
    assert seen[0] == seen[1] == seen[2]


@pytest.mark.parametrize(
    "login",
    ["\x00", "li@example.com\x00", "😀", "😀@example.com", "li@exa😀mple.com", "' OR 1=1 --", "\u202e", "1"],
)
def test_odd_logins_are_wrong_and_nothing_worse(client, account, login):
    assert enter(client, {"login": login, "password": PASSWORD}).status_code == 401


def test_a_password_of_a_megabyte_is_refused_unread(client, account):
    assert enter(client, {"login": LOGIN, "password": "x" * 190_000}).status_code == 422
    assert enter(client, {"login": LOGIN, "password": "x" * 1_000_000}).status_code == 413


def test_wrong_passwords_slow_down_and_the_right_one_works_after_the_delay(client, gateway, account):
    waits = []
    for _ in range(50):
        answer = enter(client, WRONG)
        while answer.status_code == 429:
            waits.append(int(answer.headers["Retry-After"]))
            assert enter(client).status_code == 429
            gateway.clock.advance(timedelta(seconds=waits[-1]))
            answer = enter(client, WRONG)
        assert answer.status_code == 401
    assert waits[:3] == [1, 2, 4]
    assert waits == sorted(waits[:-1]) + waits[-1:]
    assert max(waits) <= 900
    assert enter(client).status_code == 429
    gateway.clock.advance(timedelta(minutes=15))
    assert enter(client).status_code == 201
    assert enter(client, WRONG).status_code == 401
    assert enter(client).status_code == 201


def test_guesses_elsewhere_do_not_keep_a_person_out_of_a_browser_that_knows_him(client, gateway, account):
    own, stranger = TestClient(client.app), TestClient(client.app, client=("198.51.100.7", 1))
    assert enter(own).status_code == 201
    for _ in range(9):
        enter(stranger, WRONG)
        gateway.clock.advance(timedelta(seconds=1))
    assert enter(stranger).status_code == 429
    assert enter(own).status_code == 201


def test_a_browser_is_known_for_its_own_person_only_and_slows_down_too(client, gateway, account, encoded):
    with gateway.database.transaction() as conn:
        other = accounts.add(conn, gateway.clock, "wang@example.com", "王强", 7, [Seat.SIGNER])
        sign_in.set_password(conn, gateway.clock, other, encoded)
    own, stranger = TestClient(client.app), TestClient(client.app)
    assert enter(own).status_code == 201
    assert enter(stranger, RIGHT | {"login": "wang@example.com"}).status_code == 201
    assert [enter(stranger, WRONG).status_code for _ in range(7)] == [401] * 6 + [429]
    assert [enter(own, WRONG).status_code for _ in range(7)] == [401] * 6 + [429]
    gateway.clock.advance(timedelta(minutes=20))
    assert enter(client, WRONG).status_code == 401
    client.cookies.set("suyuan_known", "forged.AAAA")
    assert enter(client, WRONG).status_code == 429


def test_logins_that_nobody_has_slow_down_alike(client, account):
    nobody = WRONG | {"login": "nobody@example.com"}
    assert [enter(client, nobody).status_code for _ in range(7)] == [
        enter(client, WRONG).status_code for _ in range(7)
    ]
    assert enter(client, nobody).status_code == 429


def test_an_address_that_tries_many_logins_slows_down(client, account):
    for number in range(31):
        answer = enter(client, WRONG | {"login": f"no{number}@example.com"})
        assert answer.status_code == 401
    assert enter(client).status_code == 429


def test_many_guesses_at_once_count_as_many(client, account):
    answers = []
    guess = threading.Thread
    threads = [guess(target=lambda: answers.append(enter(client, WRONG).status_code)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count(401) <= 6
    assert set(answers) <= {401, 429}


def test_two_sign_ins_at_once_are_two_sessions(client, gateway, account):
    others = [TestClient(client.app) for _ in range(2)]
    threads = [threading.Thread(target=enter, args=(each,)) for each in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each.get("/api/v1/session").status_code for each in others] == [200, 200]


def test_signing_in_changes_the_cookie_that_was_there(client, account):
    """Session fixation: what somebody put into the browser before is worth nothing afterwards."""
    signed_in(client)
    planted = client.cookies["suyuan_session"]
    enter(client)
    assert client.cookies["suyuan_session"] != planted
    assert (
        TestClient(client.app, cookies={"suyuan_session": planted}).get("/api/v1/session").status_code == 401
    )
    header = {"Cookie": f"suyuan_session={'A' * 43}"}
    answer = TestClient(client.app).post("/api/v1/session", json=RIGHT, headers=header)
    assert answer.status_code == 201
    assert "A" * 43 not in answer.headers["set-cookie"]


def test_no_other_site_signs_anybody_in(client, account):
    answer = client.post("/api/v1/session", json=RIGHT, headers={"Origin": "https://evil.example"})
    assert (answer.status_code, answer.json()["code"]) == (403, "session.csrf")


def test_signing_out_ends_the_session_for_every_copy_of_the_cookie(client, account):
    copy = signed_in(client).cookies["suyuan_session"]
    assert client.delete("/api/v1/session").status_code == 204
    assert "suyuan_session" not in client.cookies
    assert TestClient(client.app, cookies={"suyuan_session": copy}).get("/api/v1/session").status_code == 401


def test_an_outdated_hash_is_renewed_with_the_next_sign_in(client, gateway, account):
    from argon2 import PasswordHasher

    with gateway.database.transaction() as conn:
        old = PasswordHasher(1, 8, 1).hash(PASSWORD)
        conn.execute(update(people).values(password=old))
    assert enter(client).status_code == 201
    with gateway.database.reading() as conn:
        assert conn.execute(select(people.c.password)).scalar().startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert enter(client).status_code == 201


# --- the second step


@pytest.fixture
def app(gateway, account):
    """The authenticator app, in use, its recovery codes beside."""
    with gateway.database.transaction() as conn:
        address = totp.begin(conn, gateway.clock, gateway.keyring, account, LOGIN)
        found = pyotp.parse_uri(address)
        found.recovery = totp.confirm(conn, gateway.clock, gateway.keyring, account, found.at(NOW))
    gateway.clock.advance(timedelta(seconds=30))
    return found


def code(client, shown):
    return client.post("/api/v1/session/code", json={"code": shown})


def now_code(app, gateway):
    return app.at(gateway.clock.now())


def test_with_codes_a_password_alone_opens_nothing(client, gateway, app):
    assert enter(client).json()["state"] == "code"
    assert "suyuan_session" not in client.cookies
    assert client.get("/api/v1/session").status_code == 401
    assert code(client, now_code(app, gateway)).json()["state"] == "open"
    assert client.get("/api/v1/session").status_code == 200


def test_a_code_is_taken_once(client, gateway, app):
    shown = now_code(app, gateway)
    enter(client)
    assert code(client, shown).status_code == 201
    enter(client)
    assert code(client, shown).status_code == 401


def test_a_code_from_before_the_last_one_is_over(client, gateway, app):
    enter(client)
    assert code(client, now_code(app, gateway)).status_code == 201
    enter(client)
    assert code(client, app.at(NOW)).status_code == 401


def test_the_second_step_is_taken_once_and_in_time(client, gateway, app):
    enter(client)
    begun = client.cookies["suyuan_begun"]
    assert code(client, now_code(app, gateway)).status_code == 201
    gateway.clock.advance(timedelta(seconds=60))
    client.cookies.set("suyuan_begun", begun)
    assert code(client, now_code(app, gateway)).json()["code"] == "sign-in.begun"
    client.cookies.clear()
    enter(client)
    gateway.clock.advance(timedelta(minutes=5))
    assert code(client, now_code(app, gateway)).json()["code"] == "sign-in.begun"


@pytest.mark.parametrize("shown", ["000000", "", "１２３４５６", "12345", "1234567", "\x00", "abcdef", "😀"])
def test_other_codes_do_not_fit(client, app, shown):
    enter(client)
    assert code(client, shown).status_code in (401, 422)


def test_codes_cannot_be_guessed_quickly(client, app):
    enter(client)
    assert [code(client, "000000").status_code for _ in range(8)] == [401] * 6 + [429] * 2


def test_a_recovery_code_serves_once(client, gateway, app):
    assert len(app.recovery) == 10
    enter(client)
    assert code(client, app.recovery[3].upper().replace("-", " ")).status_code == 201
    enter(client)
    assert code(client, app.recovery[3]).status_code == 401
    assert "account.recovery-code-used" in actions(gateway)


def test_the_secrets_of_the_app_and_the_recovery_codes_are_kept_nowhere(gateway, app):
    with gateway.database.reading() as conn:
        row, codes = conn.execute(select(apps)).one(), conn.execute(select(recovery_codes)).all()
    assert app.byte_secret() not in row.sealed
    assert app.recovery[0].replace("-", "") not in repr(codes)


# --- one-time links


@pytest.fixture
def link(gateway, account):
    with gateway.database.transaction() as conn:
        return invitations.invite(conn, gateway.clock, account, "0" * 16)


OTHER = "nine purple bicycles uphill"


def join(client, link, password=OTHER):
    return client.post(f"/api/v1/invitations/{link}", json={"password": password})


def test_a_link_says_whom_it_is_for_and_opens_once(client, gateway, link):
    shown = client.get(f"/api/v1/invitations/{link}")
    assert (shown.json()["name"], shown.json()["login"]) == ("李梅", LOGIN)
    assert shown.headers["cache-control"] == "no-store"
    assert join(client, link).json()["state"] == "open"
    assert client.get("/api/v1/session").status_code == 200
    assert join(client, link).status_code == 404
    assert client.get(f"/api/v1/invitations/{link}").status_code == 404


@pytest.mark.parametrize("other", ["x", "A" * 43, "%00", "\u6eaf\u6e90"])
def test_a_forged_link_opens_nothing(client, link, other):
    assert join(client, other).status_code == 404


def test_a_link_ends_after_seven_days_or_with_a_newer_one(client, gateway, account, link):
    with gateway.database.transaction() as conn:
        newer = invitations.invite(conn, gateway.clock, account, "0" * 16)
    assert join(client, link).status_code == 404
    gateway.clock.advance(timedelta(days=7))
    assert join(client, newer).status_code == 404


def test_a_link_of_a_closed_account_opens_nothing(client, gateway, account, link):
    with gateway.database.transaction() as conn:
        accounts.disable(conn, gateway.clock, account)
    assert join(client, link).status_code == 404


def test_another_password_by_link_ends_every_session(client, link, account):
    other = signed_in(TestClient(client.app))
    assert join(client, link).status_code == 201
    assert other.get("/api/v1/session").status_code == 401
    assert enter(other).status_code == 401


def test_a_link_does_not_pass_the_second_factor_by(client, gateway, app, link):
    assert join(client, link).json()["state"] == "code"
    assert client.get("/api/v1/session").status_code == 401
    assert code(client, now_code(app, gateway)).status_code == 201


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "length"),
        ("x" * 257, "length"),
        ("password123", "common"),
        ("P@ssw0rd2026"[:11], "common"),
        ("1234567890", "common"),
        ("aaaaaaaaaaaa", "common"),
        ("woaini5201314", "common"),
        ("888888888888", "common"),
        ("my li@example.com", "login"),
        ("null\x00byte in it", "control"),
    ],
)
def test_what_is_guessed_first_is_no_password(client, link, password, why):
    answer = join(client, link, password)
    assert f"password.{why}" in {each["code"] for each in answer.json()["errors"]}


@pytest.mark.parametrize(
    "password", ["dew drop 2 by 2", "清晨的露水落在桃叶上面", "🍑🍑 peach orchard", "a" + "b c" * 60]
)
def test_there_are_no_rules_of_composition(client, link, password):
    assert join(client, link, password).status_code == 201


# --- proofs


def test_a_proof_gets_old_and_is_renewed(client, gateway, account):
    signed_in(client)
    gateway.clock.advance(timedelta(minutes=11))
    change = {"password": "nine purple bicycles uphill"}
    answer = client.post("/api/v1/account/password", json=change)
    assert (answer.status_code, answer.json()["code"]) == (403, "session.prove")
    assert client.post("/api/v1/session/prove", json={"password": "wrong one"}).status_code == 401
    before = client.cookies["suyuan_session"]
    assert client.post("/api/v1/session/prove", json={"password": PASSWORD}).status_code == 204
    assert client.cookies["suyuan_session"] != before
    assert client.post("/api/v1/account/password", json=change).status_code == 204
    assert enter(TestClient(client.app), RIGHT | change).status_code == 201
    assert actions(gateway).count("session.proved") == 1


def test_a_submission_of_a_person_needs_a_fresh_proof(client, gateway, account):
    signed_in(client)
    gateway.clock.advance(timedelta(minutes=11))
    answer = client.post("/api/v1/submissions", json={})
    assert (answer.status_code, answer.json()["code"]) == (403, "session.prove")


@pytest.mark.parametrize("proof", [{}, {"password": PASSWORD, "code": "123456"}])
def test_one_proof_is_given_at_a_time(client, account, proof):
    signed_in(client)
    assert client.post("/api/v1/session/prove", json=proof).status_code == 422


def test_a_code_of_the_app_is_a_proof(client, gateway, app):
    enter(client)
    client.headers["X-CSRF-Token"] = code(client, now_code(app, gateway)).json()["csrf"]
    gateway.clock.advance(timedelta(minutes=20))
    proof = {"code": now_code(app, gateway)}
    assert client.post("/api/v1/session/prove", json=proof).status_code == 204
    assert client.post("/api/v1/session/prove", json=proof).status_code == 401


def test_other_sessions_end_with_another_password(client, account):
    other = signed_in(TestClient(client.app))
    signed_in(client)
    change = {"password": "nine purple bicycles uphill"}
    assert client.post("/api/v1/account/password", json=change).status_code == 204
    assert client.get("/api/v1/session").status_code == 200
    assert other.get("/api/v1/session").status_code == 401


def test_one_ends_ones_own_sessions_and_nobody_elses(client, gateway, account, sign_in):
    stranger = sign_in(client, ["signer"], 8)
    there = signed_in(TestClient(client.app))
    signed_in(client)
    found = {each["id"]: each["isThis"] for each in client.get("/api/v1/account/sessions").json()["sessions"]}
    assert sorted(found.values()) == [False, True]
    (other,) = [each for each, is_this in found.items() if not is_this]
    assert client.delete(f"/api/v1/account/sessions/{other}").status_code == 204
    assert there.get("/api/v1/session").status_code == 401
    assert client.delete(f"/api/v1/account/sessions/{stranger.session}").status_code == 404
    assert stranger.browser.get("/api/v1/session").status_code == 200


def test_codes_are_switched_on_over_http(client, gateway, account):
    signed_in(client)
    address = client.post("/api/v1/account/totp").json()["address"]
    app = pyotp.parse_uri(address)
    confirm = "/api/v1/account/totp/confirmation"
    assert client.post(confirm, json={"code": "000000"}).status_code == 422
    assert enter(TestClient(client.app)).json()["state"] == "open"
    codes = client.post(confirm, json={"code": now_code(app, gateway)}).json()["recoveryCodes"]
    assert all(re.fullmatch(r"[2-9a-z]{5}-[2-9a-z]{5}", each) for each in codes)
    assert enter(TestClient(client.app)).json()["state"] == "code"
    assert client.post("/api/v1/account/totp").status_code == 422
    assert client.delete("/api/v1/account/totp").status_code == 204
    assert enter(TestClient(client.app)).json()["state"] == "open"


def test_a_token_has_no_session(client, operator):
    answer = client.get("/api/v1/session", headers={"Authorization": f"Bearer {operator}"})
    assert (answer.status_code, answer.json()["code"]) == (403, "session.person")


def test_no_secret_of_a_sign_in_is_in_the_database(client, gateway, account):
    secret = signed_in(client).cookies["suyuan_session"]
    with gateway.database.reading() as conn:
        assert secret not in repr(conn.execute(select(sessions)).all())
        assert PASSWORD not in repr(conn.execute(select(people)).all())
