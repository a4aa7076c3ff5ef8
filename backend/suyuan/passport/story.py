"""Everything that the rooms below know of one lot, gathered once; the page and the bundle are made of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from suyuan.anchoring.leaves import proof_of
from suyuan.anchoring.model import LeafProof, RecordedEntry, State
from suyuan.anchoring.ports import Block
from suyuan.anchoring.queries import entries_of_lot, final_head, latch
from suyuan.catalogue.model import Product
from suyuan.catalogue.queries import product_of, versions_of
from suyuan.journal.figures import visible_contradictions
from suyuan.journal.queries import events_by_hash
from suyuan.kernel.identity import TraceObject, identify, lot_id
from suyuan.kernel.ledger import ANY_ROLE, LotState, record_entry
from suyuan.lots.model import Contradiction, Lot
from suyuan.lots.registry import find_lot
from suyuan.parties.model import Party
from suyuan.parties.queries import parties_by_number, profiles_of, recorded_profile


@dataclass(frozen=True, slots=True)
class Story:
    """One lot. `final` are its entries up to the block `as_of`, by index without gaps; `others` are on the
    way or refused.

    `events` are public forms by event hash. `status` follows from `final` by the ledger's rules. `doubt` says
    by a word, and since when, why the chain's state is not believed at present.
    """

    lot: Lot
    obj: TraceObject
    product: Product | None
    proof: LeafProof | None
    final: tuple[RecordedEntry, ...]
    others: tuple[RecordedEntry, ...]
    events: Mapping[bytes, Mapping[str, Any]]
    parties: Mapping[int, Party]
    contradictions: tuple[Contradiction, ...]
    status: LotState
    as_of: Block | None
    doubt: tuple[str, datetime] | None


def gather(conn: Connection, uri: str) -> Story | None:
    """The story of the lot with this canonical URI; None when nothing is recorded about it."""
    identifier = lot_id(uri)
    lot = find_lot(conn, identifier)
    if lot is None:
        return None
    entries = entries_of_lot(conn, identifier)
    as_of = final_head(conn)
    final = _prefix(entries, -1 if as_of is None else as_of.number)
    placed = {(entry.operation, entry.position) for entry in final}
    numbers = {entry.party for entry in entries} | {entry.counterparty for entry in entries}
    obj = identify(uri)
    product = product_of(conn, obj)
    told = events_by_hash(conn, {entry.event_hash for entry in entries})
    return Story(
        lot=lot,
        obj=obj,
        product=product,
        proof=_anchored(conn, product),
        final=final,
        others=tuple(entry for entry in entries if (entry.operation, entry.position) not in placed),
        events={found: json.loads(event.public) for found, event in told.items()},
        parties=parties_by_number(conn, numbers - {0}),
        contradictions=tuple(visible_contradictions(conn, identifier, None)),
        status=_fold(final),
        as_of=as_of,
        doubt=_doubt(conn),
    )


def _doubt(conn: Connection) -> tuple[str, datetime] | None:
    found = latch(conn)
    return None if found is None else (found[0], found[2])


def _prefix(entries: list[RecordedEntry], last: int) -> tuple[RecordedEntry, ...]:
    """Final entries by index, up to the block `last` and to the first that is missing: what a bundle can
    prove to be complete.
    """
    final = {
        entry.index: entry
        for entry in entries
        if entry.state is State.FINAL and entry.index is not None and (entry.block or 0) <= last
    }
    found: list[RecordedEntry] = []
    while len(found) in final:
        found.append(final[len(found)])
    return tuple(found)


def _fold(final: tuple[RecordedEntry, ...]) -> LotState:
    state = LotState()
    for entry in final:
        state, _ = record_entry(state, entry.party, ANY_ROLE, entry.entry, may_open=True)
    return state


def _anchored(conn: Connection, product: Product | None) -> LeafProof | None:
    """The proof of the newest version of the product's description that is final on chain."""
    if product is None:
        return None
    for version in versions_of(conn, product.uri):
        proof = proof_of(conn, version.hash)
        if proof is not None and proof.state is State.FINAL and proof.anchor is not None:
            return proof
    return None


def profile_document(conn: Connection, party: int) -> bytes:
    """The party's profile as the chain holds it; before that, as it will."""
    found = recorded_profile(conn, party) or profiles_of(conn, party)[0]
    return found.document
