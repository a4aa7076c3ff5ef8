"""A new supplier at the pages of a running system: it applies, is approved, uploads a sheet with twelve wrong
rows, mends them, signs, and its lots become final; a carrier and a warehouse take them over.
"""

from __future__ import annotations

import json
from contextlib import ExitStack

import pysqlite3
import pytest
from playwright.sync_api import expect

from stories import company
from stories.company import NAME, SITE, Platform, lot_uri
from stories.faulty_sheet import filled_in, lot_name
from stories.pages import PATIENCE, AtPages
from stories.running import running

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.node]

ROWS = 2000
HANDED = 12


@pytest.fixture(scope="module")
def platform(tmp_path_factory):
    with running(tmp_path_factory.mktemp("supplier"), "--empty") as system:
        found = Platform(system)
        found.register_product()
        yield found


@pytest.fixture(scope="module")
def visitor(platform, chromium):
    """visitor(width=1280, …): somebody with a new browser; nothing on any page may go wrong meanwhile."""
    with ExitStack() as leaving:

        def comes(**options):
            found = AtPages(chromium, platform.system.url, **options)
            leaving.callback(found.close)
            return found

        yield comes


@pytest.fixture(scope="module")
def supplier(platform, visitor):
    """A firm that applied and was approved, signed in."""
    at, registrar = visitor(), visitor()
    company.applies(at)
    registrar.open_account(platform.invitation("13800138001", "周敏", "registrar"))
    company.approves(registrar)
    at.go("/apply")
    assert at.path == "/supplier/documents"
    at.go("/supplier")
    expect(at.page.locator("header")).to_contain_text(NAME)
    return at


def ten_minutes_pass(platform):
    """The last proof of everybody is older than ten minutes."""
    conn = pysqlite3.connect(platform.system.data / "suyuan.db", timeout=60)
    try:
        with conn:
            conn.execute("UPDATE access_sessions SET fresh_at = fresh_at - 660000")
    finally:
        conn.close()


@pytest.fixture(scope="module")
def receipt(platform, supplier):
    """What the upload of the faulty sheet came to."""
    supplier.go("/supplier/upload")
    template = supplier.fetch("采收记录 Excel")
    data, rows = filled_in(template, ROWS, SITE)
    company.uploads(supplier, "七月采收.xlsx", data)
    company.mends(supplier, rows)
    supplier.reads("2,000 行")
    ten_minutes_pass(platform)
    company.signs(supplier, "签名并提交 2,000 行")
    return json.loads(supplier.fetch("下载回执"))


def test_twelve_wrong_rows_of_two_thousand_are_mended_signed_and_become_final(platform, supplier, receipt):
    found = company.checks_receipt(receipt, ROWS)
    assert {signer for _, signer in found} == {platform.receipt_address()}
    company.sees_final(supplier, [identifier for identifier, _ in found])
    company.sees_final_lot(supplier, HANDED)
    page = supplier.page.locator("body")
    for words in (lot_name(HANDED), "阳山水蜜桃", NAME, "阳山一号桃园"):
        expect(page).to_contain_text(words, timeout=PATIENCE)
    assert platform.system.json("verify", lot_uri(HANDED), "--json")["exitCode"] == 0
    assert platform.on_chain(lot_uri(HANDED)) == (receipt["party"], 0)


@pytest.fixture(scope="module")
def handed(platform, visitor, supplier, receipt):
    """The carrier took the lot over, and the warehouse refused a part: their people at their pages."""
    carrier, warehouse = visitor(width=360), visitor(width=360)
    numbers = company.partners(platform, carrier, warehouse)
    company.offers(supplier, HANDED, numbers[0], "105")
    company.custodial_signature(supplier, "已交出，等对方验收。")
    company.opens_first_task(carrier, "交来货物，等您验收")
    company.measures(carrier, a1="105")
    company.custodial_signature(carrier, "验收结果已签名保存。")
    company.offers(carrier, HANDED, numbers[1], "105")
    company.custodial_signature(carrier, "已交出，等对方验收。")
    sent = carrier.path
    company.opens_first_task(warehouse, "交来货物，等您验收")
    company.measures(warehouse, a1="85", r1="15", m1="5", why1="damaged")
    warehouse.reads("拒收的 15 千克 会拆成单独的批次")
    company.custodial_signature(warehouse, "验收结果已签名保存。")
    return carrier, warehouse, sent, numbers


def test_a_warehouse_refuses_a_part_and_both_sides_see_the_difference(platform, receipt, handed):
    carrier, warehouse, sent, numbers = handed
    for at in (carrier, warehouse):
        at.go(sent)
        for words in ("部分接收", "85 千克", "15 千克", "5 千克", "有货物缺少，差额双方都能看到"):
            at.reads(words)
    carrier.follow("查看退货交接")
    company.takes_back(carrier)
    assert platform.settled_custody(lot_uri(HANDED)) == [receipt["party"], *numbers]
    assert platform.on_chain(lot_uri(HANDED)) == (numbers[1], 0)
