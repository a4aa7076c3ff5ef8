"""Who may see figures that are made of amounts: nobody learns from a sum what an event keeps confidential."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import Connection, select

from suyuan.access.model import Caller
from suyuan.anchoring.queries import events_about
from suyuan.journal import tables as t
from suyuan.journal.repository import CHUNK
from suyuan.lots.contradictions import OVERDRAWN
from suyuan.lots.model import Contradiction
from suyuan.lots.queries import contradictions_of, lots_of_process

_AMOUNTS = frozenset({"quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList"})


def is_of_amounts(pointer: str) -> bool:
    """Whether a confidential member is an amount, or has amounts inside or beside it."""
    return pointer.split("/")[1] in _AMOUNTS


def shows_amounts(conn: Connection, lots: Iterable[bytes], caller: Caller | None) -> bool:
    """Whether the caller (None: the public) may see what the amounts of all these lots add up to."""
    return all(
        caller is not None and caller.sees(party) and not erased
        for party, erased in _hidden(conn, events_about(conn, lots))
    )


def visible_contradictions(conn: Connection, lot_id: bytes, caller: Caller | None) -> list[Contradiction]:
    """The contradictions of a lot, with figures where the caller (None: the public) sees every amount that
    they are made of. Once amounts were erased, sums no longer say that more was used than known.
    """
    found = [as_seen(conn, each, caller) for each in contradictions_of(conn, lot_id)]
    return [each for each in found if each is not None]


def as_seen(conn: Connection, found: Contradiction, caller: Caller | None) -> Contradiction | None:
    """One contradiction as the caller (None: the public) may see it."""
    if not found.facts:
        return found
    lots = {found.lot_id, *(lots_of_process(conn, found.process) if found.process else ())}
    hidden = _hidden(conn, events_about(conn, lots) | {found.event_hash})
    if found.code == OVERDRAWN and any(erased for _, erased in hidden):
        return None
    seen = all(caller is not None and caller.sees(party) and not erased for party, erased in hidden)
    return found if seen else replace(found, facts={})


def _hidden(conn: Connection, hashes: Iterable[bytes]) -> set[tuple[int, bool]]:
    """(party, whether erased) of the amounts that these events keep confidential."""
    listed = list(hashes)
    found = set()
    query = select(t.events.c.party, t.disclosures.c.pointer, t.disclosures.c.encoded.is_(None)).join(
        t.disclosures, t.disclosures.c.event == t.events.c.id
    )
    for start in range(0, len(listed), CHUNK):
        part = listed[start : start + CHUNK]
        for party, pointer, erased in conn.execute(query.where(t.events.c.event_hash.in_(part))):
            if is_of_amounts(pointer):
                found.add((party, bool(erased)))
    return found
