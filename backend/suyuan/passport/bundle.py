"""Writes the bundle ``suyuan-bundle/1`` (docs/formats/bundle.md): what proves a lot without us."""

from __future__ import annotations

import json

from sqlalchemy import Connection

from suyuan.anchoring.model import LeafProof, RecordedEntry
from suyuan.anchoring.ports import Identity
from suyuan.kernel.canonical import canonical_json
from suyuan.kernel.errors import NotFound, TooLarge
from suyuan.kernel.hashing import to_hex
from suyuan.kernel.typed_data import checksum_address
from suyuan.passport.story import Story, profile_document
from suyuan.verify.bundle import MAX_BYTES

FORMAT = "suyuan-bundle/1"
_CONTRACTS = ("PartyRegistry", "TraceLedger", "AnchorRegistry")


class NothingProven(NotFound):
    """No entry of the lot is final on chain yet, so that there is nothing that a bundle could prove."""

    code = "lot.not_proven"


class BundleTooLarge(TooLarge):
    """The lot has more on the chain than a verifier reads in one bundle."""

    code = "lot.bundle_too_large"


def bundle_bytes(conn: Connection, chain: Identity, story: Story) -> bytes:
    """The bundle as it is served. Raises NothingProven, and BundleTooLarge if no verifier would read it."""
    data = canonical_json(build_bundle(conn, chain, story))
    if len(data) > MAX_BYTES:
        entries = f"{len(story.final)} entries of {story.lot.uri}"
        raise BundleTooLarge(f"A bundle of the {entries} has {len(data)} bytes, more than {MAX_BYTES}.")
    return data


def build_bundle(conn: Connection, chain: Identity, story: Story) -> dict[str, object]:
    """The bundle as JSON values; `bundle_bytes` is what is served. Raises NothingProven."""
    if not story.final or story.as_of is None:
        raise NothingProven(f"No entry of {story.lot.uri} is final on the chain yet.")
    status, as_of = story.status, story.as_of
    return {
        "format": FORMAT,
        "lot": {"uri": story.lot.uri, "lotId": to_hex(story.lot.lot_id)},
        "chain": {
            "chainId": chain.chain_id,
            "contracts": {name: checksum_address(chain.contracts[name]) for name in _CONTRACTS},
        },
        "parties": [
            {"number": number, "profile": json.loads(profile_document(conn, number))}
            for number in sorted(_named(story))
        ],
        "entries": [_entry(story, entry) for entry in story.final],
        "anchors": [_anchor(story.proof)] if story.proof else [],
        "status": {
            "custodian": status.custodian,
            "offeredTo": status.offered_to,
            "count": status.count,
            "head": to_hex(status.head),
        },
        "asOf": {"block": as_of.number, "blockHash": to_hex(as_of.hash), "time": as_of.timestamp},
    }


def _named(story: Story) -> set[int]:
    named = {story.status.custodian, story.status.offered_to}
    for entry in story.final:
        named |= {entry.party, entry.counterparty}
    return named - {0}


def _entry(story: Story, entry: RecordedEntry) -> dict[str, object]:
    return {
        "event": story.events[entry.event_hash],
        "kind": entry.kind.name,
        "party": entry.party,
        "sequence": entry.sequence,
        "occurredAt": entry.occurred_at,
        "counterparty": entry.counterparty,
        "index": entry.index,
        "inCustody": entry.in_custody,
        "transaction": to_hex(entry.transaction or b""),
        "block": entry.block,
        "blockTime": _seconds(entry),
        "logIndex": entry.log_index,
    }


def _anchor(proof: LeafProof) -> dict[str, object]:
    leaf = {
        "data": proof.data.decode(),
        "index": proof.index,
        "path": [to_hex(node) for node in proof.path],
    }
    return {
        "number": proof.anchor,
        "root": to_hex(proof.root),
        "leafCount": proof.leaf_count,
        "leaves": [leaf],
    }


def _seconds(entry: RecordedEntry) -> int:
    return int(entry.block_time.timestamp()) if entry.block_time else 0
