"""Passkeys over HTTP, with an authenticator in software: what opens, and what of another must not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from access.soft_passkey import PRESENT, SoftPasskey
from suyuan.access.tables import passkeys as table
from suyuan.api.gateway import Gateway
from suyuan.kernel.clock import FixedClock

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.fixture
def gateway(gateway):
    return Gateway(
        **{name: getattr(gateway, name) for name in gateway.__slots__} | {"clock": FixedClock(NOW)}
    )


@pytest.fixture
def person(client, sign_in):
    return sign_in(client, ["signer"], 7)


@pytest.fixture
def passkey(person):
    found = SoftPasskey()
    assert register(person.browser, found).status_code == 201
    return found


def register(browser, device, name="office computer"):
    options = browser.post("/api/v1/account/passkeys/options").json()
    answer = device.register(options)
    return browser.post("/api/v1/account/passkeys", json={"name": name, "answer": answer})


@pytest.fixture
def stranger(client):
    """A browser in which nobody is signed in."""
    with TestClient(client.app) as found:
        yield found


def options(browser):
    return browser.post("/api/v1/session/passkey/options").json()


def enter(browser, answer):
    return browser.post("/api/v1/session/passkey", json={"answer": answer})


def test_who_has_a_passkey_signs_in_with_it_alone(stranger, person, passkey):
    answer = enter(stranger, passkey.sign(options(stranger)))
    assert answer.status_code == 201, answer.text
    assert answer.json()["account"] == person.account
    assert stranger.get("/api/v1/session").json()["account"] == person.account


def test_one_person_has_several(stranger, person, passkey):
    other = SoftPasskey()
    assert register(person.browser, other, "phone").status_code == 201
    named = person.browser.get("/api/v1/account/passkeys").json()["passkeys"]
    assert [each["name"] for each in named] == ["office computer", "phone"]
    for each in (passkey, other):
        assert enter(stranger, each.sign(options(stranger))).status_code == 201


def test_the_same_device_is_not_registered_twice(person, passkey):
    assert register(person.browser, passkey).status_code == 422


def test_a_removed_passkey_opens_nothing(stranger, person, passkey):
    (shown,) = person.browser.get("/api/v1/account/passkeys").json()["passkeys"]
    assert person.browser.delete(f"/api/v1/account/passkeys/{shown['id']}").status_code == 204
    assert enter(stranger, passkey.sign(options(stranger))).status_code == 401


def test_nobody_removes_anothers(client, sign_in, person, passkey):
    other = sign_in(client, ["signer"], 7)
    (shown,) = person.browser.get("/api/v1/account/passkeys").json()["passkeys"]
    assert other.browser.delete(f"/api/v1/account/passkeys/{shown['id']}").status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://127.0.0.1:8081"},
        {"origin": "https://127.0.0.1:8080"},
        {"rp_id": "evil.example"},
        {"flags": PRESENT},
        {"flags": 0},
        {"user": b"0123456789abcdef"},
        {"id": b"another id of thirty two bytes.."},
        {"_key": SoftPasskey()._key},
    ],
    ids=["site", "port", "scheme", "rp", "unverified", "absent", "user", "id", "key"],
)
def test_an_answer_of_another_site_user_or_key_opens_nothing(stranger, passkey, change):
    for name, value in change.items():
        setattr(passkey, name, value)
    assert enter(stranger, passkey.sign(options(stranger))).status_code == 401
    assert stranger.get("/api/v1/session").status_code == 401


def test_a_challenge_is_good_once(stranger, passkey):
    answer = passkey.sign(options(stranger))
    begun = stranger.cookies["suyuan_begun"]
    assert enter(stranger, answer).status_code == 201
    again = {"Cookie": f"suyuan_begun={begun}"}
    found = TestClient(stranger.app).post("/api/v1/session/passkey", json={"answer": answer}, headers=again)
    assert (found.status_code, found.json()["code"]) == (401, "sign-in.begun")


def test_a_challenge_is_used_up_by_a_wrong_answer_too(stranger, passkey):
    asked = options(stranger)
    begun = stranger.cookies["suyuan_begun"]
    assert enter(stranger, SoftPasskey().sign(asked)).status_code == 401
    again = {"Cookie": f"suyuan_begun={begun}"}
    answer = passkey.sign(asked)
    found = TestClient(stranger.app).post("/api/v1/session/passkey", json={"answer": answer}, headers=again)
    assert found.status_code == 401


def test_a_challenge_of_another_browser_or_of_six_minutes_ago_is_none(gateway, client, stranger, passkey):
    elsewhere = options(TestClient(client.app))
    options(stranger)
    assert enter(stranger, passkey.sign(elsewhere)).status_code == 401
    late = passkey.sign(options(stranger))
    gateway.clock.advance(timedelta(minutes=6))
    assert enter(stranger, late).status_code == 401


def test_a_proof_of_another_person_is_none(client, sign_in, person, passkey):
    other = sign_in(client, ["signer"], 7)
    asked = other.browser.post("/api/v1/session/prove/options").json()
    assert (
        other.browser.post("/api/v1/session/prove", json={"passkey": passkey.sign(asked)}).status_code == 401
    )


def test_a_passkey_renews_the_proof(gateway, person, passkey):
    gateway.clock.advance(timedelta(minutes=20))
    before = person.browser.get("/api/v1/session").json()["freshAt"]
    asked = person.browser.post("/api/v1/session/prove/options").json()
    assert len(asked["allowCredentials"]) == 1
    assert (
        person.browser.post("/api/v1/session/prove", json={"passkey": passkey.sign(asked)}).status_code == 204
    )
    assert person.browser.get("/api/v1/session").json()["freshAt"] > before


def test_a_sign_in_answer_is_no_proof_and_the_other_way_round(client, stranger, person, passkey):
    for_sign_in = options(stranger)
    proof = {"Cookie": f"suyuan_begun={stranger.cookies['suyuan_begun']}"}
    browser = person.browser
    secret = next(value for name, value in browser.cookies.items() if name == "suyuan_session")
    both = {"Cookie": f"{proof['Cookie']}; suyuan_session={secret}"}
    answer = {"passkey": passkey.sign(for_sign_in)}
    plain = TestClient(client.app, headers={"X-CSRF-Token": person.csrf})
    assert plain.post("/api/v1/session/prove", json=answer, headers=both).status_code == 401


def test_a_counter_that_went_back_is_shown_to_its_owner(gateway, stranger, person, passkey):
    for count in (7, 8):
        passkey.count = count
        assert enter(stranger, passkey.sign(options(stranger))).status_code == 201
    (shown,) = person.browser.get("/api/v1/account/passkeys").json()["passkeys"]
    assert shown["doubtedAt"] is None
    passkey.count = 3
    assert enter(stranger, passkey.sign(options(stranger))).status_code == 201
    (shown,) = person.browser.get("/api/v1/account/passkeys").json()["passkeys"]
    assert shown["doubtedAt"] is not None
    with gateway.database.reading() as conn:
        assert conn.execute(select(table.c.sign_count)).scalar() == 9


@pytest.mark.parametrize(
    "answer",
    [{}, {"id": 1}, {"id": "x"}, {"id": "x" * 2000, "response": {}}, {"id": "\x00", "response": None}],
)
def test_nonsense_opens_nothing(stranger, passkey, answer):
    options(stranger)
    assert enter(stranger, answer).status_code == 401


@pytest.mark.parametrize("spoil", ["response", "clientDataJSON", "authenticatorData", "signature"])
def test_a_spoilt_answer_opens_nothing(stranger, passkey, spoil):
    answer = passkey.sign(options(stranger))
    if spoil == "response":
        del answer["response"]
    else:
        answer["response"][spoil] = "AAAA"
    assert enter(stranger, answer).status_code == 401


@pytest.mark.parametrize(
    "change", [{"origin": "https://evil.example"}, {"rp_id": "evil.example"}, {"flags": PRESENT}]
)
def test_a_passkey_of_another_site_is_not_registered(person, change):
    device = SoftPasskey()
    for name, value in change.items():
        setattr(device, name, value)
    assert register(person.browser, device).status_code == 422


def test_a_passkey_is_registered_with_a_fresh_proof_only(gateway, person):
    gateway.clock.advance(timedelta(minutes=11))
    assert person.browser.post("/api/v1/account/passkeys/options").status_code == 403
