"""The lots that one party has to do with: those it wrote of, holds, or is offered."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, or_, select

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
    """The newest first, those numbered below `before` (0: from the newest); `part` of the URI, in any case."""
    c = t.lot.c
    wanted = select(c.number).where(_is(party, which)).order_by(c.number.desc()).limit(limit)
    if before:
        wanted = wanted.where(c.number < before)
    if part:
        wanted = wanted.where(c.uri.icontains(part, autoescape=True))
    numbers = list(conn.execute(wanted).scalars())
    found = repository.lots_by_number(conn, numbers)
    return [found[number] for number in numbers]


def concerns(conn: Connection, lot: Lot, party: int) -> bool:
    """Whether the party has to do with the lot."""
    its = select(t.lot.c.number).where(t.lot.c.number == lot.number, _is(party, Holding.ALL))
    return conn.execute(its).scalar() is not None


def _is(party: int, which: Holding) -> ColumnElement[bool]:
    c, touched = t.lot.c, t.touch.c
    if which is Holding.HELD:
        return c.custodian == party
    if which is Holding.OFFERED:
        return c.offered_to == party
    if which is Holding.MADE:
        return c.maker == party
    wrote = select(touched.lot).where(touched.party == party)
    return or_(c.number.in_(wrote), c.custodian == party, c.offered_to == party)
