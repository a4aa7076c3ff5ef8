"""Receipts: the operator's signed promise that a submission has its place, given before the chain is
asked.
"""

from __future__ import annotations

from typing import Any

from suyuan.kernel.hashing import to_hex
from suyuan.kernel.typed_data import Receipt, address_of, personal_digest, receipt_digest, sign


class ReceiptSigner:
    """Signs with the operator's receipt key for one ledger. Raises ValueError for a key that is none."""

    def __init__(self, private_key: bytes, chain_id: int, ledger: str) -> None:
        self._key = private_key
        self._chain_id = chain_id
        self._ledger = ledger
        self.address = address_of(private_key)

    def sign(self, receipt: Receipt) -> dict[str, Any]:
        """The receipt as it is handed out: hashes in 0x-hex, `receivedAt` in milliseconds since 1970."""
        signature = sign(receipt_digest(self._chain_id, self._ledger, receipt), self._key)
        return {
            "submission": receipt.submission,
            "party": receipt.party,
            "documentHash": to_hex(receipt.document_hash),
            "entriesHash": to_hex(receipt.entries_hash),
            "receivedAt": receipt.received_at,
            "position": receipt.position,
            "chainId": self._chain_id,
            "ledger": self._ledger,
            "signer": self.address,
            "signature": to_hex(signature),
        }

    def sign_text(self, text: str) -> bytes:
        """65 bytes over a statement of the operator's (EIP-191)."""
        return sign(personal_digest(text), self._key)

    def __repr__(self) -> str:
        return f"ReceiptSigner({self.address})"
