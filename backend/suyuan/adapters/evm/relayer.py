"""The key that pays: it signs EIP-1559 transactions and can do nothing else in anybody's name."""

from __future__ import annotations

from suyuan.adapters.evm import rlp_codec
from suyuan.adapters.evm.access_list import ListedCall
from suyuan.adapters.evm.errors import BadRelayerKey
from suyuan.anchoring.ports import Call, Fees, Signed
from suyuan.config.secret import WELL_KNOWN
from suyuan.kernel import typed_data
from suyuan.kernel.hashing import keccak256

#: eth-tester's accounts have the private keys 1, 2, 3, …; nobody else's key is that small.
SMALL_KEY = 2**32

TYPE = b"\x02"  # EIP-1559


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
            self.address: str = typed_data.address_of(private_key)
        except ValueError:
            raise BadRelayerKey("the relayer's key is not a secp256k1 key") from None
        self._key = private_key

    def sign(self, call: Call, *, nonce: int, gas: int, fees: Fees, chain_id: int) -> Signed:
        to = typed_data.address_bytes(call.to)
        fields = _fields(to, call.data, nonce, gas, fees, chain_id)
        if isinstance(call, ListedCall) and call.slots:
            fields[-1] = [[to, list(call.slots)]]
        return self._sign(fields)

    def sign_creation(self, code: bytes, *, nonce: int, gas: int, fees: Fees, chain_id: int) -> Signed:
        """A transaction that deploys `code`, the constructor's arguments appended."""
        return self._sign(_fields(b"", code, nonce, gas, fees, chain_id))

    def _sign(self, fields: list[rlp_codec.Item]) -> Signed:
        """EIP-1559: keccak256(0x02 || rlp(fields)) is signed, and y parity, r and s are put after the fields.

        By the kernel's signer rather than eth-account, which takes seconds to import at every start.
        """
        signature = typed_data.sign(keccak256(TYPE + rlp_codec.encode(fields)), self._key)
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big")
        raw = TYPE + rlp_codec.encode([*fields, signature[64] - 27, r, s])
        return Signed(raw=raw, hash=keccak256(raw))


def _is_well_known(private_key: bytes) -> bool:
    return private_key in WELL_KNOWN or int.from_bytes(private_key, "big") < SMALL_KEY


def _fields(to: bytes, data: bytes, nonce: int, gas: int, fees: Fees, chain_id: int) -> list[rlp_codec.Item]:  # noqa: PLR0913, PLR0917 - EIP-1559's own
    """In EIP-1559's order; value 0 and an empty access list."""
    return [chain_id, nonce, fees.priority_fee, fees.max_fee, gas, to, 0, data, []]
