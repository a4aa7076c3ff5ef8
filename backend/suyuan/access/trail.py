"""The audit trail: who did what, one line an act, each chained to the line before; heads are anchored.

A line's hash covers everything that it says and the hash of the line before, so nothing can be changed, taken
out or put in between without changing every later line; and a head, once it is a leaf under an anchored root,
holds all lines up to it. Facts name accounts by id only: names stand in the accounts, where they can be
erased.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, select

from suyuan.access.model import Caller
from suyuan.access.tables import trail, trail_heads
from suyuan.anchoring.audit_state import Difference, readable
from suyuan.anchoring.leaves import add_leaf, anchored_states, leaves_of_kind
from suyuan.anchoring.model import State
from suyuan.database.locks import hold
from suyuan.kernel.canonical import NotCanonical, canonical_json
from suyuan.kernel.clock import Clock, from_millis, to_millis
from suyuan.kernel.hashing import leaf_hash, sha256, to_hex

FORMAT = "suyuan-trail/1"
HEAD_KIND = "trail-head"
#: Before the first line.
START = bytes(32)
#: A head is anchored after so many new lines, or so long after the first of them.
HEAD_LINES = 100
HEAD_AFTER = timedelta(minutes=10)

_OPERATOR = "operator"
_PAGE = 500


def note(  # noqa: PLR0913, PLR0917 - who did what to what
    conn: Connection, clock: Clock, caller: Caller | None, action: str, subject: str, facts: Mapping[str, Any]
) -> int:
    """Write one line and return its number; it stands if the act does, since both are one transaction.

    `action` is a stable dotted code of at most 64 characters, `subject` a short id (200), `facts` whatever
    canonical JSON can say, without secrets and without anything personal but accounts' ids. `caller` None is
    the operator at the machine itself. Note last: on PostgreSQL the next line waits until this one is stored.
    """
    hold(conn, "access.trail")
    last = conn.execute(select(trail.c.number, trail.c.hash).order_by(trail.c.number.desc()).limit(1)).first()
    number: int = (last.number if last else 0) + 1
    line = {
        "number": number,
        "at": from_millis(to_millis(clock.now())),
        "caller": caller.token if caller else _OPERATOR,
        "kind": _kind(caller),
        "party": caller.party if caller else None,
        "action": action,
        "subject": subject,
        "facts": canonical_json(dict(facts)).decode(),
        "previous": last.hash if last else START,
    }
    if len(action) > 64 or len(subject) > 200:
        raise ValueError(f"action {action!r} or subject {subject!r} is too long")
    conn.execute(insert(trail).values(**line, hash=hash_of(line)))
    return number


def _kind(caller: Caller | None) -> str:
    if caller is None:
        return _OPERATOR
    return "person" if caller.account else "system"


def hash_of(line: Mapping[str, Any]) -> bytes:
    """SHA-256 of the RFC 8785 JSON of a line. Raises ValueError when its facts are no JSON."""
    facts = readable(line["facts"])
    if not isinstance(facts, dict) or canonical_json(facts).decode() != line["facts"]:
        raise ValueError("facts are not canonical JSON")
    said = {name: line[name] for name in ("number", "caller", "kind", "party", "action", "subject")}
    at, previous = to_millis(line["at"]), to_hex(line["previous"])
    return sha256(canonical_json({"format": FORMAT, **said, "at": at, "facts": facts, "previous": previous}))


def anchor_head(
    conn: Connection, clock: Clock, lines: int = HEAD_LINES, after: timedelta = HEAD_AFTER
) -> int | None:
    """Queue the newest line's hash as a leaf when it is time, and return its number; for the clerk."""
    hold(conn, "access.trail-heads")
    anchored = conn.execute(select(func.coalesce(func.max(trail_heads.c.number), 0))).scalar_one()
    last = conn.execute(select(trail.c.number, trail.c.hash).order_by(trail.c.number.desc()).limit(1)).first()
    if last is None or last.number <= anchored:
        return None
    first_at = conn.execute(select(trail.c.at).where(trail.c.number == anchored + 1)).scalar()
    is_old = first_at is None or clock.now() - first_at >= after
    if last.number - anchored < lines and not is_old:
        return None
    leaf = add_leaf(conn, clock, HEAD_KIND, head_leaf(last.number, last.hash))
    conn.execute(
        insert(trail_heads).values(number=last.number, hash=last.hash, leaf=leaf, created_at=clock.now())
    )
    return int(last.number)


