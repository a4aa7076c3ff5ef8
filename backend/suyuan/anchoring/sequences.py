"""A party's own numbers, given before the queue is read: who signs himself signs over his number.

Numbers are dense in the order of arrival. What has none yet gets one here as soon as something that was
signed outside is to come behind it; everything else is numbered by the worker (`number`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select, update

from suyuan.anchoring import repository
from suyuan.anchoring.errors import SequenceTaken
from suyuan.anchoring.model import PART_ENTRIES, OperationKind, State
from suyuan.anchoring.tables import operations
from suyuan.database.locks import hold
from suyuan.kernel.ledger import LedgerEntry


def in_parts(entries: Sequence[LedgerEntry]) -> list[Sequence[LedgerEntry]]:
    """The entries as they travel: each part has a sequence and a signature of its own; at least one part."""
    return [entries[start : start + PART_ENTRIES] for start in range(0, max(len(entries), 1), PART_ENTRIES)]


def next_sequence(conn: Connection, party: int) -> int:
    """The number that the party's next submission will get, after all that stand in the queue."""
    return _top(conn, party) + len(_unnumbered(conn, party)) + 1


def hold_sequences(conn: Connection, party: int) -> int:
    """Keep the party's numbers still to the end of the transaction, number what stands before, and return the
    next one.
    """
    hold(conn, "anchoring", "sequences", party)
    _assign(conn, party)
    return _top(conn, party) + 1


def claim(conn: Connection, party: int, first: int) -> None:
    """Like `hold_sequences`. Raises SequenceTaken when `first` is not the next one."""
    found = hold_sequences(conn, party)
    if found != first:
        raise SequenceTaken(f"The next submission of party {party} has the number {found}, not {first}.")


def assign_waiting(conn: Connection, parties: Iterable[int]) -> None:
    """Number what these parties have in the queue, so that they can be asked to sign it."""
    for party in sorted(set(parties)):
        hold_sequences(conn, party)


def parties_waiting(conn: Connection) -> set[int]:
    """Parties with a submission that has neither number nor signature yet."""
    waiting = (operations.c.state == State.RECEIVED) & (operations.c.kind == OperationKind.SUBMISSION)
    query = select(operations.c.party).where(waiting, operations.c.sequence.is_(None)).distinct()
    return set(conn.execute(query).scalars())


def _assign(conn: Connection, party: int) -> None:
    following = _top(conn, party) + 1
    for number, operation in enumerate(_unnumbered(conn, party), following):
        its = (operations.c.id == operation) & operations.c.sequence.is_(None)
        conn.execute(update(operations).where(its).values(sequence=number))


def _top(conn: Connection, party: int) -> int:
    live = (operations.c.party == party) & operations.c.sequence.is_not(None)
    counted = live & (operations.c.state != State.REJECTED)
    return int(conn.execute(select(func.max(operations.c.sequence)).where(counted)).scalar() or 0)


def _unnumbered(conn: Connection, party: int) -> list[int]:
    waiting = (operations.c.state == State.RECEIVED) & (operations.c.kind == OperationKind.SUBMISSION)
    its = waiting & (operations.c.party == party) & operations.c.sequence.is_(None)
    return list(conn.execute(select(operations.c.id).where(its).order_by(operations.c.id)).scalars())


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A submission in the queue that has its number and waits for its signature. `reference` is None for the
    empty one that fills the number of a rejected submission.
    """

    sequence: int
    reference: str | None
    entries: tuple[LedgerEntry, ...]


def unsigned_of(conn: Connection, party: int, *, after: int = 0, limit: int = 100) -> list[Unsigned]:
    """What the worker has not signed for the party yet, by number, those above `after`."""
    its = (operations.c.party == party) & (operations.c.sequence > after)
    waiting = (operations.c.state == State.RECEIVED) & (operations.c.kind == OperationKind.SUBMISSION)
    columns = (operations.c.id, operations.c.sequence, operations.c.reference)
    query = select(*columns).where(its, waiting).order_by(operations.c.sequence).limit(limit)
    rows = conn.execute(query).all()
    found = repository.entries_of(conn, [row.id for row in rows])
    return [Unsigned(row.sequence, row.reference, tuple(found.get(row.id, ()))) for row in rows]
