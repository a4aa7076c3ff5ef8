"""Signing in at one's company, against a real provider on this machine; and tokens that must not open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from joserfc.jwk import RSAKey
from sqlalchemy import select
from starlette.testclient import TestClient

from access.openid_provider import CLIENT, SECRET, Provider
from suyuan.access import accounts, companies, invitations
from suyuan.access.model import Seat
from suyuan.access.tables import companies as table
from suyuan.api.gateway import Gateway
from suyuan.kernel.clock import FixedClock

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.fixture
def gateway(gateway):
    return Gateway(
        **{name: getattr(gateway, name) for name in gateway.__slots__} | {"clock": FixedClock(NOW)}
    )


@pytest.fixture
def provider(gateway):
    found = Provider(gateway.clock)
    yield found
    found.close()


@pytest.fixture
def company(gateway, provider):
    with gateway.database.transaction() as conn:
        return companies.add(conn, gateway.clock, gateway.keyring, "晨露", 7, provider.issuer, CLIENT, SECRET)


@pytest.fixture
def invited(gateway):
    with gateway.database.transaction() as conn:
        account = accounts.add(conn, gateway.clock, "li@example.com", "李梅", 7, [Seat.SIGNER])
        invitations.invite(conn, gateway.clock, account, "0" * 16)
    return account


@pytest.fixture
def browser(client):
    with TestClient(client.app, follow_redirects=False) as found:
        yield found


def go(browser, company, way_on="/supplier/lots"):
    answer = browser.get(f"/sign-in/company/{company}?next={way_on}")
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def come_back(browser, state, code):
    return browser.get("/sign-in/company", params={"state": state, "code": code})


def visit(browser, provider, company):
    return come_back(browser, *provider.visit(go(browser, company)))


def is_in(browser):
    return browser.get("/api/v1/session").status_code == 200


def test_who_was_invited_comes_in_by_his_company_and_back_to_the_page(browser, provider, company, invited):
    answer = visit(browser, provider, company)
    assert (answer.status_code, answer.headers["location"]) == (303, "/supplier/lots")
    assert browser.get("/api/v1/session").json()["account"] == invited


def test_afterwards_he_is_known_by_the_provider_and_its_number_only(
    browser, client, provider, company, invited
):
    visit(browser, provider, company)
    provider.person = {"sub": "42", "email": "other@example.com"}
    again = TestClient(client.app, follow_redirects=False)
    visit(again, provider, company)
    assert is_in(again)
    provider.person = {"sub": "43", "email": "li@example.com", "email_verified": True}
    stranger = TestClient(client.app, follow_redirects=False)
    assert visit(stranger, provider, company).status_code == 401
    assert not is_in(stranger)


@pytest.mark.parametrize(
    "person",
    [
        {"sub": "42", "email": "li@example.com"},
        {"sub": "42", "email": "li@example.com", "email_verified": False},
        {"sub": "42", "email": "li@example.com", "email_verified": "true"},
        {"sub": "42", "email": "nobody@example.com", "email_verified": True},
        {"sub": "42", "email": 7, "email_verified": True},
        {"sub": "42"},
        {"sub": "", "email": "li@example.com", "email_verified": True},
        {"sub": "x" * 256, "email": "li@example.com", "email_verified": True},
        {"sub": "4\x002", "email": "li@example.com", "email_verified": True},
        {"sub": 42, "email": "li@example.com", "email_verified": True},
    ],
)
def test_an_address_that_nobody_verified_or_invited_opens_nothing(
    browser, provider, company, invited, person
):
    provider.person = person
    assert visit(browser, provider, company).status_code == 401
    assert not is_in(browser)


def test_a_provider_of_one_party_opens_no_account_of_another(gateway, browser, provider, company):
    with gateway.database.transaction() as conn:
        for party, seats in ((8, [Seat.ADMIN]), (None, [Seat.REGISTRAR])):
            login = f"{party}@example.com"
            account = accounts.add(conn, gateway.clock, login, "x", party, seats)
            invitations.invite(conn, gateway.clock, account, "0" * 16)
    for party in (8, None):
        provider.person = {"sub": f"s{party}", "email": f"{party}@example.com", "email_verified": True}
        assert visit(browser, provider, company).status_code == 401


def test_an_account_without_an_open_invitation_is_not_taken_over(gateway, browser, provider, company):
    with gateway.database.transaction() as conn:
        accounts.add(conn, gateway.clock, "li@example.com", "李梅", 7, [Seat.SIGNER])
    assert visit(browser, provider, company).status_code == 401


def test_who_was_shut_out_stays_out(gateway, browser, provider, company, invited):
    visit(browser, provider, company)
    with gateway.database.transaction() as conn:
        accounts.disable(conn, gateway.clock, invited)
    assert not is_in(browser)
    assert visit(TestClient(browser.app, follow_redirects=False), provider, company).status_code == 401


def test_a_code_or_state_of_another_browser_opens_nothing(browser, client, provider, company, invited):
    mine = provider.visit(go(browser, company))
    other = TestClient(client.app, follow_redirects=False)
    theirs = provider.visit(go(other, company))
    assert come_back(other, *mine).status_code == 401
    assert come_back(browser, theirs[0], mine[1]).status_code == 401
    assert not is_in(browser)
    assert not is_in(other)


def test_a_code_of_another_visit_fails_at_its_verifier(browser, client, provider, company, invited):
    """Code injection: the right state, and a code that was meant for somebody else."""
    state, _ = provider.visit(go(browser, company))
    _, foreign = provider.visit(go(TestClient(client.app, follow_redirects=False), company))
    assert come_back(browser, state, foreign).status_code == 401


def test_a_visit_ends_once_and_in_time(gateway, browser, provider, company, invited):
    state, code = provider.visit(go(browser, company))
    begun = browser.cookies["suyuan_begun"]
    assert come_back(browser, state, code).status_code == 303
    replay = {"Cookie": f"suyuan_begun={begun}"}
    again = TestClient(browser.app).get(f"/sign-in/company?state={state}&code={code}", headers=replay)
    assert again.status_code == 401
    state, code = provider.visit(go(browser, company))
    gateway.clock.advance(timedelta(minutes=6))
    assert come_back(browser, state, code).status_code == 401


@pytest.mark.parametrize("query", ["", "?state=&code=", "?state=x&code=y", "?error=access_denied"])
def test_coming_back_from_nowhere_opens_nothing(browser, company, query):
    assert browser.get(f"/sign-in/company{query}").status_code == 401


def claim(**changed):
    return lambda header, claims, key: (
        header,
        {k: v for k, v in (claims | changed).items() if v is not None},
        key,
    )


TWISTS = {
    "of another issuer": claim(iss="https://evil.example"),
    "for somebody else": claim(aud="another client"),
    "for several with another one acting": claim(aud=[CLIENT, "x"], azp="x"),
    "expired": claim(exp=int(NOW.timestamp()) - 61),
    "from the future": claim(nbf=int(NOW.timestamp()) + 3600),
    "without an end": claim(exp=None),
    "without an audience": claim(aud=None),
    "without an issuer": claim(iss=None),
    "of another visit": claim(nonce="another"),
    "without a nonce": claim(nonce=None),
    "without a subject": claim(sub=None),
    "unsigned": lambda header, claims, key: ({"alg": "none"}, claims, key),
    "signed with another key": lambda header, claims, key: (header, claims, RSAKey.generate_key(2048)),
    "signed with the public key": lambda header, claims, key: (header | {"alg": "HS256"}, claims, key),
}


@pytest.mark.parametrize("twist", TWISTS.values(), ids=TWISTS)
def test_a_token_that_is_not_for_us_opens_nothing(browser, provider, company, invited, twist):
    provider.twist = twist
    assert visit(browser, provider, company).status_code == 401
    assert not is_in(browser)


@pytest.mark.parametrize(
    "described",
    [
        {"issuer": "http://127.0.0.1:1"},
        {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": "http://user@127.0.0.1/keys"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"token_endpoint": None},
    ],
)
def test_a_provider_that_names_odd_addresses_is_not_asked(browser, provider, company, described):
    provider.described = described
    assert browser.get(f"/sign-in/company/{company}").status_code == 503


def test_a_silent_provider_is_said_so(browser, gateway):
    with gateway.database.transaction() as conn:
        company = companies.add(
            conn, gateway.clock, gateway.keyring, "x", 7, "http://127.0.0.1:9", CLIENT, SECRET
        )
    assert browser.get(f"/sign-in/company/{company}").status_code == 503


@pytest.mark.parametrize(
    "issuer",
    ["http://login.example.com", "ftp://x", "https://", "https://a@b.example", "https://x.example?y=1"],
)
def test_only_https_issuers_are_taken(client, operator, issuer):
    body = {"name": "x", "issuer": issuer, "clientId": "a", "clientSecret": "b"}
    answer = client.post("/api/v1/companies", json=body, headers={"Authorization": f"Bearer {operator}"})
    assert answer.status_code == 422


def test_the_registrar_sets_one_up_and_switches_it_off_and_its_secret_is_shown_to_nobody(
    client, gateway, operator, provider
):
    client.headers["Authorization"] = f"Bearer {operator}"
    body = {"name": "平台", "issuer": provider.issuer, "clientId": CLIENT, "clientSecret": SECRET}
    made = client.post("/api/v1/companies", json=body)
    assert made.status_code == 201
    assert SECRET not in made.text + client.get("/api/v1/companies").text
    with gateway.database.reading() as conn:
        assert SECRET.encode() not in conn.execute(select(table.c.sealed)).scalar()
    company = made.json()["id"]
    assert client.delete(f"/api/v1/companies/{company}").status_code == 204
    assert TestClient(client.app).get(f"/sign-in/company/{company}").status_code == 404
