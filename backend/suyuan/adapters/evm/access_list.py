"""The lean form of a bundle: packed entries, and the access list (EIP-2930) that makes them cheaper.

A lot's two storage slots, keccak256(lotId) and the next, are known before the transaction is sent. Naming a
slot costs 1,900 gas and saves 2,000; naming the ledger costs 2,400. The ledger works the same without it.
Only the lots of a submission that the ledger refuses are named in vain, which is rare: the gateway judges by
the ledger's rules before.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from suyuan.anchoring.ports import Call
from suyuan.kernel.hashing import keccak256, to_hex
from suyuan.kernel.ledger import LedgerEntry

_ADDRESS_COST = 2_400
_SAVED_PER_LOT = 200


@dataclass(frozen=True, slots=True)
class ListedCall(Call):
    """A call with the slots of its contract's storage that it will touch, 32 bytes each."""

    slots: tuple[bytes, ...]

    @property
    def listed(self) -> list[dict[str, object]]:
        """The access list as JSON-RPC and eth_account write it."""
        return [{"address": self.to, "storageKeys": [to_hex(slot) for slot in self.slots]}]


def packed_entries(entries: Iterable[LedgerEntry]) -> bytes:
    """`abi.encodePacked` of each entry in the order of the EIP-712 type: 74 bytes each.

    Raises OverflowError when a value does not fit its type.
    """
    return b"".join(
        each.lot_id
        + each.event_hash
        + each.occurred_at.to_bytes(5, "big")
        + each.counterparty.to_bytes(4, "big")
        + int(each.kind).to_bytes(1, "big")
        for each in entries
    )


def slots_of(lot_ids: Iterable[bytes]) -> tuple[bytes, ...]:
    """Where the ledger keeps these lots; empty where naming the slots would cost more than it saves."""
    lots = dict.fromkeys(lot_ids)
    if len(lots) * _SAVED_PER_LOT <= _ADDRESS_COST:
        return ()
    first = [int.from_bytes(keccak256(lot_id), "big") for lot_id in lots]
    return tuple((slot + place).to_bytes(32, "big") for slot in first for place in (0, 1))
