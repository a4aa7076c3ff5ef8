"""A party's own wallet in the browser: signing, and everything that a wallet may say instead."""

from __future__ import annotations

import json

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct, encode_typed_data
from playwright.sync_api import expect
from sqlalchemy import select

from anchoring_harness import entry
from own_keys import address, secret
from suyuan.access.model import Caller, Scope
from suyuan.anchoring.outbox import enqueue_submission
from suyuan.anchoring.tables import operations
from suyuan.kernel.typed_data import personal_digest, sign
from suyuan.parties import succession
from suyuan.parties.proofs import challenge
from suyuan.parties.tables import keys, signatures

pytestmark = pytest.mark.browser

#: A wallet as pages see it; `answer` is Python's, by method.
WALLET = """window.ethereum = {request: async ({method, params}) => {
  const told = await window.answer(method, JSON.stringify(params ?? []))
  if (told.error) throw told.error
  return told.result
}}"""


class Wallet:
    """One account; `says` replaces answers by method."""

    def __init__(self, number=5, **says):
        self.number, self.says, self.asked = number, says, []

    def answer(self, method, params):
        self.asked.append(method)
        if method in self.says:
            return self.says[method]
        given = json.loads(params)
        return {"result": getattr(self, method)(*given)}

    def eth_requestAccounts(self):  # noqa: N802 - EIP-1193's own names
        return [address(self.number)]

    def eth_chainId(self):  # noqa: N802 - as above
        return hex(31337)

    def eth_signTypedData_v4(self, _address, text):  # noqa: N802 - as above
        message = encode_typed_data(full_message=json.loads(text))
        return "0x" + bytes(Account.sign_message(message, secret(self.number)).signature).hex()

    def personal_sign(self, text, _address):
        message = encode_defunct(hexstr=text)
        return "0x" + bytes(Account.sign_message(message, secret(self.number)).signature).hex()


def plug_in(page, wallet):
    page.expose_function("answer", wallet.answer)
    page.add_init_script(WALLET)
    return wallet


@pytest.fixture
def own(own_site):
    """The first party keeps its own key (secret 5), and two submissions wait for its signature."""
    gateway, party = own_site.gateway, own_site.parties[0]
    admin = Caller("a" * 16, "admin", party, frozenset({Scope.PARTY_ADMIN}), account="a" * 16)
    with gateway.database.transaction() as conn:
        done = operations.c.party == party
        conn.execute(operations.update().where(done).values(state="final", sequence=None))
        asked = challenge(conn, gateway.clock, gateway.identity, party, address(5))
        proof = sign(personal_digest(asked.message), secret(5))
        succession.register_own_key(conn, gateway.clock, admin, party, asked.id, proof)
        added = operations.c.kind == "key.add"
        conn.execute(operations.update().where(added).values(state="final", place=operations.c.id))
        succession.finish_successions(conn, gateway.clock)
        ended = operations.c.kind == "key.revoke"
        conn.execute(operations.update().where(ended).values(state="final", place=operations.c.id))
        for number in (1, 2):
            enqueue_submission(
                conn, gateway.clock, party, [entry(f"w{number}")], f"wallet {number}", first_sequence=number
            )
    return own_site


def handed_in(site):
    with site.gateway.database.reading() as conn:
        return len(conn.execute(select(signatures)).all())


def test_each_part_is_confirmed_in_the_wallet_and_handed_in(own, visit):
    page = visit(own, "signer")
    wallet = plug_in(page, Wallet())
    page.goto(f"{own.url}/supplier/signatures")
    expect(page.get_by_role("row")).to_have_count(3)
    page.get_by_role("button", name="打开钱包签名").click()
    expect(page.get_by_role("heading", name="没有等待签名的提交")).to_be_visible()
    assert wallet.asked.count("eth_signTypedData_v4") == 2
    assert handed_in(own) == 2


@pytest.mark.parametrize(
    ("wallet", "words"),
    [
        (Wallet(6), "不是本单位登记的签名地址"),
        (Wallet(eth_requestAccounts={"result": []}), "钱包还锁着"),
        (Wallet(eth_requestAccounts={"error": {"code": 4001}}), "您在钱包里取消了"),
        (Wallet(eth_requestAccounts={"error": {"code": -32002}}), "还有一个没有处理的请求"),
        (Wallet(eth_signTypedData_v4={"error": {"code": 4001}}), "您在钱包里取消了"),
        (
            Wallet(
                eth_chainId={"result": "0x1"},
                wallet_switchEthereumChain={"error": {"code": 4902}},
                eth_signTypedData_v4={"error": {"code": -32603, "message": "chainId must match"}},
            ),
            "先切换到链 31337",
        ),
        (Wallet(eth_signTypedData_v4={"result": "0x" + "11" * 65}), "没有签成"),
        (Wallet(eth_signTypedData_v4={"error": {"code": -32000, "message": "odd"}}), "没有签成"),
    ],
    ids=["wrong account", "locked", "refused", "busy", "cancelled", "chain", "nonsense", "odd"],
)
def test_what_a_wallet_says_instead_is_told_in_plain_words_and_nothing_is_stored(own, visit, wallet, words):
    page = visit(own, "signer")
    plug_in(page, wallet)
    page.goto(f"{own.url}/supplier/signatures")
    page.get_by_role("button", name="打开钱包签名").click()
    expect(page.locator("[data-wallet-status]")).to_contain_text(words)
    expect(page.get_by_role("button", name="打开钱包签名")).to_be_enabled()
    assert handed_in(own) == 0


def test_without_a_wallet_the_way_on_is_said(own, visit):
    page = visit(own, "signer", "en")
    page.goto(f"{own.url}/supplier/signatures")
    page.get_by_role("button", name="Open the wallet and sign").click()
    expect(page.locator("[data-wallet-status]")).to_contain_text("There is no wallet in this browser")
    page.get_by_text("Without a browser wallet").click()
    expect(page.get_by_text("suyuan sign --waiting --keystore key.json")).to_be_visible()


def test_after_another_chain_was_added_the_wallet_moves_there_and_signs(own, visit):
    page = visit(own, "signer")
    wallet = plug_in(page, Wallet(eth_chainId={"result": "0x1"}, wallet_switchEthereumChain={"result": None}))
    page.goto(f"{own.url}/supplier/signatures")
    page.get_by_role("button", name="打开钱包签名").click()
    expect(page.get_by_role("heading", name="没有等待签名的提交")).to_be_visible()
    assert "wallet_switchEthereumChain" in wallet.asked


def test_a_new_key_is_proven_and_approved_in_the_wallet(own, visit):
    page = visit(own, "admin")
    wallet = plug_in(page, Wallet(6))
    page.goto(f"{own.url}/supplier/keys")
    page.get_by_role("button", name="从钱包读取地址").click()
    expect(page.locator("#address")).to_have_value(address(6))
    page.get_by_role("button", name="下一步：证明持有这把密钥").first.click()
    page.get_by_role("button", name="用钱包签名").click()
    expect(page.locator("#signature")).not_to_have_value("")
    wallet.number = 5
    page.get_by_role("button", name="在钱包里切换到现用密钥后签名").click()
    expect(page.locator("#approval")).not_to_have_value("")
    page.get_by_role("button", name="登记新密钥").click()
    expect(page.get_by_text("新密钥已登记")).to_be_visible()
    with own.gateway.database.reading() as conn:
        assert address(6) in conn.execute(select(keys.c.address)).scalars().all()
