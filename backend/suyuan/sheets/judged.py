"""Rows as judged. A row is in one of five states, a cell is judged by rules with stable codes; the sentences
for people are in words/{zh,en}.json.

Nothing that a person wrote is changed in silence: what was normalised is a note, what could be meant is a
proposal that somebody has to accept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Place:
    """A cell: sheet, row as the file shows it, column letter ("" where the file has no such column) and our
    name.
    """

    sheet: str
    row: int
    letter: str
    column: str


@dataclass(frozen=True, slots=True)
class CellFault:
    """What is wrong with a cell. `value` is the text as it was read; `values` fill the sentence.

    `level` is "error" or "warning"; a warning hinders nothing. The sentence and what to do stand in the words
    under `rule`.
    """

    place: Place
    value: str
    rule: str
    values: Mapping[str, str] = field(default_factory=dict)
    level: str = "error"

    @property
    def column(self) -> str:
        return self.place.column


@dataclass(frozen=True, slots=True)
class Proposal:
    """What could be meant; enters only when a person accepts it. `rule`: that of the fault it would mend.

    Proposals of one rule in one row belong together (斤: half the number and 千克), unless they are of one
    column: then they are readings of which a person picks one.
    """

    column: str
    from_: str
    to: str
    rule: str


@dataclass(frozen=True, slots=True)
class Normalised:
    """What was read in another form of the same meaning: full-width digits, blanks, a date's form."""

    column: str
    from_: str
    to: str
    rule: str


class RowState(StrEnum):
    """`fixable`: every fault has a proposal. `example`: the template's example row, left out."""

    OK = "ok"
    FIXABLE = "fixable"
    ERROR = "error"
    DUPLICATE = "duplicate"
    EXAMPLE = "example"


@dataclass(frozen=True, slots=True)
class RowResult:
    """A row as judged. `values` are normalised texts by machine name; `key` (32 hex digits) tells the same
    record again, "" where the row cannot be named; `digest` (32 hex digits) the same content.
    """

    sheet: str
    row: int
    state: RowState
    values: Mapping[str, str]
    key: str = ""
    digest: str = ""
    faults: tuple[CellFault, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    notes: tuple[Normalised, ...] = ()


@dataclass(slots=True)
class UploadTotals:
    """How many rows are in which state; `faults` by rule."""

    rows: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)

    def add(self, result: RowResult) -> None:
        self.rows[result.state] += 1
        self.faults.update(fault.rule for fault in result.faults)

    @property
    def total(self) -> int:
        return sum(self.rows.values())


@dataclass(frozen=True, slots=True)
class Edits:
    """What a person decided, kept apart from the file. JSON-able by `edits.as_json` and back.

    `cells`: (sheet, row, column) -> text, for one cell. `replaced`: (column, rule, value as read) -> text,
    for every cell with that fault. `accepted`: (column, rule), every proposal of the rule in that column.
    """

    cells: Mapping[tuple[str, int, str], str] = field(default_factory=dict)
    replaced: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    accepted: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class FaultGroup:
    """The same fault in many rows: one correction mends all. `rows` counts them; `first` is one of them."""

    column: str
    rule: str
    value: str
    level: str
    rows: int
    first: CellFault
    proposals: tuple[str, ...] = ()
