"""Each row judged by the rules of its columns and of the row as a whole.

Fast because most cells of a column repeat: a reading is made once and remembered. Streaming: rows leave in
chunks, after the lookups were asked for the whole chunk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple

from suyuan.sheets.columns import EXAMPLE_MARKS
from suyuan.sheets.conversions import convert
from suyuan.sheets.draft import Draft
from suyuan.sheets.headings import normal
from suyuan.sheets.judged import Edits, RowResult
from suyuan.sheets.kinds import TEMPLATES
from suyuan.sheets.lots import ask_of_lots
from suyuan.sheets.model import Context, RecordKind
from suyuan.sheets.outcome import Outcome
from suyuan.sheets.repeats import Repeats
from suyuan.sheets.resolving import Resolved, Resolver
from suyuan.sheets.rows import TOGETHER, Facts, RowFault, faults_of, sibling_faults, take_process
from suyuan.sheets.table import ColumnMapping, RawRow, RawValue, Sheet, Table, text_of

CHUNK = 1_000
_TOTALS = frozenset({"合计", "总计", "小计", "total", "sum", "subtotal"})
_CORRECTIONS = 3
#: The example row stands near the header.
_EXAMPLE_WITHIN = 20


class _Reader(NamedTuple):
    """How one column of the template is read: `at` is -1 where the file has no such column."""

    name: str
    at: int
    required: bool
    resolve: Callable[[RawValue], Resolved]
    memory: dict[object, Resolved]


def check_rows(
    kind: RecordKind, table: Table, mapping: ColumnMapping, context: Context, edits: Edits | None = None
) -> Iterator[RowResult]:
    """Every row in order, blank ones left out; streaming, the lookups are asked in chunks."""
    judge = _Judge(kind, table, mapping, context, edits or Edits())
    outcome = Outcome(mapping, judge.show)
    repeats = Repeats(context, TEMPLATES[kind])
    rows = judge.rows()
    while chunk := list(islice(rows, CHUNK)):
        ask_of_lots(kind, chunk, context)
        for draft in chunk:
            draft.sign(TEMPLATES[kind])
        repeats.ask(chunk)
        for draft in chunk:
            yield outcome.of(draft)


class _Judge:
    """Judges the rows of one upload, each by itself."""

    def __init__(
        self, kind: RecordKind, table: Table, mapping: ColumnMapping, context: Context, edits: Edits
    ) -> None:
        self._kind = kind
        self._table = table
        self._edits = edits
        self._facts = Facts.of(context)
        resolver = Resolver(context, edits, from_1904=table.from_1904)
        at = {name: index for index, name in mapping.columns.items()}
        self._readers = [
            _Reader(
                each.name,
                at.get(each.name, -1),
                each.rule.required,
                resolver.column(each),
                resolver.memory(each),
            )
            for each in TEMPLATES[kind].columns
        ]
        self._by_name = {each.name: each for each in self._readers}
        self._edited: dict[tuple[str, int], dict[str, str]] = {}
        for (sheet, row, column), text in edits.cells.items():
            self._edited.setdefault((sheet, row), {})[column] = text

    def rows(self) -> Iterator[Draft]:
        """The rows of all sheets in order."""
        if self._kind in TOGETHER:
            self._gather_processes()
        for sheet, row in self._raw():
            yield self._judged(sheet, row, self._facts)

    def show(self, draft: Draft, column: str) -> str:
        """A cell's text as it is now: the file's, or corrected."""
        reader = self._by_name.get(column)
        value = draft.cells.get(column)
        return (reader.resolve(value).shown or text_of(value)) if reader and value is not None else ""

    def _raw(self) -> Iterator[tuple[Sheet, RawRow]]:
        return ((sheet, row) for sheet in self._table.sheets for row in sheet.rows)

    def _gather_processes(self) -> None:
        """What the rows of one process say together has to be known before the first of them is judged."""
        alone = Facts.of(self._facts.context)
        for sheet, row in self._raw():
            if not _is_example(sheet, row) and not _is_total(row):
                draft = self._judged(sheet, row, alone)
                wrong = bool(draft.faulty) or _is_wrong(draft)
                take_process(draft.values, row.number, self._facts, is_wrong=wrong)

    def _judged(self, sheet: Sheet, row: RawRow, facts: Facts) -> Draft:
        if _is_example(sheet, row):
            return Draft(sheet.name, row.number, {}, is_example=True)
        draft = Draft(sheet.name, row.number, self._cells(sheet, row, self._readers))
        if _is_total(row):
            draft.whole.append(RowFault("", "row.total"))
            return draft
        self._read(draft, self._readers)
        for _ in range(_CORRECTIONS):
            draft.whole = self._whole(draft, facts)
            if not self._corrected(draft):
                break
        if self._kind in TOGETHER and not draft.faulty and not _is_wrong(draft):
            draft.whole += sibling_faults(draft.values, draft.row, facts)
        return draft

    def _cells(self, sheet: Sheet, row: RawRow, readers: list[_Reader]) -> dict[str, RawValue]:
        values, width = row.values, len(row.values)
        cells: dict[str, RawValue] = {
            name: values[at] for name, at, _, _, _ in readers if 0 <= at < width and values[at] is not None
        }
        if self._edited:
            cells.update(self._edited.get((sheet.name, row.number), {}))
        return cells

    def _read(self, draft: Draft, readers: list[_Reader]) -> None:
        cells = draft.cells
        for name, _, _, resolve, memory in readers:
            value = cells.get(name)
            if value is None:
                continue
            # Most cells are texts that were met before: those cost one look.
            found = (memory.get(value) if value.__class__ is str else None) or resolve(value)
            if found.reading.fault:
                draft.faulty[name] = found
            elif found.reading.text:
                draft.values[name] = found.reading.text
            if found.reading.notes:
                draft.noted[name] = found
        if draft.faulty and self._edits.accepted:
            convert(draft, self._edits.accepted)

    def _whole(self, draft: Draft, facts: Facts) -> list[RowFault]:
        values, faulty = draft.values, draft.faulty
        missing = [
            RowFault(name, "cell.required")
            for name, _, required, _, _ in self._readers
            if required and name not in values and name not in faulty
        ]
        told = {name for name, *_ in missing}
        more = [
            fault
            for fault in faults_of(self._kind, values, facts)
            if fault.rule != "cell.required" or (fault.column not in faulty and fault.column not in told)
        ]
        return missing + more if more else missing

    def _corrected(self, draft: Draft) -> bool:
        """Put in what a person decided for faults of the whole row; whether anything changed."""
        if not draft.whole or not self._edits.replaced:
            return False
        changed = False
        for fault in draft.whole:
            text = self._edits.replaced.get((fault.column, fault.rule, self.show(draft, fault.column)))
            if text is not None and fault.column in self._by_name:
                draft.cells = {**draft.cells, fault.column: text}
                changed = True
        if changed:
            draft.values, draft.faulty, draft.noted = {}, {}, {}
            self._read(draft, self._readers)
        return changed


def _is_wrong(draft: Draft) -> bool:
    return any(fault.level == "error" for fault in draft.whole)


def _is_example(sheet: Sheet, row: RawRow) -> bool:
    if row.number > sheet.header_row + _EXAMPLE_WITHIN:
        return False
    return any(isinstance(each, str) and mark in each for each in row.values for mark in EXAMPLE_MARKS)


def _is_total(row: RawRow) -> bool:
    """A line of sums at the end of a foreign sheet."""
    for value in row.values:
        if value is not None:
            return isinstance(value, str) and len(value) < 12 and normal(value) in _TOTALS
    return False
