"""Qualification over HTTP: somebody applies, a registrar decides, papers are renewed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from starlette.testclient import TestClient

import file_samples as samples
import qualification_world as world
from suyuan.access import tokens
from suyuan.access.model import Scope
from suyuan.app import create_app
from suyuan.kernel.clock import FixedClock
from suyuan.qualification import arriving
from suyuan.qualification.apply import MOST_HANDED_IN

PASSWORD = "a long walk by the river 7"
FILLED = {
    "names": {"zh": "晨露食品有限公司"},
    "creditCode": world.CODE,
    "roles": ["processor"],
    "goods": ["113"],
    "sites": [{"names": {"zh": "一号车间"}}],
    "contact": {"name": "李梅", "phone": "13800138000", "email": ""},
}
BUSINESS = {
    "kind": "business-licence",
    "number": world.CODE,
    "issuer": "上海市监局",
    "validFrom": "2020-01-01",
}
PRODUCTION = {
    "kind": "production-licence",
    "number": world.SC,
    "issuer": "上海市监局",
    "validFrom": "2024-05-01",
    "validUntil": "2027-04-30",
}


class Browser:
    """A person's browser: keeps the cookie, sends the session's token with what changes something."""

    def __init__(self, app):
        self.client = TestClient(app)
        self.headers = {}

    def begin(self, login, **more):
        body = {"login": login, "name": "李梅", "password": PASSWORD, **more}
        answer = self.client.post("/api/v1/applications", json=body)
        if answer.status_code == 201:
            csrf = self.client.get("/api/v1/session").json()["csrf"]
            self.headers = {"X-CSRF-Token": csrf}
        return answer

    def ask(self, method, path, **more):
        return self.client.request(method, f"/api/v1{path}", headers=self.headers, **more)

    def add(self, path, fields, data, name="scan.pdf"):
        return self.ask("POST", path, data=fields, files={"file": (name, data)})


@pytest.fixture
def clock():
    return FixedClock(world.NOW)


@pytest.fixture
def gateway(gateway, clock):

    return replace(gateway, clock=clock)


@pytest.fixture
def app(gateway):
    return create_app(gateway)


@pytest.fixture
def browser(app):
    return Browser(app)


@pytest.fixture
def desk(gateway, app):
    """A registrar's system; `desk("b")` is another registrar's."""

    def made(name="a"):
        with gateway.database.transaction() as conn:
            secret = tokens.issue(conn, gateway.clock, name, None, (Scope.REGISTRAR,))
        found = TestClient(app)
        found.headers["Authorization"] = f"Bearer {secret}"
        return found

    return made


def handed_in(browser, login="limei@example.com"):
    application = browser.begin(login).json()["id"]
    path = f"/applications/{application}"
    assert browser.ask("PUT", path, json=FILLED).status_code == 200
    for fields in (BUSINESS, PRODUCTION):
        added = browser.add(f"{path}/documents", fields, samples.pdf(fields["kind"]))
        assert added.status_code == 201, added.text
    answer = browser.ask("POST", f"{path}/submission")
    assert answer.status_code == 200, answer.text
    return application


def test_a_firm_applies_and_becomes_a_party_whose_administrator_is_who_applied(browser, desk):
    application = handed_in(browser)
    registrar = desk()
    (line,) = registrar.get("/api/v1/applications?state=submitted").json()["applications"]
    assert (line["id"], line["creditCode"]) == (application, world.CODE)
    checks = registrar.get(f"/api/v1/applications/{application}/checks").json()["checks"]
    assert {check["verdict"] for check in checks} == {"pass"}
    made = registrar.post(f"/api/v1/applications/{application}/approval")
    assert made.status_code == 201, made.text
    assert made.json()["qualifiedUntil"] == "2027-04-30T16:00:00Z"
    number = made.json()["number"]
    me = browser.ask("GET", "/session").json()
    assert (me["party"], me["seats"]) == (number, ["admin", "signer"])
    papers = browser.ask("GET", f"/parties/{number}/documents").json()["documents"]
    assert [paper["state"] for paper in papers] == ["approved", "approved"]
    assert browser.ask("GET", f"/files/{papers[0]['file']}").content == samples.pdf("business-licence")


def test_every_fault_is_named_with_its_field(browser):
    application = browser.begin("limei@example.com").json()["id"]
    answer = browser.ask("POST", f"/applications/{application}/submission")
    assert (answer.status_code, answer.json()["code"]) == (422, "application.refused")
    pointers = {fault["pointer"] for fault in answer.json()["errors"]}
    assert pointers == {"/names", "/creditCode", "/roles", "/contact/name", "/contact/phone", "/documents"}


def test_questions_come_back_with_their_fields(browser, desk):
    application = handed_in(browser)
    questions = [{"pointer": "/documents/1/file", "text": "扫描件不清楚。"}]
    path = f"/api/v1/applications/{application}"
    assert desk().post(f"{path}/questions", json={"questions": questions}).status_code == 200
    seen = browser.ask("GET", f"/applications/{application}").json()
    assert (seen["state"], seen["questions"]) == ("asked", questions)
    assert browser.ask("POST", f"/applications/{application}/submission").status_code == 200
    assert desk().post(f"{path}/refusal", json={"reason": "不符。"}).json()["reason"] == "不符。"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (samples.EXE, "file.kind"),
        (b"", "file.empty"),
        (samples.pdf_bomb(), "file.bomb"),
        (samples.workbook(), "file.kind"),
        (samples.pdf_with_script(), "file.active"),
    ],
)
def test_a_bad_file_is_refused_and_leaves_nothing(browser, data, code):
    application = browser.begin("limei@example.com").json()["id"]
    answer = browser.add(f"/applications/{application}/documents", BUSINESS, data, "licence.pdf")
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert browser.ask("GET", f"/applications/{application}").json()["documents"] == []


def test_another_applicants_draft_and_papers_do_not_exist(app, browser, desk):
    application = handed_in(browser)
    paper = browser.ask("GET", f"/applications/{application}").json()["documents"][0]
    stranger = Browser(app)
    own = stranger.begin("13900139000").json()["id"]
    path = f"/applications/{application}"
    for method, tried, more in (
        ("GET", path, {}),
        ("PUT", path, {"json": FILLED}),
        ("POST", f"{path}/submission", {}),
        ("POST", f"{path}/withdrawal", {}),
        ("DELETE", f"{path}/contact", {}),
        ("DELETE", f"{path}/documents/{paper['id']}", {}),
        ("DELETE", f"/applications/{own}/documents/{paper['id']}", {}),
        ("GET", f"/files/{paper['file']}", {}),
        ("GET", f"/files/{paper['file']}/proof", {}),
    ):
        assert stranger.ask(method, tried, **more).status_code == 404, (method, tried)
    assert stranger.add(f"{path}/documents", BUSINESS, samples.pdf()).status_code == 404
    assert [each["id"] for each in stranger.ask("GET", "/applications").json()["applications"]] == [own]
    for tried in (f"{path}/approval", f"{path}/checks"):
        assert stranger.ask("POST" if "approval" in tried else "GET", tried).status_code == 403
    assert desk().get(f"/api/v1{path}").status_code == 200


def test_nothing_is_approved_after_it_was_withdrawn_and_nothing_twice(browser, app, desk):
    application = handed_in(browser)
    assert browser.ask("POST", f"/applications/{application}/withdrawal").json()["state"] == "withdrawn"
    answer = desk().post(f"/api/v1/applications/{application}/approval")
    assert (answer.status_code, answer.json()["code"]) == (409, "application.state")
    second = handed_in(Browser(app), "13900139000")
    assert desk("a").post(f"/api/v1/applications/{second}/approval").status_code == 201
    assert desk("b").post(f"/api/v1/applications/{second}/approval").status_code == 409


def entered(one):
    """An application that a registrar has entered for somebody and handed in; its path."""
    body = {"login": "13700137000", "name": "王强"}
    application = one.post("/api/v1/applications", json=body).json()["id"]
    path = f"/api/v1/applications/{application}"
    assert one.put(path, json=FILLED).status_code == 200
    for fields in (BUSINESS, PRODUCTION):
        file = {"file": ("scan.pdf", samples.pdf(fields["kind"]))}
        assert one.post(f"{path}/documents", data=fields, files=file).status_code == 201
    assert one.post(f"{path}/submission").status_code == 200
    return path


def test_a_registrar_enters_for_somebody_and_another_decides(desk):
    one, other = desk("a"), desk("b")
    path = entered(one)
    answer = one.post(f"{path}/approval")
    assert (answer.status_code, answer.json()["code"]) == (403, "application.four-eyes")
    assert other.post(f"{path}/approval").status_code == 201


def test_a_registrars_own_token_is_no_second_registrar(app, desk, sign_in):
    registrar = sign_in(desk(), ["registrar"]).browser
    made = registrar.post("/api/v1/tokens", json={"name": "x", "scopes": ["registrar"]}).json()["token"]
    system = TestClient(app, headers={"Authorization": f"Bearer {made}"})
    path = entered(system)
    answer = registrar.post(f"{path}/approval")
    assert (answer.status_code, answer.json()["code"]) == (403, "application.four-eyes")
    assert sign_in(desk(), ["registrar"]).browser.post(f"{path}/approval").status_code == 201


def test_who_approves_has_just_proved_who_he_is(browser, desk, sign_in, clock):
    application = handed_in(browser)
    registrar = sign_in(desk(), ["registrar"]).browser
    clock.advance(timedelta(minutes=11))
    for path in (f"applications/{application}/approval", "parties/1/keys"):
        answer = registrar.post(f"/api/v1/{path}", json={})
        assert (answer.status_code, answer.json()["code"]) == (403, "session.prove"), path


def test_papers_are_not_added_and_taken_out_without_end(browser):
    path = f"/applications/{browser.begin('limei@example.com').json()['id']}/documents"
    for number in range(MOST_HANDED_IN):
        added = browser.add(path, BUSINESS, samples.pdf(f"paper {number}"))
        assert added.status_code == 201, number
        assert browser.ask("DELETE", f"{path}/{added.json()['id']}").status_code == 204
    answer = browser.add(path, BUSINESS, samples.pdf("one more"))
    assert (answer.status_code, answer.json()["code"]) == (409, "application.state")


def test_a_forged_page_elsewhere_changes_nothing(browser):
    application = browser.begin("limei@example.com").json()["id"]
    browser.headers = {}
    answer = browser.ask("PUT", f"/applications/{application}", json=FILLED)
    assert answer.status_code == 403


def test_one_place_begins_few_applications_an_hour(app):
    for number in range(arriving.FROM_ONE):
        assert Browser(app).begin(f"p{number}@example.com").status_code == 201
    answer = Browser(app).begin("one.more@example.com")
    assert (answer.status_code, answer.json()["code"]) == (429, "application.too-many")


def test_a_weak_or_missing_password_begins_nothing(browser):
    assert browser.begin("limei@example.com", password="12345678").status_code == 422
    assert browser.begin("limei@example.com", password=None).status_code == 422


def test_a_renewal_moves_the_qualification_and_consent_opens_the_proof(browser, desk, clock):
    application = handed_in(browser)
    registrar = desk()
    number = registrar.post(f"/api/v1/applications/{application}/approval").json()["number"]
    old = browser.ask("GET", f"/parties/{number}/documents").json()["documents"][1]
    clock.set(datetime(2027, 4, 10, tzinfo=UTC))
    browser.headers = {}
    again = {"login": "limei@example.com", "password": PASSWORD}
    browser.client.cookies.clear()
    browser.headers = {"X-CSRF-Token": browser.client.post("/api/v1/session", json=again).json()["csrf"]}
    fields = {**PRODUCTION, "validFrom": "2027-04-01", "validUntil": "2032-03-31", "renews": old["id"]}
    new = browser.add(f"/parties/{number}/documents", fields, samples.pdf("renewed"))
    assert new.status_code == 201, new.text
    assert (new.json()["version"], new.json()["state"]) == (2, "submitted")
    assert [each["id"] for each in registrar.get("/api/v1/documents").json()["documents"]] == [
        new.json()["id"]
    ]
    assert registrar.post(f"/api/v1/documents/{new.json()['id']}/approval").status_code == 200
    party = registrar.get(f"/api/v1/parties/{number}").json()
    assert party["qualifiedUntil"] == "2032-03-31T16:00:00Z"
    proof = f"/api/v1/files/{new.json()['file']}/proof"
    nobody = TestClient(browser.client.app)
    assert nobody.get(proof).json()["code"] == "file.unknown"
    path = f"/documents/{new.json()['id']}/consent"
    assert browser.ask("PUT", path, json={"shown": True}).json()["shown"] is True
    assert nobody.get(proof).json()["code"] == "file.not-anchored"
    assert browser.ask("PUT", path, json={"shown": False}).status_code == 200
    assert nobody.get(proof).json()["code"] == "file.unknown"
    assert date.fromisoformat(old["validUntil"]) == date(2027, 4, 30)
