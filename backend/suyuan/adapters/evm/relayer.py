"""The key that pays: it signs EIP-1559 transactions and can do nothing else in anybody's name."""

from __future__ import annotations

from typing import Any

from eth_account import Account

from suyuan.adapters.evm.errors import BadRelayerKey
from suyuan.anchoring.ports import Call, Fees, Signed
from suyuan.config.secret import WELL_KNOWN

#: eth-tester's accounts have the private keys 1, 2, 3, …; nobody else's key is that small.
SMALL_KEY = 2**32


class LocalRelayer:
    """A key held in this process. `allow_well_known` only where the chain itself is a toy."""

    def __init__(self, private_key: bytes, *, allow_well_known: bool = False) -> None:
        if len(private_key) != 32:
            raise BadRelayerKey("the relayer's key must be 32 bytes of hex")
        if not allow_well_known and _is_well_known(private_key):
            raise BadRelayerKey(
                "the relayer's key is a published development key; "
                "anybody can spend from it, so it is refused outside the embedded chain"
            )
        try:
            self._account = Account.from_key(private_key)
        except ValueError:
            raise BadRelayerKey("the relayer's key is not a secp256k1 key") from None
        self.address: str = self._account.address

    def sign(self, call: Call, *, nonce: int, gas: int, fees: Fees, chain_id: int) -> Signed:
        return self._sign(_fields(call.data, nonce, gas, fees, chain_id) | {"to": call.to})

    def sign_creation(self, code: bytes, *, nonce: int, gas: int, fees: Fees, chain_id: int) -> Signed:
        """A transaction that deploys `code`, the constructor's arguments appended."""
        return self._sign(_fields(code, nonce, gas, fees, chain_id))

    def _sign(self, fields: dict[str, Any]) -> Signed:
        signed = self._account.sign_transaction(fields)
        return Signed(raw=bytes(signed.raw_transaction), hash=bytes(signed.hash))


def _is_well_known(private_key: bytes) -> bool:
    return private_key in WELL_KNOWN or int.from_bytes(private_key, "big") < SMALL_KEY


def _fields(data: bytes, nonce: int, gas: int, fees: Fees, chain_id: int) -> dict[str, Any]:
    """EIP-1559's fields but for the receiver."""
    return {
        "type": 2,
        "chainId": chain_id,
        "nonce": nonce,
        "gas": gas,
        "maxFeePerGas": fees.max_fee,
        "maxPriorityFeePerGas": fees.priority_fee,
        "value": 0,
        "data": data,
    }
