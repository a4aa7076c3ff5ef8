from __future__ import annotations

import pytest
from eth_account import Account

from suyuan.adapters.evm.errors import BadRelayerKey
from suyuan.adapters.evm.relayer import LocalRelayer
from suyuan.anchoring.ports import Call, Fees
from suyuan.kernel.hashing import keccak256

KEY = bytes.fromhex("4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318")
ANVIL_FIRST = bytes.fromhex("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")


def test_a_signed_call_is_the_relayers_and_carries_every_value():
    relayer = LocalRelayer(KEY)

    signed = relayer.sign(
        Call("0x" + "22" * 20, b"data"), nonce=7, gas=30_000, fees=Fees(9, 2), chain_id=31337
    )

    assert signed.hash == keccak256(signed.raw)
    assert Account.recover_transaction(signed.raw) == relayer.address


@pytest.mark.parametrize("to", ["0x" + "22" * 20, ""])
@pytest.mark.parametrize("nonce", [0, 1, 127, 128, 2**40])
def test_signing_agrees_with_eth_account_byte_for_byte(to, nonce):
    relayer = LocalRelayer(KEY)
    values = {"nonce": nonce, "gas": 30_000, "fees": Fees(10**9, 2), "chain_id": 31337}
    transaction = {
        "type": 2,
        "chainId": 31337,
        "nonce": nonce,
        "gas": 30_000,
        "maxFeePerGas": 10**9,
        "maxPriorityFeePerGas": 2,
        "value": 0,
        "data": b"\x00data" * 50,
        **({"to": to} if to else {}),
    }
    code = transaction["data"]

    ours = relayer.sign(Call(to, code), **values) if to else relayer.sign_creation(code, **values)

    assert ours.raw == bytes(Account.sign_transaction(transaction, KEY).raw_transaction)


def test_the_same_call_gives_the_same_bytes():
    relayer, call = LocalRelayer(KEY), Call("0x" + "22" * 20, b"")

    first, second = (relayer.sign(call, nonce=0, gas=1, fees=Fees(1, 1), chain_id=1) for _ in "ab")

    assert first == second


@pytest.mark.parametrize("key", [ANVIL_FIRST, (1).to_bytes(32, "big")])
def test_published_keys_are_refused_unless_the_chain_is_a_toy(key):
    with pytest.raises(BadRelayerKey, match="published development key"):
        LocalRelayer(key)

    assert LocalRelayer(key, allow_well_known=True).address.startswith("0x")


@pytest.mark.parametrize("key", [b"", b"\x01" * 31, bytes([255] * 32)])
def test_a_bad_key_is_refused_without_being_shown(key):
    with pytest.raises(BadRelayerKey) as refusal:
        LocalRelayer(key)

    assert key.hex() not in str(refusal.value) or not key
