"""A document's events against what is on record: whose they are, what is new, and the entries they become.

Everything here is foreseen in memory, under locks on the lots; `storing` writes it down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import orjson
from sqlalchemy import Connection

from suyuan.journal import repository
from suyuan.journal.directory import look_up
from suyuan.journal.errors import DocumentRefused, EventConflict, NotForThisParty
from suyuan.journal.figures import as_seen, is_of_amounts
from suyuan.journal.model import CapturedEvent, Notice, Share
from suyuan.journal.planning import Planner
from suyuan.journal.request import Request
from suyuan.journal.shares import split
from suyuan.journal.targets import names_of
from suyuan.journal.validation import MAX_FAULTS
from suyuan.kernel.clock import Clock
from suyuan.kernel.errors import Fault
from suyuan.lots.model import Contradiction
from suyuan.lots.working_set import WorkingSet
from suyuan.parties.queries import party_of_argument

#: Warnings kept with one submission; a document with more of them has one cause for most.
MAX_WARNINGS = 200


@dataclass(frozen=True, slots=True)
class Planned:
    """What a document would do. `lots` holds the locks to the end of the transaction."""

    shares: list[Share]
    lots: WorkingSet


def plan_events(
    conn: Connection, clock: Clock, request: Request, captured: Sequence[CapturedEvent]
) -> Planned:
    """Raises DocumentRefused, EventConflict, NotForThisParty, PartyUnknown."""
    default = _default_party(conn, request)
    directory = look_up(conn, [each.event for each in captured], [default] if default else [])
    shares = split(captured, directory, request.caller, default)
    lots = _open_lots(conn, captured, [share.party.number for share in shares])
    _drop_repeated(conn, shares)
    planner = Planner(lots, directory, clock)
    for share in shares:
        planner.plan(share)
    if planner.faults:
        raise DocumentRefused(planner.faults[:MAX_FAULTS])
    _warn_of(conn, lots, shares)
    return Planned(shares, lots)


def _default_party(conn: Connection, request: Request) -> int | None:
    """Who tells of events that do not say so."""
    caller = request.caller
    if request.as_party is None:
        return caller.party
    number = party_of_argument(conn, request.as_party).number
    if not caller.acts_for(number):
        raise NotForThisParty(f"You may not speak for party {number}.")
    return number


def _open_lots(conn: Connection, captured: Sequence[CapturedEvent], parties: Sequence[int]) -> WorkingSet:
    """Lock and load what the events are about; their ids are locked too, so that nobody tells them
    meanwhile.
    """
    named: dict[bytes, tuple[str, bool]] = {}
    for each in captured:
        for thing in names_of(each.event):
            named[thing.lot_id] = (thing.obj.uri, thing.obj.wellformed)
    return WorkingSet.open(conn, named, parties, _times(captured), [each.key for each in captured])


def _times(captured: Sequence[CapturedEvent]) -> tuple[datetime, datetime]:
    times = [each.event.time for each in captured] or [datetime.fromtimestamp(0).astimezone()]
    return min(times), max(times)


def _drop_repeated(conn: Connection, shares: Sequence[Share]) -> None:
    """Leave out events that their party has told before. Raises EventConflict for another content under
    one id.
    """
    faults: list[Fault] = []
    for share in shares:
        known = repository.known_events(conn, share.party.number, [each.key for each in share.events])
        fresh: dict[bytes, CapturedEvent] = {}
        for each in share.events:
            before = known.get(each.key)
            twin = fresh.get(each.key)
            if before is None and twin is None:
                fresh[each.key] = each
                continue
            if not _same(each, before or twin):
                faults.append(_conflict(each))
                continue
            if before is not None:
                share.repeated.append(before.submission)
            message = f"{each.event_id} was told before with the same content; it is recorded once"
            share.warnings.append(Notice(each.event.pointer, "event.repeated", message))
        share.events = list(fresh.values())
    if faults:
        raise EventConflict(faults[:MAX_FAULTS])


def _same(each: CapturedEvent, other: repository.Known | CapturedEvent | None) -> bool:
    """Same content; what is confidential counts as long as it was not erased."""
    if other is None or each.content_hash != other.content_hash:
        return False
    if each.original is None or other.original is None:
        return True
    told, before = orjson.loads(each.original), orjson.loads(other.original)
    return {**told, "@context": None} == {**before, "@context": None}


def _conflict(each: CapturedEvent) -> Fault:
    message = f"{each.event_id} was told before with another content"
    fix = "give the event its own eventID; correct an earlier record with an errorDeclaration"
    return Fault(f"{each.event.pointer}/eventID", "event.conflict", message, fix)


def _warn_of(conn: Connection, lots: WorkingSet, shares: Sequence[Share]) -> None:
    """Tell the submitter what his events contradict. Warnings are kept for ever: they say figures only where
    everybody may see the amounts.
    """
    by_hash = {each.event_hash: (share, each.event) for share in shares for each in share.events}
    hides = any(
        is_of_amounts(pointer) for share in shares for each in share.events for pointer, _ in each.hidden
    )
    for each in lots.contradictions:
        told = by_hash.get(each.event_hash)
        found = as_seen(conn, each, None) if told is not None else None
        if told is not None and found is not None:
            share, event = told
            found = replace(found, facts={}) if hides else found
            share.warnings.append(Notice(event.pointer, found.code, _in_words(lots, found)))
    for share in shares:
        listed = list(dict.fromkeys(share.warnings))
        share.warnings = listed[:MAX_WARNINGS]


def _in_words(lots: WorkingSet, found: Contradiction) -> str:
    facts = ", ".join(f"{name} {value}" for name, value in sorted(found.facts.items()))
    return f"{lots.uri(found.lot_id)}: shown as a contradiction" + (f" ({facts})" if facts else "")
