"""People at the same routes as systems: the cookie opens what their seats open, from our own pages only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from starlette.testclient import TestClient

from suyuan.access import accounts, sessions, tokens
from suyuan.access.model import Scope
from suyuan.api.gateway import Gateway
from suyuan.app import create_app
from suyuan.kernel.clock import FixedClock

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
TOKEN = {"name": "ERP", "party": None, "scopes": ["audit:read"]}


@pytest.fixture
def gateway(gateway):
    return Gateway(
        **{name: getattr(gateway, name) for name in gateway.__slots__} | {"clock": FixedClock(NOW)}
    )


@pytest.fixture
def registrar(client, sign_in):
    return sign_in(client, ["registrar"])


def make_token(browser, **headers):
    return browser.post("/api/v1/tokens", json=TOKEN, headers=headers)


def secret_of(person):
    (name,) = [name for name in person.browser.cookies if "suyuan_session" in name]
    return person.browser.cookies[name]


def test_a_person_uses_the_routes_of_his_seats(registrar):
    assert registrar.browser.get("/api/v1/parties").status_code == 200
    assert make_token(registrar.browser).status_code == 201


def test_other_seats_do_not_open_them(client, sign_in):
    signer = sign_in(client, ["signer"], 7)
    answer = make_token(signer.browser)
    assert (answer.status_code, answer.json()["code"]) == (403, "token.scope")


def test_an_applicant_gets_nowhere(client, sign_in):
    applicant = sign_in(client, [])
    assert applicant.browser.get("/api/v1/parties").status_code == 403


def test_without_the_csrf_token_nothing_is_changed(registrar):
    browser = registrar.browser
    del browser.headers["X-CSRF-Token"]
    for shown in ("", "wrong", registrar.csrf[:-1], registrar.csrf + "A", "溯源".encode()):
        answer = make_token(browser, **{"X-CSRF-Token": shown})
        assert (answer.status_code, answer.json()["code"]) == (403, "session.csrf")
    assert browser.get("/api/v1/tokens").json()["tokens"] == []


def test_the_csrf_token_of_somebody_else_does_not_do(client, sign_in, registrar):
    other = sign_in(client, ["registrar"])
    assert make_token(registrar.browser, **{"X-CSRF-Token": other.csrf}).status_code == 403


@pytest.mark.parametrize(
    "header",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://testserver.evil.example"},
        {"Origin": "https://testserver"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
    ],
)
def test_nothing_from_another_site_is_done_even_with_the_token(registrar, header):
    answer = make_token(registrar.browser, **header)
    assert (answer.status_code, answer.json()["code"]) == (403, "session.csrf")


@pytest.mark.parametrize(
    "header",
    [
        {"Origin": "http://testserver"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
        {"Origin": "http://127.0.0.1:8080"},
    ],
)
def test_our_own_pages_may(registrar, header):
    assert make_token(registrar.browser, **header).status_code == 201


def test_a_form_field_does_not_do_at_the_programs_routes(registrar):
    browser = registrar.browser
    del browser.headers["X-CSRF-Token"]
    for route in ("/api/v1/submissions", "/epcis/capture"):
        assert browser.post(route, data={"csrf": registrar.csrf}).status_code == 403


def test_a_bearer_call_needs_no_csrf_token_and_no_cookie_helps_it(client, gateway, registrar):
    with gateway.database.transaction() as conn:
        weak = tokens.issue(conn, gateway.clock, "reader", 7, [Scope.READ])
    header = {"Authorization": f"Bearer {weak}"}
    assert make_token(registrar.browser, **header).status_code == 403
    assert client.get("/api/v1/submissions", headers=header).status_code == 200


def test_a_token_that_is_wrong_stays_wrong_beside_a_good_cookie(registrar):
    answer = registrar.browser.get("/api/v1/parties", headers={"Authorization": "Bearer nonsense"})
    assert answer.status_code == 401


@pytest.mark.parametrize("forged", ["x", "A" * 43, "A" * 5000, "%00", "DROP"])
def test_a_forged_cookie_opens_nothing_and_is_taken_away(client, forged):
    client.cookies.set("suyuan_session", forged)
    answer = client.get("/api/v1/parties")
    assert (answer.status_code, answer.json()["code"]) == (401, "session.ended")
    assert 'suyuan_session=""' in answer.headers["set-cookie"]


def test_an_ended_session_opens_nothing(client, gateway, sign_in, registrar):
    with gateway.database.transaction() as conn:
        sessions.close(conn, gateway.clock, registrar.session)
    answer = registrar.browser.get("/api/v1/parties")
    assert (answer.status_code, answer.json()["code"]) == (401, "session.ended")


def test_a_person_disabled_meanwhile_is_out_with_his_next_request(gateway, sign_in, client, registrar):
    signer = sign_in(client, ["signer"], 7)
    assert signer.browser.get("/api/v1/submissions").status_code == 200
    with gateway.database.transaction() as conn:
        accounts.disable(conn, gateway.clock, signer.account)
    assert signer.browser.get("/api/v1/submissions").status_code == 401


def test_public_pages_are_open_with_a_cookie_that_is_over(client):
    client.cookies.set("suyuan_session", "x")
    assert client.get("/healthz").status_code == 200


def test_the_cookie_is_changed_hourly_and_kept_from_scripts_and_other_sites(gateway, registrar):
    gateway.clock.advance(timedelta(minutes=25))
    assert "set-cookie" not in registrar.browser.get("/api/v1/parties").headers
    for _ in range(2):
        gateway.clock.advance(timedelta(minutes=25))
        answer = registrar.browser.get("/api/v1/parties")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    assert answer.headers["cache-control"] == "no-store"
    gateway.clock.advance(timedelta(minutes=5))
    assert registrar.browser.get("/api/v1/parties").status_code == 200


def test_a_copied_cookie_that_was_changed_ends_the_session_for_both(client, gateway, registrar):
    copied = secret_of(registrar)
    for _ in range(3):
        gateway.clock.advance(timedelta(minutes=25))
        assert registrar.browser.get("/api/v1/parties").status_code == 200
    gateway.clock.advance(timedelta(minutes=2))
    thief = TestClient(client.app, cookies={"suyuan_session": copied})
    assert thief.get("/api/v1/parties").status_code == 401
    assert registrar.browser.get("/api/v1/parties").status_code == 401


def test_with_https_the_cookie_is_bound_to_the_host(gateway):
    settings = gateway.settings.model_copy(update={"public_url": "https://trace.example.com"})
    parts = Gateway(**{name: getattr(gateway, name) for name in gateway.__slots__} | {"settings": settings})
    client = TestClient(create_app(parts), base_url="https://trace.example.com")
    client.cookies.set("__Host-suyuan_session", "x")
    cookie = client.get("/api/v1/parties").headers["set-cookie"]
    assert cookie.startswith('__Host-suyuan_session=""')
    assert "Secure" in cookie
    client.cookies.clear()
    client.cookies.set("suyuan_session", "x")
    assert client.get("/api/v1/parties").json()["code"] == "token.missing"
