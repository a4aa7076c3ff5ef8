"""What is put before a party to sign with its own key, and what of it is still open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from suyuan.anchoring.ports import Identity
from suyuan.kernel.hashing import to_hex
from suyuan.kernel.ledger import LedgerEntry
from suyuan.kernel.typed_data import submission_digest, submission_typed_data
from suyuan.parties.errors import SignatureRefused


@dataclass(frozen=True, slots=True)
class Part:
    """One signature to be made: `typed_data` is the EIP-712 JSON of what `digest` (32 bytes) stands for."""

    sequence: int
    digest: bytes
    typed_data: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        return {
            "sequence": self.sequence,
            "digest": to_hex(self.digest),
            "entries": len(self.typed_data["message"]["entries"]),
            "typedData": self.typed_data,
        }


def expect_as_many(parts: Sequence[Part], signatures: Sequence[bytes]) -> None:
    """Raises SignatureRefused unless there is one signature for each part."""
    if len(signatures) != len(parts):
        message = f"{len(parts)} signatures are needed, one for each part; {len(signatures)} were given."
        raise SignatureRefused(message, code="signature.count")


def part_to_sign(identity: Identity, party: int, sequence: int, entries: Sequence[LedgerEntry]) -> Part:
    """The party's entries under this number, for the ledger of this chain."""
    ledger = identity.chain_id, identity.contracts["TraceLedger"]
    return Part(
        sequence,
        submission_digest(*ledger, party, sequence, entries),
        submission_typed_data(*ledger, party, sequence, entries),
    )
