"""The same supplier with a key of its own in a browser wallet: what it signs becomes final, and nowhere in
the database or the data folder is a key of that party.
"""

from __future__ import annotations

import json
from contextlib import ExitStack

import pysqlite3
import pytest
from eth_account import Account
from playwright.sync_api import expect

from stories import company
from stories.company import SITE, Platform, lot_uri
from stories.faulty_sheet import filled_in
from stories.pages import PATIENCE, AtPages, Wallet
from stories.running import running

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.node]

ROWS = 300
HANDED = 12
CHAIN = 31337


@pytest.fixture(scope="module")
def platform(tmp_path_factory):
    with running(tmp_path_factory.mktemp("wallet"), "--empty") as system:
        found = Platform(system)
        found.register_product()
        yield found


@pytest.fixture(scope="module")
def visitor(platform, chromium):
    with ExitStack() as leaving:

        def comes(**options):
            found = AtPages(chromium, platform.system.url, **options)
            leaving.callback(found.close)
            return found

        yield comes


@pytest.fixture(scope="module")
def wallet():
    return Wallet(Account.create(), CHAIN)


@pytest.fixture(scope="module")
def supplier(platform, visitor, wallet):
    """Approved with a custodial key, then with one of its own instead."""
    at, registrar = visitor(), visitor()
    wallet.plug_in(at.page)
    company.applies(at)
    registrar.open_account(platform.invitation("13800138001", "周敏", "registrar"))
    company.approves(registrar)
    at.go("/supplier/keys")
    at.press("从钱包读取地址")
    expect(at.page.locator("#address")).to_have_value(wallet.account.address, timeout=PATIENCE)
    at.press("下一步：证明持有这把密钥")
    at.press("用钱包签名")
    expect(at.page.locator("#signature")).not_to_have_value("", timeout=PATIENCE)
    at.press("登记新密钥")
    at.reads("新密钥已登记，上链确认后生效。")
    company.key_in_use(at, wallet.account.address)
    return at


@pytest.fixture(scope="module")
def signed(platform, supplier, wallet):
    """The receipt; before, the wallet refused once, and once it stood at another account."""
    supplier.go("/supplier/upload")
    data, rows = filled_in(supplier.fetch("采收记录 Excel"), ROWS, SITE)
    company.uploads(supplier, "采收.xlsx", data)
    company.mends(supplier, rows)
    supplier.press("签名并提交 300 行")
    supplier.comes_to("打开钱包签名")
    wallet.says = [("eth_signTypedData_v4", {"error": {"code": 4001}})]
    said = supplier.page.locator("[data-wallet-status]")
    supplier.press("打开钱包签名")
    expect(said).to_contain_text("您在钱包里取消了。什么都没有提交，可以重新签名。", timeout=PATIENCE)
    wallet.says = [("eth_requestAccounts", {"result": [Account.create().address]})]
    supplier.press("打开钱包签名")
    expect(said).to_contain_text("不是本单位登记的签名地址", timeout=PATIENCE)
    wallet.asked.clear()
    supplier.press("打开钱包签名")
    supplier.comes_to("下载回执")
    assert wallet.asked.count("eth_signTypedData_v4") == 2  # a party's signature covers 150 entries at most
    return json.loads(supplier.fetch("下载回执"))


def test_what_the_wallet_signed_becomes_final(platform, supplier, signed):
    found = company.checks_receipt(signed, ROWS)
    company.sees_final(supplier, [identifier for identifier, _ in found])
    assert platform.on_chain(lot_uri(HANDED)) == (signed["party"], 0)
    assert platform.system.json("verify", lot_uri(HANDED), "--json")["exitCode"] == 0


def test_its_lot_is_handed_over_with_the_wallet_and_refused_in_part(
    platform, visitor, supplier, wallet, signed
):
    carrier, warehouse = visitor(width=360), visitor(width=360)
    numbers = company.partners(platform, carrier, warehouse)
    company.offers(supplier, HANDED, numbers[0], "105")
    supplier.press("打开钱包签名")
    supplier.page.wait_for_url(lambda url: "/new" not in url)
    company.opens_first_task(carrier, "交来货物，等您验收")
    company.measures(carrier, a1="85", r1="15", m1="5", why1="damaged")
    company.custodial_signature(carrier, "验收结果已签名保存。")
    carrier.follow("查看退货交接")
    back = carrier.path
    supplier.go(back)
    supplier.follow("收回退货")
    supplier.press("打开钱包签名")
    supplier.page.wait_for_url(lambda url: "/act" not in url)
    assert platform.settled_custody(lot_uri(HANDED)) == [signed["party"], numbers[0]]
    assert platform.on_chain(lot_uri(HANDED)) == (numbers[0], 0)


def test_no_table_and_no_file_holds_a_key_of_the_party(platform, wallet, signed):
    secret, folder = bytes(wallet.account.key), platform.system.data
    conn = pysqlite3.connect(f"file:{folder / 'suyuan.db'}?mode=ro", uri=True)
    try:
        sealed = "SELECT address, custodial FROM parties_keys WHERE party = ? AND sealed IS NOT NULL"
        assert conn.execute(sealed, (signed["party"],)).fetchall() == []
        own = "SELECT custodial FROM parties_keys WHERE address = ?"
        assert conn.execute(own, (wallet.account.address,)).fetchall() == [(0,)]
        tables = [name for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        assert len(tables) > 40
        for table in tables:
            for row in conn.execute(f'SELECT * FROM "{table}"'):
                assert not any(holds(value, secret) for value in row), table
    finally:
        conn.close()
    for file in folder.rglob("*"):
        if file.is_file():
            assert not holds(file.read_bytes(), secret), file


def holds(value, secret):
    raw = value.encode() if isinstance(value, str) else value
    return isinstance(raw, bytes) and (secret in raw or secret.hex().encode() in raw.lower())
