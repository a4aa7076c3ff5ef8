"""Who had a lot when: a time line without hole or overlap, folded from the entries of the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from suyuan.anchoring.model import RecordedEntry, State
from suyuan.anchoring.queries import entries_of_lot
from suyuan.kernel.ledger import OPENING, Kind


@dataclass(frozen=True, slots=True)
class Stretch:
    """`party` has the lot from `since` (included) to `until` (not included; None: still). Unix seconds.

    `claimed` is the time that the party named where the line could not follow it, because the one before had
    the lot until later by his own word. `ended`: sold or disposed of since then.
    """

    party: int
    since: int
    until: int | None
    kind: Kind
    event_hash: bytes
    is_final: bool
    claimed: int | None = None
    ended: int | None = None


def stretches(entries: Iterable[RecordedEntry]) -> list[Stretch]:
    """The line of one lot from its entries in the order of the ledger; those set aside do not count.

    Every second from the first entry on belongs to exactly one party. Times are the parties' own words, and
    the order is the ledger's: who takes over "before" the one before him had begun, has it from then on. Who
    handed on in the second in which he took over stands in the line too, with no second of his own.
    """
    found: list[Stretch] = []
    for each in entries:
        if each.state is State.REJECTED:
            continue
        if not found:
            if each.kind in OPENING:
                found.append(_begun(each, each.occurred_at))
        elif each.kind is Kind.ACCEPTED and each.party != found[-1].party:
            last = found[-1]
            since = max(each.occurred_at, last.since)
            found[-1] = _ended(last, until=since)
            found.append(_begun(each, since))
        elif each.kind in (Kind.SOLD, Kind.DISPOSED) and each.party == found[-1].party:
            found[-1] = _ended(found[-1], ended=each.occurred_at)
    return found


def _begun(entry: RecordedEntry, since: int) -> Stretch:
    claimed = entry.occurred_at if entry.occurred_at != since else None
    final = entry.state is State.FINAL
    return Stretch(entry.party, since, None, entry.kind, entry.event_hash, final, claimed)


def _ended(last: Stretch, until: int | None = None, ended: int | None = None) -> Stretch:
    return Stretch(
        last.party,
        last.since,
        until,
        last.kind,
        last.event_hash,
        last.is_final,
        last.claimed,
        ended if ended is not None else last.ended,
    )


def custodian_at(line: Sequence[Stretch], moment: int) -> int | None:
    """Who had it at this time, Unix seconds; None before anybody recorded it."""
    found = [
        each.party for each in line if each.since <= moment and (each.until is None or moment < each.until)
    ]
    return found[0] if found else None


def custody_of(conn: Connection, lot_id: bytes) -> list[Stretch]:
    """The line of a lot; empty when nothing is recorded about it."""
    return stretches(entries_of_lot(conn, lot_id))
