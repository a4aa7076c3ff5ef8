"""The frame around every page: who is let in, what a form must bring, the language, and what goes wrong."""

from __future__ import annotations

from typing import Annotated

import pytest
from fastapi import Depends

from portal.conftest import OF_PARTY, OF_PLATFORM
from suyuan.access.model import Scope
from suyuan.kernel.errors import Conflict, Fault, Refused, SuyuanError
from suyuan.portal.frame import portal_router, redirect
from suyuan.portal.session import FormPart, OpenForm, Person, is_own_path, seated

WAYS = {
    "entry": ["/supplier", "/supplier/submissions", "/supplier/lots"],
    "signer": ["/supplier", "/supplier/submissions", "/supplier/lots"],
    "admin": ["/supplier", "/supplier/submissions", "/supplier/lots"],
    "auditor": ["/supplier", "/supplier/submissions", "/supplier/lots"],
    "registrar": ["/admin"],
    "qc": [],
    "director": [],
}


@pytest.fixture
def tried(client):
    """Routes as a room would write them."""
    router = portal_router()
    done = []

    @router.post("/supplier/try")
    def try_it(form: FormPart, person: Annotated[Person, Depends(seated(Scope.SUBMIT))]):
        done.append((person.name, form.get("text"), form.all("many"), form.get("absent")))
        return redirect("/supplier", said="frame.tried")

    @router.post("/open")
    def open_to_all(form: OpenForm):
        done.append(form.get("text"))
        return redirect("/")

    @router.get("/supplier/conflict")
    def conflict():
        raise Conflict("It is <b>taken</b>.", code="thing.taken")

    @router.get("/supplier/faults")
    def faults():
        raise Refused([Fault("/a", "a.wrong", "<i>A</i> is wrong.", "Write B.")])

    @router.get("/supplier/broken")
    def broken():
        raise SuyuanError("the secret of the house")

    @router.get("/supplier/torn")
    def torn():
        raise ValueError("the secret of the house")

    client.app.router.routes[:0] = router.routes
    return done


def test_each_seat_sees_its_own_ways_and_comes_in_by_them(client, signed_in):
    for seat in (*OF_PARTY, *OF_PLATFORM):
        browser = signed_in(seat)
        text = browser.get("/").text
        menu = text[text.find('<nav class="nav"') : text.find("</nav>")]
        for href in {each for ways in WAYS.values() for each in ways}:
            assert (f'href="{href}"' in menu) is (href in WAYS[seat]), (seat, href)
            assert (browser.get(href).status_code == 200) is (href in WAYS[seat]), (seat, href)


def test_nobody_is_sent_to_the_sign_in_page_and_then_back(client):
    answer = client.get("/supplier?state=final")
    wanted = (303, "/sign-in?next=/supplier%3Fstate%3Dfinal")
    assert (answer.status_code, answer.headers["location"]) == wanted


def test_htmx_is_told_to_go_to_the_sign_in_page(client):
    page = {"HX-Request": "true", "HX-Current-URL": "http://testserver/supplier/lots"}
    answer = client.get("/supplier", headers=page)
    assert answer.status_code == 401
    assert answer.headers["hx-redirect"] == "/sign-in?next=/supplier/lots"


def test_whoever_posts_without_a_session_comes_back_to_the_page_of_the_form(client, tried):
    answer = client.post(
        "/supplier/try", data={"text": "x"}, headers={"Referer": "http://testserver/supplier/a"}
    )
    assert answer.headers["location"] == "/sign-in?next=/supplier/a"
    elsewhere = {"Referer": "https://evil.example/supplier/a"}
    answer = client.post("/supplier/try", data={"text": "x"}, headers=elsewhere)
    assert answer.headers["location"] == "/sign-in?next=/"
    assert tried == []


def test_a_form_needs_the_token_of_its_session_as_a_field_or_as_a_header(signed_in, tried):
    browser = signed_in("signer")
    token = browser.headers.pop("X-CSRF-Token")
    other = signed_in("signer").headers["X-CSRF-Token"]
    for wrong in ("", "x" * 43, other, token[:-1]):
        answer = browser.post("/supplier/try", data={"text": "x", "csrf": wrong})
        assert answer.status_code == 403
        assert "请刷新页面后再提交一次" in answer.text
        assert answer.headers["content-type"].startswith("text/html")
    assert tried == []
    assert (
        browser.post("/supplier/try", data={"text": " x ", "many": ["1", "2"], "csrf": token}).status_code
        == 303
    )
    file = {"file": ("a.txt", b"abc", "text/plain")}
    assert browser.post("/supplier/try", data={"csrf": token}, files=file).status_code == 303
    assert browser.post("/supplier/try", headers={"X-CSRF-Token": token}).status_code == 303
    assert tried[0] == ("李梅", "x", ["1", "2"], "")
    assert len(tried) == 3


