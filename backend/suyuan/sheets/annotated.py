"""The upload given back with what is wrong written at the cells, in the template's layout: mended there, it
can be uploaded again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from xlsxwriter.format import Format

from suyuan.sheets.judged import CellFault, RowResult, RowState
from suyuan.sheets.model import Column, RecordKind
from suyuan.sheets.table import ColumnMapping, RawRow, RawValue, Table, text_of
from suyuan.sheets.templates import Layout
from suyuan.sheets.words import fault_words, label

#: With more rows a copy of all of them helps nobody find the wrong ones.
MOST_ROWS = 20_000
#: Comments are drawings: very many of them make a file that no program opens quickly.
_MOST_COMMENTS = 5_000
_ERROR, _WARNING = "#FFC7CE", "#FFEB9C"


def annotated_copy(
    kind: RecordKind, table: Table, mapping: ColumnMapping, results: Iterable[RowResult], language: str
) -> bytes:
    """All rows in the template's layout, wrong cells filled and commented (at most 20,000 rows; beyond them
    what `errors_only` gives). Upload it again after mending.
    """
    if table.row_count > MOST_ROWS:
        return errors_only(kind, table, mapping, results, language)
    return _written(kind, table, mapping, results, language, only_wrong=False)


def errors_only(
    kind: RecordKind, table: Table, mapping: ColumnMapping, results: Iterable[RowResult], language: str
) -> bytes:
    """Only the rows that are not OK, in the template's layout, with a column saying what to do."""
    return _written(kind, table, mapping, results, language, only_wrong=True)


def _written(  # noqa: PLR0913 - what the two public functions take, and which of them it is
    kind: RecordKind,
    table: Table,
    mapping: ColumnMapping,
    results: Iterable[RowResult],
    language: str,
    *,
    only_wrong: bool,
) -> bytes:
    copy = _Copy(kind, mapping, language)
    at = 2
    for result, row in _with_raw(table, results):
        if result.state is RowState.EXAMPLE or (only_wrong and result.state is RowState.OK):
            continue
        copy.write(at, result, row)
        at += 1
    return copy.close()


def _with_raw(table: Table, results: Iterable[RowResult]) -> Iterator[tuple[RowResult, RawRow]]:
    """Each result with its row; results and rows come in the same order."""
    rows = ((sheet.name, row) for sheet in table.sheets for row in sheet.rows)
    for result in results:
        for name, row in rows:
            if name == result.sheet and row.number == result.row:
                yield result, row
                break


class _Copy:
    """A workbook under way."""

    def __init__(self, kind: RecordKind, mapping: ColumnMapping, language: str) -> None:
        more = ((label("row", language), 14), (label("problem", language), 80))
        self._layout = Layout(kind, language, more)
        self._language = language
        self._at = {name: index for index, name in mapping.columns.items()}
        columns = self._layout.columns
        self._columns = list(enumerate(columns))
        self._end = len(columns)
        self._comments = 0
        self._plain = {each.name: self._layout.cell_style(each) for each in columns}
        # Text cells for what is wrong: the mended code must not become a number again.
        self._filled: dict[tuple[str, str], Format] = {}

    def write(self, at: int, result: RowResult, row: RawRow) -> None:
        """One row at a place of the copy, from 0."""
        faults: dict[str, list[CellFault]] = {}
        for fault in result.faults:
            faults.setdefault(fault.column, []).append(fault)
        for place, column in self._columns:
            told = faults.get(column.name, [])
            self._write_cell(at, place, column, self._value(column, row, result, told), told)
        sheet = self._layout.sheet
        sheet.write_string(at, self._end, f"{result.sheet} {result.row}")
        if result.faults:
            sheet.write_string(at, self._end + 1, self._sentences(result.faults, named=True))

    def _value(self, column: Column, row: RawRow, result: RowResult, told: list[CellFault]) -> RawValue:
        """What a person last wrote into the cell: a correction counts as much as the file."""
        if told:
            return told[0].value
        if column.name in result.values:
            return self._shown(column, result.values[column.name])
        index = self._at.get(column.name, -1)
        return row.values[index] if 0 <= index < len(row.values) else None

    def _shown(self, column: Column, text: str) -> str:
        for each in column.rule.choices:
            if each.code == text:
                return each.word(self._language)
        return text

    def _write_cell(
        self, at: int, place: int, column: Column, value: RawValue, told: list[CellFault]
    ) -> None:
        sheet = self._layout.sheet
        style = self._style(column, told)
        text = text_of(value)
        if text:
            # Always a text: whatever it begins with, no program takes it for a formula.
            sheet.write_string(at, place, text, style)
        elif told:
            sheet.write_blank(at, place, None, style)
        if told and self._comments < _MOST_COMMENTS:
            self._comments += 1
            sheet.write_comment(at, place, self._sentences(told), {"author": "suyuan", "x_scale": 2})

    def _style(self, column: Column, told: list[CellFault]) -> Format:
        if not told:
            return self._plain[column.name]
        colour = _ERROR if any(each.level == "error" for each in told) else _WARNING
        key = (column.name, colour)
        if key not in self._filled:
            self._filled[key] = self._layout.cell_style(column, bg_color=colour)
        return self._filled[key]

    def _sentences(self, faults: Iterable[CellFault], *, named: bool = False) -> str:
        headings = {each.name: each.heading(self._language) for _, each in self._columns}
        colon, stop = ("：", "。") if self._language == "zh" else (": ", ". ")
        lines = []
        for fault in faults:
            what, to_do = fault_words(fault, self._language)
            heading = headings.get(fault.column, "")
            begin = heading + colon if named and heading else ""
            lines.append(f"{begin}{what}{stop}{to_do}{stop.strip()}")
        return "\n".join(lines)

    def close(self) -> bytes:
        return self._layout.close()
