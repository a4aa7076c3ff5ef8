"""Parties that keep their own keys, and what they sign; shared by the tests of several rooms."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from eth_account import Account
from eth_account.messages import encode_typed_data

from journal_world import LEDGER, World, as_bytes, document, party
from suyuan.anchoring.ports import Identity
from suyuan.journal.prepare import Prepared, prepare_document, submit_prepared
from suyuan.journal.request import Request
from suyuan.kernel import typed_data
from suyuan.kernel.ledger import Role
from suyuan.parties.model import NewParty
from suyuan.parties.register import register_party

IDENTITY = Identity(31337, bytes(32), {"TraceLedger": LEDGER}, {"TraceLedger": bytes(32)})
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def secret(number: int) -> bytes:
    return bytes([number]) * 32


def address(number: int) -> str:
    return typed_data.address_of(secret(number))


def signed(part: Any, number: int = 9) -> bytes:
    """As a wallet does it: from the typed data alone."""
    message = part["typedData"] if isinstance(part, dict) else part.typed_data
    signable = encode_typed_data(full_message=message)
    return bytes(Account.sign_message(signable, secret(number)).signature)


def with_high_s(signature: bytes) -> bytes:
    s = ORDER - int.from_bytes(signature[32:64], "big")
    return signature[:32] + s.to_bytes(32, "big") + bytes([55 - signature[64]])


@dataclass
class OwnKeys(World):
    """A journal in which `own` keeps its key itself (secret 9) and the others do not."""

    identity: Identity = field(default_factory=lambda: IDENTITY)

    def populate(self) -> OwnKeys:
        super().populate()
        with self.database.transaction() as conn:
            new = NewParty(
                {"en": "own"}, (party("own"),), Role.PRODUCER | Role.PROCESSOR, key_address=address(9)
            )
            self.numbers["own"] = register_party(conn, self.clock, self.keyring, new).number
        return self

    def prepare(self, name: str, *events: dict[str, Any], **options: Any) -> Prepared:
        request = Request(self.caller(name), as_bytes(document(*events)), **options)
        with self.database.transaction() as conn:
            return prepare_document(conn, self.clock, request, self.limits, self.identity)

    def hand_in(self, prepared: Prepared | str, signatures: list[bytes], name: str = "own") -> dict[str, Any]:
        named = prepared if isinstance(prepared, str) else prepared.id
        with self.database.transaction() as conn:
            accepted = submit_prepared(
                conn, self.clock, named, signatures, self.caller(name), self.identity, self.signer
            )
        return dict(accepted.answer)

    def tell(self, *events: dict[str, Any]) -> dict[str, Any]:
        """Prepare, sign and hand in."""
        prepared = self.prepare("own", *events)
        return self.hand_in(prepared, [signed(part) for part in prepared.parts])
