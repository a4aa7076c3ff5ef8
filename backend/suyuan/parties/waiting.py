"""What is in the queue already and waits for its party's signature.

That is rare: the empty submission that fills a rejected one's number, everything after a move to another
ledger, and what was signed with a key that was revoked before it had its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from suyuan.anchoring.ports import Identity
from suyuan.anchoring.sequences import unsigned_of
from suyuan.kernel.clock import Clock
from suyuan.parties.errors import SignatureRefused
from suyuan.parties.handed import hand_in, sign_themselves, signature_of
from suyuan.parties.signing import Part, part_to_sign


@dataclass(frozen=True, slots=True)
class Waiting:
    """One open signature; `submission` names what it is for, None where it only fills a number."""

    part: Part
    submission: str | None

    def as_json(self) -> dict[str, Any]:
        return {**self.part.as_json(), "submission": self.submission}


def waiting_signatures(conn: Connection, identity: Identity, party: int, limit: int = 100) -> list[Waiting]:
    """By number; empty for a party whose key is in our custody. What is signed makes room for the next."""
    if not sign_themselves(conn, [party]):
        return []
    found: list[Waiting] = []
    after = 0
    while len(found) < limit:
        page = unsigned_of(conn, party, after=after, limit=limit)
        for each in page:
            part = part_to_sign(identity, party, each.sequence, each.entries)
            if signature_of(conn, party, part.digest) is None:
                found.append(Waiting(part, each.reference))
        if len(page) < limit:
            break
        after = page[-1].sequence
    return found[:limit]


def sign_waiting(
    conn: Connection, clock: Clock, identity: Identity, party: int, signatures: Mapping[int, bytes]
) -> int:
    """Hand in signatures by the numbers that they are for; returns how many. Raises SignatureRefused."""
    for sequence, signature in sorted(signatures.items()):
        asked = unsigned_of(conn, party, after=sequence - 1, limit=1)
        if not asked or asked[0].sequence != sequence:
            message = f"Number {sequence} of party {party} waits for no signature."
            raise SignatureRefused(message, code="signature.not-asked")
        part = part_to_sign(identity, party, sequence, asked[0].entries)
        hand_in(conn, clock, party, part.digest, signature)
    return len(signatures)
