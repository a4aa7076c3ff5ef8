"""The lean form of a bundle: packed entries, and the access list (EIP-2930) that makes them cheaper.

A lot's two storage slots, keccak256(lotId) and the next, are known before the transaction is sent; naming one
costs 1,900 gas and saves 2,000. The ledger works the same without the list.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from suyuan.kernel.hashing import keccak256, to_hex
from suyuan.kernel.ledger import LedgerEntry


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


def access_list(ledger: str, lot_ids: Sequence[bytes]) -> list[dict[str, object]]:
    """The storage of these lots in the ledger, each lot once; empty when there is none."""
    keys: list[str] = []
    for lot_id in dict.fromkeys(lot_ids):
        custody = int.from_bytes(keccak256(lot_id), "big")
        keys += [to_hex(slot.to_bytes(32, "big")) for slot in (custody, (custody + 1) % 2**256)]
    return [{"address": ledger, "storage_keys": tuple(keys)}] if keys else []