def is_head_waiting(conn: Connection) -> bool:
    """Whether there are lines that no queued head holds yet."""
    last, anchored = select(func.max(trail.c.number)), select(func.max(trail_heads.c.number))
    return (conn.execute(last).scalar() or 0) > (conn.execute(anchored).scalar() or 0)


def head_leaf(number: int, digest: bytes) -> bytes:
    """The leaf's data, canonical JSON."""
    return canonical_json({"format": "suyuan-trail-head/1", "number": number, "hash": to_hex(digest)})


def lines(
    conn: Connection, *, party: int | None = None, before: int | None = None, limit: int = 100
) -> list[Mapping[str, Any]]:
    """Lines as rows, the newest first; those of one party's callers when `party` is given."""
    query = select(trail).order_by(trail.c.number.desc()).limit(limit)
    if party is not None:
        query = query.where(trail.c.party == party)
    if before is not None:
        query = query.where(trail.c.number < before)
    return [dict(row) for row in conn.execute(query).mappings()]


@dataclass(frozen=True, slots=True)
class Head:
    """The first anchored line at or behind a line, which holds it. `state` None: under no anchor yet."""

    number: int
    state: State | None


def heads_over(conn: Connection, numbers: Iterable[int]) -> dict[int, Head]:
    """By a line's number, the head that holds it; a line that no head holds yet is left out."""
    wanted = sorted(numbers)
    if not wanted:
        return {}
    c = trail_heads.c
    query = select(c.number, c.leaf).where(c.number >= wanted[0]).order_by(c.number)
    last = select(func.min(c.number)).where(c.number >= wanted[-1]).scalar_subquery()
    rows = conn.execute(query.where(c.number <= func.coalesce(last, wanted[-1]))).all()
    states = anchored_states(conn, {row.leaf for row in rows})
    at = [row.number for row in rows]
    places = {number: bisect_left(at, number) for number in wanted}
    return {
        number: Head(at[place], states.get(rows[place].leaf))
        for number, place in places.items()
        if place < len(at)
    }


def audit(conn: Connection) -> list[Difference]:
    """Every line that was changed, taken out or put in, and every head that is not what was queued as a leaf
    (whose anchoring the audit of the chain compares).
    """
    heads = {row.number: row for row in conn.execute(select(trail_heads))}
    return [*_lines(conn, {number: row.hash for number, row in heads.items()}), *_heads(conn, heads)]


def _lines(conn: Connection, heads: dict[int, bytes]) -> Iterator[Difference]:
    number, previous = 0, START
    while page := _page(conn, number):
        for row in page:
            where = f"access_trail {row['number']}"
            for missing in range(number + 1, min(row["number"], number + 1 + _PAGE)):
                yield Difference(f"access_trail {missing}", "is missing")
            if row["number"] == number + 1 and row["previous"] != previous:
                yield Difference(where, "does not follow from the line before: one of them is another")
            if not _is_whole(row):
                yield Difference(where, "its hash is not the hash of what it says")
            if heads.pop(row["number"], row["hash"]) != row["hash"]:
                yield Difference(where, "is not the line whose hash was queued for anchoring")
            number, previous = row["number"], row["hash"]
    for each in sorted(heads):
        yield Difference(f"access_trail {each}", "is missing, and was queued for anchoring")


def _page(conn: Connection, after: int) -> list[Any]:
    query = select(trail).where(trail.c.number > after).order_by(trail.c.number).limit(_PAGE)
    return list(conn.execute(query).mappings())


def _is_whole(row: Mapping[str, Any]) -> bool:
    try:
        return hash_of(row) == bytes(row["hash"])
    except (ValueError, NotCanonical, OverflowError, TypeError):
        return False


def _heads(conn: Connection, heads: dict[int, Any]) -> Iterator[Difference]:
    queued = leaves_of_kind(conn, HEAD_KIND)
    told = {leaf_hash(head_leaf(number, row.hash)): number for number, row in heads.items()}
    for digest, number in told.items():
        if digest not in queued or heads[number].leaf != digest:
            yield Difference(f"access_trail_heads {number}", "is not a leaf that was queued for anchoring")
    for digest in queued.keys() - told.keys():
        yield Difference(
            "access_trail_heads", f"has no row for the anchored head {queued[digest].decode()!r}"
        )