@pytest.mark.parametrize("origin", ["https://evil.example", "http://testserver.evil.example", "null"])
def test_a_form_from_another_site_is_refused_even_with_a_token(signed_in, client, tried, origin):
    browser = signed_in("signer")
    for path, who in (("/supplier/try", browser), ("/open", client)):
        answer = who.post(path, data={"text": "x"}, headers={"Origin": origin})
        assert answer.status_code == 403, path
        answer = who.post(path, data={"text": "x"}, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 403, path
    assert tried == []


def test_a_form_of_a_person_without_the_seat_is_refused_as_a_page(signed_in, tried):
    answer = signed_in("auditor").post("/supplier/try", data={"text": "x"})
    assert answer.status_code == 403
    assert "您的岗位不能做这件事" in answer.text
    assert tried == []


@pytest.mark.parametrize(
    "body",
    [
        {"data": {f"f{n}": "x" for n in range(3000)}},
        {"files": {f"f{n}": ("a", b"x") for n in range(30)}},
        {"data": {"text": "x" * 300_000}, "files": {"f": ("a", b"x")}},
    ],
    ids=["fields", "files", "size"],
)
def test_a_form_beyond_its_limits_is_refused_as_a_page(signed_in, tried, body):
    answer = signed_in("signer").post("/supplier/try", **body)
    assert answer.status_code == 400
    assert "表单没有读懂" in answer.text
    assert tried == []


def test_an_error_of_a_room_becomes_a_page_that_says_it(signed_in, tried):
    browser = signed_in("signer")
    taken = browser.get("/supplier/conflict")
    assert taken.status_code == 409
    assert "It is &lt;b&gt;taken&lt;/b&gt;." in taken.text
    assert "thing.taken" in taken.text
    wrong = browser.get("/supplier/faults")
    assert wrong.status_code == 422
    assert "&lt;i&gt;A&lt;/i&gt; is wrong. Write B." in wrong.text
    part = browser.get("/supplier/conflict", headers={"HX-Request": "true"})
    assert part.status_code == 409
    assert "<html" not in part.text


@pytest.mark.parametrize("path", ["/supplier/broken", "/supplier/torn"])
def test_a_fault_of_ours_tells_nothing_of_the_inside(signed_in, tried, path):
    answer = signed_in("signer").get(path)
    assert answer.status_code == 500
    assert "the secret of the house" not in answer.text
    assert "服务器出错了" in answer.text


def test_the_language_is_the_addresss_then_the_cookies_then_the_accounts_then_the_browsers(client, signed_in):
    def english(answer):
        return '<html lang="en">' in answer.text

    assert not english(client.get("/"))
    assert english(client.get("/", headers={"Accept-Language": "en-GB,zh;q=0.5"}))
    member = signed_in("signer")
    assert not english(member.get("/supplier", headers={"Accept-Language": "en"}))
    chosen = member.get("/supplier?lang=en")
    assert english(chosen)
    assert "HttpOnly" in chosen.headers["set-cookie"]
    assert english(member.get("/supplier"))
    assert not english(member.get("/supplier?lang=zh"))
    assert not english(member.get("/supplier?lang=xx"))


def test_what_was_said_is_a_word_of_ours_and_nothing_from_the_address(signed_in):
    browser = signed_in("signer")
    for said in ("frame.nothing", "<script>", "frame.error", "x", "frame.brand"):
        answer = browser.get("/supplier", params={"said": said})
        assert answer.status_code == 200
        assert 'class="flash"' not in answer.text


@pytest.mark.parametrize("href", ["/supplier", "/supplier/lots?which=held", "/"])
def test_a_way_back_is_an_address_of_ours(href):
    assert is_own_path(href)


@pytest.mark.parametrize(
    "href",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "",
        "x",
        "/a\nb",
        "/a\\b",
    ],
)
def test_no_way_back_leads_to_another_site(href):
    assert not is_own_path(href)


def test_a_page_for_everybody_carries_nothing_of_a_session(client):
    answer = client.get("/")
    assert answer.status_code == 200
    assert 'action="/sign-out"' not in answer.text
    assert "htmx" not in answer.text.replace("htmx-config", "")


@pytest.mark.parametrize("declared", [True, False])
def test_a_form_that_is_too_large_gets_a_page_and_an_interface_a_problem(client, signed_in, declared):
    browser = signed_in("signer")
    body = b"text=" + b"x" * client.app.state.gateway.settings.max_body_bytes
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    sent = body if declared else iter([body[:9], body[9:]])
    answer = browser.post("/supplier/handovers/new", content=sent, headers=form)
    assert (answer.status_code, answer.headers["content-type"]) == (413, "text/html; charset=utf-8")
    assert "内容超过了允许的大小" in answer.text
    assert answer.headers["connection"] == "close"
    told = browser.post("/api/v1/handovers", content=body)
    assert (told.status_code, told.json()["code"]) == (413, "body.too-large")


def test_pages_of_people_may_ask_where_a_device_is_and_nothing_else_may(client, signed_in):
    allowed = signed_in("signer").get("/supplier").headers["permissions-policy"]
    assert allowed == "camera=(), geolocation=(self), microphone=()"
    for path in ("/api/v1/health", "/find?code=x", "/openapi.json"):
        answer = client.get(path)
        page = "script-src" in answer.headers["content-security-policy"]
        assert ("geolocation=(self)" in answer.headers["permissions-policy"]) is page, path
