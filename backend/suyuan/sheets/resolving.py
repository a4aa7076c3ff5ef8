"""One cell after another: read by its column's type, with what a person decided put in its place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from typing import NamedTuple

from suyuan.sheets import amounts, codes, moments, naming
from suyuan.sheets.cell import EMPTY, CellReading, bad, clean, composed, control_characters
from suyuan.sheets.judged import Edits
from suyuan.sheets.model import Column, Context, ValueType
from suyuan.sheets.naming import Directory, Search
from suyuan.sheets.table import ErrorText, Filled, RawValue, text_of

#: Readings kept per column: most cells of a column repeat.
_KEPT = 20_000
_CORRECTIONS = 3
#: No column takes a longer text, whatever it is.
_LONGEST = 2_000
#: Rules that more than the cell itself decides; `rows` takes their proposals up.
OF_THE_ROW = frozenset({"unit.market", "date.has_time"})


class Resolved(NamedTuple):
    """A cell's reading, and the text that it is of: as the file has it, or as it was corrected; "" where
    there is nothing to tell of it.
    """

    reading: CellReading
    shown: str


class Resolver:
    """Reads cells of one upload."""

    def __init__(self, context: Context, edits: Edits, *, from_1904: bool = False) -> None:
        self._known = {
            ValueType.PRODUCT: Directory(context.products),
            ValueType.SITE: Directory(context.sites),
            ValueType.PARTNER: Directory(context.partners),
        }
        self._search = Search()
        self._edits = edits
        self._from_1904 = from_1904
        self._memory: dict[str, dict[object, Resolved]] = {}

    def memory(self, column: Column) -> dict[object, Resolved]:
        """What was read of a column's texts so far."""
        return self._memory.setdefault(column.name, {})

    def column(self, column: Column) -> Callable[[RawValue], Resolved]:
        """The reader of a column's cells."""
        memory = self.memory(column)

        def resolve(value: RawValue) -> Resolved:
            key = value if value.__class__ is str else (value.__class__, value)
            found = memory.get(key)
            if found is None:
                found = self._resolve(column, value)
                if len(memory) < _KEPT:
                    memory[key] = found
            return found

        return resolve

    def _resolve(self, column: Column, value: RawValue) -> Resolved:
        read = self._read(column, value)
        if not read.fault and not read.notes:
            return Resolved(read, "")
        shown = text_of(value)
        for _ in range(_CORRECTIONS):
            text = self._correction(column.name, read, shown)
            if text is None:
                break
            shown, read = text, self._read(column, text)
        return Resolved(read, shown)

    def _correction(self, name: str, read: CellReading, shown: str) -> str | None:
        if not read.fault:
            return None
        told = self._edits.replaced.get((name, read.fault, shown))
        if told is None and read.fault not in OF_THE_ROW and (name, read.fault) in self._edits.accepted:
            told = read.proposals[0] if len(read.proposals) == 1 else None
        return told

    def _read(self, column: Column, value: RawValue) -> CellReading:
        if value is None or value == "":
            return EMPTY
        if isinstance(value, bool):
            return bad("cell.bool")
        return _unreadable(value) or self._typed(column, value)

    def _typed(self, column: Column, value: Filled) -> CellReading:
        rule = column.rule
        plain = _PLAIN.get(rule.type)
        if plain is not None:
            return plain(value)
        if rule.type is ValueType.DATE:
            return moments.day(value, from_1904=self._from_1904)
        if rule.type is ValueType.CHOICE:
            return naming.choice(value, rule.choices, self._search)
        if rule.type in _NAMED:
            return _NAMED[rule.type](value, self._known[rule.type])
        return _LONG[rule.type](value, rule.max_length)


def _unreadable(value: Filled) -> CellReading | None:
    """What no column can hold."""
    if isinstance(value, ErrorText):
        return bad("cell.error", error=str(value))
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):  # noqa: PLR0124
        return bad("cell.error", error=str(value))
    if isinstance(value, str) and len(value) > _LONGEST:
        return bad("text.length", length=str(len(value)), most=str(_LONGEST))
    if isinstance(value, str) and control_characters(value):
        return bad("text.control")
    return None


_PLAIN: dict[ValueType, Callable[[Filled], CellReading]] = {
    ValueType.LOT: codes.lot,
    ValueType.SSCC: codes.sscc,
    ValueType.GLN: codes.gln,
    ValueType.TIME: moments.clock,
    ValueType.QUANTITY: amounts.quantity,
    ValueType.NUMBER: amounts.number,
    ValueType.UNIT: amounts.unit,
}


def _text(value: Filled, longest: int) -> CellReading:
    """Free text: what begins with = + - or @ is text like any other."""
    if isinstance(value, (date, time)):
        return bad("code.date")  # 1-2 in a result's cell has become the second of January
    text, notes = clean(value)
    if len(text) > longest:
        return bad("text.length", length=str(len(text)), most=str(longest))
    return CellReading(composed(text), notes=notes)


_LONG: dict[ValueType, Callable[[Filled, int], CellReading]] = {
    ValueType.TEXT: _text,
    ValueType.CODE: codes.plain,
}
_NAMED: dict[ValueType, Callable[[Filled, Directory], CellReading]] = {
    ValueType.PRODUCT: naming.product,
    ValueType.SITE: naming.site,
    ValueType.PARTNER: naming.partner,
}
