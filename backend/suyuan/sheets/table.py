"""A file as read: cells with their types, rows with the numbers that the file shows, sheets with a header."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple

from suyuan.sheets.model import Message, TemplateMark


class CellType(StrEnum):
    """What a cell held, as the file says."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    BOOL = "bool"
    ERROR = "error"
    EMPTY = "empty"


#: A cell as the file has it; None is an empty one. An error cell is an `ErrorText`.
RawValue = str | int | float | bool | date | datetime | time | timedelta | None
#: What is left when blanks, errors and truth values have been dealt with.
Filled = str | int | float | date | datetime | time | timedelta


class ErrorText(str):
    """What stands in a cell whose formula failed: #N/A, #REF!, ..."""

    __slots__ = ()


class RawCell(NamedTuple):
    """A value as read, with its type."""

    value: RawValue
    type: CellType

    @classmethod
    def of(cls, value: RawValue) -> RawCell:
        return cls(value, type_of(value))

    @property
    def text(self) -> str:
        """As a person would see it; numbers in full."""
        return text_of(self.value)


def type_of(value: RawValue) -> CellType:
    """The type of a cell's value."""
    if value is None or value == "":
        return CellType.EMPTY
    if isinstance(value, ErrorText):
        return CellType.ERROR
    if isinstance(value, str):
        return CellType.TEXT
    if isinstance(value, bool):
        return CellType.BOOL
    return CellType.NUMBER if isinstance(value, (int, float)) else CellType.DATE


def text_of(value: RawValue) -> str:
    """A cell's value as text: whole numbers without a point, times as ISO 8601."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        whole = value.is_integer() and abs(value) < 1e16
        # 15 digits are what a spreadsheet shows: 0.1 + 0.2 is 0.3 to whoever typed it.
        return str(int(value)) if whole else f"{value:.15g}"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return value.isoformat() if isinstance(value, (date, time)) else str(value)


class RawRow(NamedTuple):
    """`number` is the row's as the file shows it, from 1; `values` from column A on, trailing ones absent."""

    number: int
    values: tuple[RawValue, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet with a header. `header`: the headings by column index (0 is A), "" where there is none.

    `machine`: the machine names of a template's second row, () in a sheet that is none of ours.
    """

    name: str
    header_row: int
    header: tuple[str, ...]
    rows: Sequence[RawRow]
    machine: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A file as read: sheets of one and the same header, and what the reader should be told of it.

    `from_1904`: bare day numbers count from 1904-01-01.
    """

    format: str
    sheets: tuple[Sheet, ...]
    notices: tuple[Message, ...] = ()
    template: TemplateMark | None = None
    from_1904: bool = False

    @property
    def row_count(self) -> int:
        return sum(len(sheet.rows) for sheet in self.sheets)

    @property
    def header(self) -> tuple[str, ...]:
        return self.sheets[0].header


@dataclass(frozen=True, slots=True)
class Guess:
    """What a column of a file seems to be: `column` a machine name or None, `confidence` 0 to 100."""

    index: int
    heading: str
    column: str | None
    confidence: int
    samples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Which column of the file is which of ours: `columns` by index. `missing`: required ones not found."""

    columns: Mapping[int, str]
    guesses: tuple[Guess, ...] = ()
    missing: tuple[str, ...] = ()
