"""On a phone: the rules answer while one types, the sums are shown closing, and the answer is signed."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def phone(own_site, visit):
    page = visit(own_site, "signer", width=360)
    page.goto(f"{own_site.url}/supplier/handovers/{own_site.made['incoming']}")
    return page


def fill(page, **values):
    for name, value in values.items():
        field = page.locator(f"#{name}")
        if field.evaluate("each => each.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
            field.dispatch_event("change")


def test_the_minus_sign_is_a_button_and_the_rules_answer_at_once(phone):
    fill(phone, t1_door="12", t1_middle="-19", t1_front="-19", instrument="T-1")
    fill(phone, calibrated="2099-01-01", uncertainty="0.3")
    phone.get_by_text("不可接收").first.wait_for()
    flip = phone.get_by_role("button", name="车门处（℃）：切换零上、零下")
    flip.click()
    assert phone.locator("#t1_door").input_value() == "-12"
    fill(phone, t1_door="-18.5")
    phone.get_by_text("在限值内").first.wait_for()
    assert phone.get_by_text("不可接收").count() == 0


def test_the_sums_are_shown_while_they_are_typed(phone):
    shown = phone.locator("[data-sum]")
    assert shown.inner_text() == "100 + 0 + 0 = 100"
    fill(phone, a1="80", r1="15")
    assert shown.inner_text() == "80 + 15 + 0 ≠ 100"
    fill(phone, m1="5")
    assert shown.inner_text() == "80 + 15 + 5 = 100"


def test_a_part_is_refused_and_signed_on_the_phone(phone, own_site):
    fill(phone, t1_door="-18.5", t1_middle="-19", t1_front="-19", instrument="T-1", calibrated="2099-01-01")
    fill(phone, uncertainty="0.3", p1="10", s1="A-1", packaging="good", a1="80", r1="20", why1="damaged")
    phone.get_by_role("button", name="按以上数量接收").click()
    phone.get_by_role("heading", name="接收货物，请签名").wait_for()
    assert "会拆成单独的批次" in phone.locator("main").inner_text()
    phone.locator("main form button").last.click()
    phone.get_by_text("验收结果已签名保存。").wait_for()
    text = phone.locator("main").inner_text()
    assert "部分接收" in text
    assert "查看退货交接" in text


def test_where_the_phone_is_and_how_the_vehicle_was_cooled_go_into_the_rules(phone, own_site):
    phone.context.grant_permissions(["geolocation"])
    phone.context.set_geolocation({"latitude": 31.2304, "longitude": 121.4737})
    phone.get_by_text("预冷、位置与传感器").click()
    phone.get_by_role("button", name="用本机定位").click()
    phone.get_by_text("已取得位置").wait_for()
    assert phone.locator("#lat").input_value() == "31.23040"
    fill(phone, precool="5", sensor_closed="2026-11-23T08:00:00.000", sensor_opened="2026-11-23T08:00:00.001")
    phone.get_by_text("传感器一段时间无人负责").wait_for()
    assert phone.get_by_text("装车前车厢温度偏离 3 ℃ 以上").count() == 1
    fill(phone, sensor_opened="2026-11-23T08:00:00.000")
    phone.get_by_text("传感器无缝移交").wait_for()
