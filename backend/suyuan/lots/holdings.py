"""The lots that one party has to do with: those it wrote of, holds, or is offered."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, Select, select

from suyuan.lots import repository
from suyuan.lots import tables as t
from suyuan.lots.model import Lot


class Holding(StrEnum):
    """Which of them."""

    HELD = "held"  # in the party's custody
    OFFERED = "offered"  # offered to it, and not answered
    MADE = "made"  # it was the first to say that it made them
    ALL = "all"


def lots_of_party(  # noqa: PLR0913, PLR0917 - a list, its filters and its place
    conn: Connection, party: int, which: Holding, before: int, limit: int, part: str = ""
) -> list[Lot]:
    """The newest first, those numbered below `before` (0: all); `part` of the URI, in any case."""
    queries = _queries(party, which, before)
    if part:
        queries = [each.where(t.lot.c.uri.icontains(part, autoescape=True)) for each in queries]
    rows = {number for each in queries for number in conn.execute(each.limit(limit)).scalars()}
    numbers = sorted(rows, reverse=True)[:limit]
    found = repository.lots_by_number(conn, numbers)
    return [found[number] for number in numbers]


def free_lots(conn: Connection, party: int, limit: int, part: str = "") -> list[Lot]:
    """Those in its custody that nobody is offered: the newest first; `part` of the URI, in any case."""
    query = _wrote_of(party, 0).where(_is(party, Holding.HELD), t.lot.c.offered_to == 0)
    if part:
        query = query.where(t.lot.c.uri.icontains(part, autoescape=True))
    numbers = conn.execute(query.limit(limit)).scalars().all()
    found = repository.lots_by_number(conn, numbers)
    return [found[number] for number in numbers]


def concerns(conn: Connection, lot: Lot, party: int) -> bool:
    """Whether the party has to do with the lot."""
    its = (t.touch.c.lot == lot.number) & (t.touch.c.party == party)
    wrote = conn.execute(select(t.touch.c.lot).where(its)).scalar() is not None
    return wrote or party in {lot.state.custodian, lot.state.offered_to}


def _queries(party: int, which: Holding, before: int) -> list[Select[int]]:
    """Numbers of lots, the newest first, each query by an index of its own."""
    wrote, offered = _wrote_of(party, before), _offered(party, before)
    if which is Holding.ALL:
        return [wrote, offered]
    return [offered] if which is Holding.OFFERED else [wrote.where(_is(party, which))]


def _wrote_of(party: int, before: int) -> Select[int]:
    """Numbers of the lots that it wrote of; whoever makes or holds a lot has."""
    c = t.touch.c
    query = select(c.lot).join(t.lot, t.lot.c.number == c.lot).where(c.party == party)
    return (query.where(c.lot < before) if before else query).order_by(c.lot.desc())


def _offered(party: int, before: int) -> Select[int]:
    c = t.lot.c
    query = select(c.number).where(c.offered_to == party, c.offered_to != 0)
    return (query.where(c.number < before) if before else query).order_by(c.number.desc())


def _is(party: int, which: Holding) -> ColumnElement[bool]:
    return t.lot.c.maker == party if which is Holding.MADE else t.lot.c.custodian == party
