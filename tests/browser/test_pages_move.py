"""What scripts add to the pages: news without loading anew, and nothing that is needed."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from suyuan.anchoring.tables import operations
from suyuan.notices import tell

pytestmark = pytest.mark.browser


def put(site, submission, state):
    with site.gateway.database.transaction() as conn:
        conn.execute(update(operations).where(operations.c.reference == submission).values(state=state))


def test_a_submissions_state_changes_on_the_open_page_until_it_is_final(own_site, visit):
    page = visit(own_site, "signer")
    submission = own_site.made["submission"]
    with page.expect_request("**/supplier/live**"):
        page.goto(f"{own_site.url}/supplier/submissions/{submission}")
    state = page.locator("#state")
    expect(state).to_contain_text("记录已经保存")
    page.evaluate("window.untouched = true")
    for name, words in (("signed", "签名完成"), ("mined", "已经写进区块"), ("final", "并且不可逆转")):
        put(own_site, submission, name)
        expect(state).to_contain_text(words)
    assert page.evaluate("window.untouched") is True
    expect(state).to_have_attribute("data-live", "ended")
    expect(state.locator("li.done")).to_have_count(4)


def test_news_come_to_the_open_first_page_of_their_own_party_only(own_site, visit):
    own, other = visit(own_site, "signer"), visit(own_site, "signer", party=2)
    for page in (own, other):
        with page.expect_request("**/supplier/live**"):
            page.goto(f"{own_site.url}/supplier")
    with own_site.gateway.database.transaction() as conn:
        tell(conn, own_site.gateway.clock, own_site.parties[0], "handover.refused", "h1", {})
        tell(conn, own_site.gateway.clock, own_site.parties[1], "key.added", "k1", {})
    expect(own.locator("#todo")).to_contain_text("对方拒收了货物")
    expect(other.locator("#todo")).to_contain_text("签名密钥已添加")
    expect(own.locator("#todo")).not_to_contain_text("签名密钥已添加")


def test_without_scripts_there_is_a_link_that_loads_the_page_anew(site, visit, chromium):
    context = chromium.new_context(java_script_enabled=False, locale="zh-CN")
    name, value = site.cookie("signer")
    context.add_cookies([{"name": name, "value": value, "url": site.url}])
    page = context.new_page()
    page.goto(f"{site.url}/supplier/submissions/{site.made['submission']}")
    expect(page.get_by_role("link", name="刷新查看最新进度")).to_be_visible()
    expect(page.get_by_role("button", name="打印")).to_have_count(0)
    page.goto(f"{site.url}/supplier/lots")
    page.get_by_label("批号或编码").fill("m2611")
    page.get_by_role("button", name="筛选").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    context.close()


def test_a_person_finds_his_way_by_the_keyboard_alone(site, visit):
    page = visit(site, "signer")
    page.goto(f"{site.url}/supplier/lots")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("范围")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("REJECTED")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    assert "q=REJECTED" in page.url


def test_a_code_that_cannot_be_read_is_mended_where_it_stands(site, visit):
    page = visit(site, None)
    page.goto(site.url)
    page.get_by_label("追溯码").fill("hello")
    page.get_by_role("button", name="查看来历").click()
    expect(page.get_by_label("追溯码")).to_be_focused()
    expect(page.get_by_label("追溯码")).to_have_value("hello")
    page.get_by_label("追溯码").fill("06901234567892/M2611-07")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site.url}/01/06901234567892/10/M2611-07")
    expect(page.locator("h1")).to_contain_text("安吉散养鸡蛋")


def test_labels_are_as_large_on_paper_as_they_were_chosen(site, visit):
    page = visit(site, "entry", width=1280)
    page.emulate_media(media="print")
    for size, width, height, code in (("50x30", 50, 30, 26), ("60x40", 60, 40, 30), ("100x70", 100, 70, 50)):
        page.goto(f"{site.url}/supplier/lots/{site.made['lot']}/label?size={size}&copies=2")
        label, picture = (
            page.locator(".label").first.bounding_box(),
            page.locator(".label img").first.bounding_box(),
        )
        found = [label["width"], label["height"], picture["width"], picture["height"]]
        millimetre = 96 / 25.4
        assert [round(each / millimetre, 1) for each in found] == [width, height, code, code]
        inside = "each => each.scrollWidth <= each.clientWidth && each.scrollHeight <= each.clientHeight"
        assert page.locator(".label").first.evaluate(inside), size
        expect(page.locator("header")).to_be_hidden()
