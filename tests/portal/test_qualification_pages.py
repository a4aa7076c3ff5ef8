"""A firm applies page by page, the registrar decides, and the party keeps its papers, all by plain forms."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

import file_samples as samples
import qualification_world as world
from portal.page_look import Look
from suyuan.access import accounts
from suyuan.qualification import queries
from suyuan.qualification.model import State

PASSWORD = "a long walk by the river 7"
FIRM = {"names-zh": "晨露食品有限公司", "creditCode": world.CODE, "roles": ["processor"], "goods": ["113"]}
CONTACT = {"contact-name": "李梅", "contact-phone": "13800138000", "sites-0-names-zh": "一号车间"}
PAPERS = (
    {"kind": "business-licence", "number": world.CODE, "issuer": "上海市监局", "validFrom": "2020-01-01"},
    {
        "kind": "production-licence",
        "number": world.SC,
        "issuer": "上海市监局",
        "validFrom": "2024-05-01",
        "validUntil": "2027-04-30",
    },
)


@pytest.fixture
def applying(client, parties):
    """A browser of somebody who has begun to apply; `post` sends a form with its token."""

    def post(path, data=None, **more):
        token = re.search(r'name="csrf" value="([^"]+)"', client.get("/apply/firm").text)
        if token is None:
            token = re.search(r'name="csrf" value="([^"]+)"', client.get("/apply").text)
        return client.post(path, data={"csrf": token[1] if token else "", **(data or {})}, **more)

    begun = client.post("/apply", data={"name": "李梅", "login": "limei@example.com", "password": PASSWORD})
    assert (begun.status_code, begun.headers["location"]) == (303, "/apply/firm"), begun.text
    client.post_form = post
    return client


def add_papers(browser):
    for fields in PAPERS:
        file = {"file": ("scan.pdf", samples.pdf(fields["kind"]), "application/pdf")}
        answer = browser.post_form("/apply/papers", fields, files=file)
        assert answer.status_code == 303, answer.text


def fill_in(browser):
    assert browser.post_form("/apply/firm", FIRM).headers["location"].startswith("/apply/contact")
    assert browser.post_form("/apply/contact", CONTACT).headers["location"].startswith("/apply/papers")
    add_papers(browser)


def test_a_firm_applies_step_by_step_and_the_registrar_approves(applying, gateway, signed_in):
    fill_in(applying)
    assert "没有发现问题" in applying.get("/apply/review").text
    handed = applying.post_form("/apply/review")
    assert handed.headers["location"] == "/apply?said=qualification.submitted"
    assert "审核中" in applying.get("/apply").text
    with gateway.database.reading() as conn:
        (waiting,) = queries.applications_in(conn, [State.SUBMITTED])
    desk = signed_in("registrar")
    assert "晨露食品有限公司" in desk.get("/admin/applications").text
    path = f"/admin/applications/{waiting.id}"
    shown = desk.get(path).text
    assert "0 项不通过" in shown
    token = re.search(r'name="csrf" value="([^"]+)"', shown)[1]
    done = desk.post(f"{path}/approval", data={"csrf": token})
    assert done.status_code == 303, done.text
    assert re.fullmatch(r"/admin/parties/\d+\?said=qualification.approved", done.headers["location"])
    assert "资格有效" in desk.get(done.headers["location"]).text
    with gateway.database.reading() as conn:
        assert accounts.the_account(conn, waiting.account).party is not None
    papers = applying.get("/supplier/documents").text
    assert world.SC in papers
    assert "2027年5月1日" in papers  # qualified through the last day of the licence


def test_the_registrar_proves_who_he_is_before_what_gives_rights(parties, signed_in, clock):
    desk = signed_in("registrar")
    clock.advance(timedelta(minutes=11))
    form = {"csrf": desk.headers["X-CSRF-Token"], "act": "approve"}
    party, case = f"/admin/parties/{parties[0]}", "/admin/applications/nothing"
    for path, back in (
        (f"{case}/approval", case),
        (f"{party}/standing", party),
        (f"{party}/documents/x", party),
    ):
        assert desk.post(path, data=form).headers["location"] == f"/prove?next={back}"


def test_every_page_of_an_application_is_whole_in_both_languages(applying):
    fill_in(applying)
    for path in ("/apply/firm", "/apply/contact", "/apply/papers", "/apply/review", "/apply"):
        for language in ("zh", "en"):
            answer = applying.get(f"{path}?lang={language}", follow_redirects=True)
            assert answer.status_code == 200, path
            found = Look(answer.text)
            assert found.faults == [], (path, language)
            assert len(found.headings) == 1


def test_what_is_wrong_stands_beside_its_field_and_what_was_written_is_kept(applying):
    answer = applying.post_form("/apply/firm", {"names-zh": "晨露", "creditCode": "91310112087994932E"})
    assert answer.status_code == 422
    assert 'href="#creditCode"' in answer.text
    assert "统一社会信用代码不正确" in answer.text
    assert 'value="91310112087994932E"' in answer.text
    assert "请至少选择一个角色" in answer.text
    assert "晨露" in applying.get("/apply/firm").text
    review = applying.post_form("/apply/review")
    assert review.status_code == 422
    for wanted in ("缺少营业执照", "请填写联系人姓名", "统一社会信用代码不正确"):
        assert wanted in review.text


def test_a_renamed_program_is_refused_beside_the_file_field(applying):
    file = {"file": ("licence.pdf", samples.EXE, "application/pdf")}
    answer = applying.post_form("/apply/papers", PAPERS[0], files=file)
    assert answer.status_code == 422
    assert "文件不是所要求的类型" in answer.text
    assert f'value="{world.CODE}"' in answer.text
    assert applying.post_form("/apply/papers", PAPERS[0]).status_code == 422  # no file at all


def test_who_comes_back_goes_on_and_reads_what_is_asked(applying, gateway, signed_in):
    fill_in(applying)
    applying.post_form("/apply/review")
    with gateway.database.reading() as conn:
        (waiting,) = queries.applications_in(conn, [State.SUBMITTED])
    desk = signed_in("registrar")
    path = f"/admin/applications/{waiting.id}"
    token = re.search(r'name="csrf" value="([^"]+)"', desk.get(path).text)[1]
    asked = {"csrf": token, "field-0": "/documents/1/file", "question-0": "扫描件不清楚，请重传。"}
    assert desk.post(f"{path}/questions", data=asked).status_code == 303
    assert applying.get("/apply").headers["location"] == "/apply/review"
    review = applying.get("/apply/review").text
    assert "扫描件不清楚，请重传。" in review
    assert "第 2 份文件" in review
    assert applying.post_form("/apply/review").status_code == 303


def test_a_refusal_without_reason_stays_on_the_page(applying, gateway, signed_in):
    fill_in(applying)
    applying.post_form("/apply/review")
    with gateway.database.reading() as conn:
        (waiting,) = queries.applications_in(conn, [State.SUBMITTED])
    desk = signed_in("registrar")
    path = f"/admin/applications/{waiting.id}"
    token = re.search(r'name="csrf" value="([^"]+)"', desk.get(path).text)[1]
    answer = desk.post(f"{path}/refusal", data={"csrf": token, "reason": " "})
    assert answer.status_code == 409
    assert "请写明原因" in answer.text
    assert desk.post(f"{path}/refusal", data={"csrf": token, "reason": "主体不符"}).status_code == 303
    assert "主体不符" in applying.get("/apply").text


def test_a_weak_password_or_a_taken_login_begins_nothing(client, parties):
    weak = {"name": "李梅", "login": "limei@example.com", "password": "12345678"}
    answer = client.post("/apply", data=weak)
    assert answer.status_code == 422
    assert 'href="#password"' in answer.text


def test_strangers_see_no_case_and_no_paper(applying, signed_in):
    for path in ("/admin/applications", "/admin/parties/1"):
        assert applying.get(path).status_code == 403
    assert applying.get("/supplier/documents").status_code == 403
    assert signed_in("signer").get("/apply/firm").status_code == 403


def test_a_party_is_suspended_with_a_reason_and_reinstated(signed_in, parties):
    desk = signed_in("registrar")
    path = f"/admin/parties/{parties[0]}"
    token = re.search(r'name="csrf" value="([^"]+)"', desk.get(path).text)[1]
    empty = desk.post(f"{path}/standing", data={"csrf": token, "act": "suspend", "reason": ""})
    assert empty.status_code == 409
    form = {"csrf": token, "act": "suspend", "reason": "抽检不合格"}
    assert desk.post(f"{path}/standing", data=form).status_code == 303
    assert "已暂停" in desk.get(path).text
    assert "暂时不能登记新批次" in signed_in("admin").get("/supplier/documents").text
    form |= {"act": "reinstate", "reason": "复检合格"}
    assert desk.post(f"{path}/standing", data=form).status_code == 303
    assert "资格有效" in desk.get(path).text
