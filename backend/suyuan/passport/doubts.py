"""Which entries were signed by a key that its party no longer stands by, from the time that was stated on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from suyuan.anchoring.model import RecordedEntry
from suyuan.anchoring.ports import Identity
from suyuan.anchoring.queries import submission_entries
from suyuan.kernel.typed_data import recover, submission_digest
from suyuan.parties.suspicion import doubted_since

#: (party, its number of the submission)
Number = tuple[int, int]


def doubted_entries(
    conn: Connection, chain: Identity, entries: Sequence[RecordedEntry]
) -> dict[Number, datetime]:
    """Submissions recorded after their key came into doubt, or not recorded yet, and since when it is.

    The time is the block's: when a signature was made is nowhere said but by who made it.
    """
    doubts = doubted_since(conn, {entry.party for entry in entries})
    parties = {party for party, _ in doubts}
    found: dict[Number, datetime] = {}
    signers: dict[Number, str | None] = {}
    for entry in entries:
        if entry.party not in parties or entry.sequence is None or entry.signature is None:
            continue
        number = entry.party, entry.sequence
        if number not in signers:
            signers[number] = _signer(conn, chain, number, entry.signature)
        since = doubts.get((entry.party, signers[number] or ""))
        if since is not None and (entry.block_time is None or entry.block_time >= since):
            found[number] = since
    return found


def _signer(conn: Connection, chain: Identity, number: Number, signature: bytes) -> str | None:
    whole = [each.entry for each in submission_entries(conn, *number)]
    ledger = chain.chain_id, chain.contracts["TraceLedger"]
    return recover(submission_digest(*ledger, *number, whole), signature)
