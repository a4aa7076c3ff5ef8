"""Coming in, leaving and proving oneself on pages, without any script; and people's admin by forms."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pyotp
import pytest
from starlette.testclient import TestClient

from suyuan.access import accounts, invitations, passwords, sign_in
from suyuan.access.model import Seat

PASSWORD = "vier lange Woerter ohne Sinn"
LOGIN = "13800138000"


@pytest.fixture(scope="session")
def encoded():
    return passwords.hashed(PASSWORD)


@pytest.fixture
def account(gateway, parties, encoded):
    with gateway.database.transaction() as conn:
        found = accounts.add(conn, gateway.clock, LOGIN, "李梅", parties[0], [Seat.ADMIN, Seat.SIGNER])
        sign_in.set_password(conn, gateway.clock, found, encoded)
    return found


def enter(client, password=PASSWORD, **more):
    return client.post("/sign-in", data={"login": "138 0013 8000", "password": password, **more})


def token_of(page):
    return re.search(r'name="csrf" value="([^"]+)"', page.text)[1]


def post(client, path, page, **data):
    """A form of the page, as a browser without scripts sends it."""
    return client.post(path, data={"csrf": token_of(client.get(page)), **data})


def test_somebody_signs_in_is_led_on_and_signs_out(client, account):
    assert "登录" in client.get("/sign-in?next=/supplier/lots").text
    answer = enter(client, next="/supplier/lots")
    assert (answer.status_code, answer.headers["location"]) == (303, "/supplier/lots")
    assert client.get("/supplier").status_code == 200
    assert client.get("/sign-in").headers["location"] == "/supplier"
    assert post(client, "/sign-out", "/supplier").headers["location"].startswith("/sign-in")
    assert client.get("/supplier").headers["location"].startswith("/sign-in?next=")


@pytest.mark.parametrize(
    "way_on", ["https://evil.example", "//evil.example", "//[", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_led_to_another_site(client, account, way_on):
    assert enter(client, next=way_on).headers["location"] == "/supplier"


def test_a_wrong_password_shows_the_form_again_with_the_login_but_not_the_password(client, account):
    answer = enter(client, "wrong wrong wrong")
    assert answer.status_code == 401
    assert "没有通过" in answer.text
    assert "138 0013 8000" in answer.text
    assert "wrong wrong" not in answer.text


def test_who_must_wait_is_told_how_long(client, account):
    for _ in range(6):
        enter(client, "wrong wrong wrong")
    answer = enter(client)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    assert "请等 1 秒" in answer.text


def test_signing_in_from_another_site_is_refused(client, account):
    answer = client.post(
        "/sign-in", data={"login": LOGIN, "password": PASSWORD}, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_a_form_without_the_token_does_nothing(client, account):
    enter(client)
    for csrf in ({}, {"csrf": ""}, {"csrf": "A" * 43}):
        assert client.post("/sign-out", data=csrf).status_code == 403
    assert client.get("/supplier").status_code == 200


def test_one_time_link_to_password_to_first_page(client, gateway, parties):
    with gateway.database.transaction() as conn:
        account = accounts.add(conn, gateway.clock, "new@example.com", "王强", parties[0], [Seat.ENTRY])
        code = invitations.invite(conn, gateway.clock, account, "0" * 16)
    page = client.get(f"/invitation/{code}")
    assert "王强" in page.text
    assert "new@example.com" in page.text
    both = {"password": "four quiet hills, one river", "again": "four quiet hills, one river"}
    assert "不一样" in client.post(f"/invitation/{code}", data=both | {"again": "else"}).text
    assert "太常见" in client.post(f"/invitation/{code}", data=dict.fromkeys(both, "password123")).text
    assert client.post(f"/invitation/{code}", data=both).headers["location"] == "/supplier"
    assert client.get("/supplier").status_code == 200
    assert client.get(f"/invitation/{code}").status_code == 404


def test_codes_are_switched_on_and_asked_for(client, gateway, account):
    enter(client)
    page = post(client, "/account/codes", "/account")
    assert "data:image/svg+xml;base64," in page.text
    app = pyotp.TOTP(re.search(r"<code>([A-Z2-7]+)</code>", page.text)[1])
    wrong = client.post("/account/codes/confirm", data={"csrf": token_of(page), "code": "000000"})
    assert wrong.status_code == 422
    shown = app.at(gateway.clock.now())
    done = client.post("/account/codes/confirm", data={"csrf": token_of(page), "code": shown})
    codes = re.findall(r"<code>(\w{5}-\w{5})</code>", done.text)
    assert len(codes) == 10
    other = TestClient(client.app, follow_redirects=False)
    answer = enter(other, next="/supplier/lots")
    assert answer.headers["location"] == "/sign-in/code?next=%2Fsupplier%2Flots"
    assert other.get("/supplier").status_code == 303
    assert other.post("/sign-in/code", data={"code": shown}).status_code == 401
    on = other.post("/sign-in/code", data={"code": codes[0], "next": "/supplier/lots"})
    assert on.headers["location"] == "/supplier/lots"


def test_what_gives_rights_asks_for_a_proof_first_and_comes_back(client, gateway, account):
    enter(client)
    gateway.clock.advance(timedelta(minutes=11))
    page = client.get("/supplier/people")
    assert "/prove?next=/supplier/people" in page.text
    assert 'action="/supplier/people/invite"' not in page.text
    answer = client.post("/supplier/people/invite", data={"csrf": token_of(page)})
    assert answer.headers["location"] == "/prove?next=/supplier/people"
    wrong = post(client, "/prove", "/prove", password="no", next="/supplier/people")
    assert wrong.status_code == 401
    right = post(client, "/prove", "/prove", password=PASSWORD, next="/supplier/people")
    assert right.headers["location"] == "/supplier/people"
    assert 'action="/supplier/people/invite"' in client.get("/supplier/people").text


def test_an_admin_invites_reseats_and_shuts_out(client, gateway, account):
    enter(client)
    invited = post(
        client,
        "/supplier/people/invite",
        "/supplier/people",
        name="赵敏",
        login="zhao@example.com",
        seats="entry",
    )
    link = re.search(r"http://[^<]+/invitation/[\w-]+", unescape(invited.text))[0]
    person = re.search(r'href="/supplier/people/([0-9a-f]{16})" aria-label="调整 赵敏"', invited.text)[1]
    other = TestClient(client.app, follow_redirects=False)
    path = link.partition("8080")[2]
    chosen = dict.fromkeys(("password", "again"), "four quiet hills, one river")
    assert other.post(path, data=chosen).status_code == 303
    assert other.get("/supplier/people").status_code == 403
    one = f"/supplier/people/{person}"
    assert post(client, f"{one}/seats", one, seats=["entry", "admin"]).status_code == 303
    assert other.get("/supplier/people").status_code == 200
    assert post(client, f"{one}/close", one).status_code == 303
    assert other.get("/supplier").status_code == 303
    assert "请至少选择一个岗位" in post(client, f"{one}/seats", one.replace(person, account)).text


def test_the_last_admin_stays(client, account):
    enter(client)
    one = f"/supplier/people/{account}"
    answer = post(client, f"{one}/seats", one, seats="signer")
    assert answer.status_code == 422
    assert "最后一位管理员" in answer.text
    assert post(client, f"{one}/close", one).status_code == 422


def test_no_admin_reaches_into_another_party(client, gateway, account, parties, encoded):
    with gateway.database.transaction() as conn:
        foreign = accounts.add(conn, gateway.clock, "far@example.com", "远", parties[1], [Seat.ADMIN])
    enter(client)
    assert "far@example.com" not in client.get("/supplier/people").text
    page = "/supplier/people"
    assert client.get(f"{page}/{foreign}").status_code == 404
    for act in ("seats", "link", "close", "open", "forget"):
        assert post(client, f"{page}/{foreign}/{act}", page, seats="entry").status_code == 404, act
    assert post(client, "/admin/people/invite", page).status_code == 403


def test_an_admin_makes_a_token_of_his_own_party_that_ends(client, gateway, account, parties):
    enter(client)
    page = "/supplier/people"
    day = (gateway.clock.now() + timedelta(days=90)).date().isoformat()
    made = post(client, "/supplier/systems", page, system="ERP", until=day, scopes="submissions:read")
    token = re.search(r"<code>(suyuan_\w+_[\w-]+)</code>", made.text)[1]
    header = {"Authorization": f"Bearer {token}"}
    assert TestClient(client.app).get("/api/v1/submissions", headers=header).status_code == 200
    for until in ("", "2031-01-01", "x", "2020-01-01"):
        refused = post(
            client, "/supplier/systems", page, system="ERP", until=until, scopes="submissions:read"
        )
        assert refused.status_code == 422, until
    no_right = post(
        client, "/supplier/systems", page, system="ERP", until=day, scopes=["registrar", "audit:read"]
    )
    assert no_right.status_code == 422
    number = token.split("_")[1]
    assert post(client, f"/supplier/systems/{number}/revoke", page).status_code == 303
    assert TestClient(client.app).get("/api/v1/submissions", headers=header).status_code == 401


def test_a_person_ends_his_session_elsewhere(client, account):
    enter(client)
    there = TestClient(client.app, follow_redirects=False)
    enter(there)
    end = re.search(r"/account/sessions/[0-9a-f]{16}/end", client.get("/account").text)[0]
    assert post(client, end, "/account").status_code == 303
    assert there.get("/supplier").status_code == 303
