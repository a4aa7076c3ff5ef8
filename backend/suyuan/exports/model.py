"""What is exported, and how it is narrowed down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from suyuan.exports.cells import Cell

#: Rows that one look into the database takes.
PAGE = 500

Row = Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose data, from when (inclusive) to when (exclusive), of which lot or of all lots of which product.

    Times are aware; `lot` and `product` are canonical URIs, empty for all.
    """

    party: int
    since: datetime | None = None
    before: datetime | None = None
    lot: str = ""
    product: str = ""

    def covers(self, moment: datetime) -> bool:
        return (self.since is None or moment >= self.since) and (self.before is None or moment < self.before)


#: A page after a place: the rows, and the place behind them (None: there is no more).
Page = Callable[[Connection, Wanted, object], tuple[list[Row], object]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: its columns by their machine names, and how its pages are read."""

    columns: tuple[str, ...]
    page: Page
