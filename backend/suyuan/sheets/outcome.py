"""From a judged draft to the row's result."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from suyuan.sheets.conversions import companions
from suyuan.sheets.draft import Draft
from suyuan.sheets.judged import CellFault, Normalised, Place, Proposal, RowResult, RowState
from suyuan.sheets.parts import column_letter
from suyuan.sheets.repeats import SAME
from suyuan.sheets.rows import RowFault
from suyuan.sheets.table import ColumnMapping


class Outcome:
    """Writes results; `show` gives a cell's text as it is now."""

    def __init__(self, mapping: ColumnMapping, show: Callable[[Draft, str], str]) -> None:
        self._letters = {name: column_letter(index) for index, name in mapping.columns.items()}
        self._show = show

    def of(self, draft: Draft) -> RowResult:
        if draft.is_example:
            return RowResult(draft.sheet, draft.row, RowState.EXAMPLE, {})
        if not (draft.faulty or draft.whole or draft.found or draft.noted):
            return RowResult(draft.sheet, draft.row, RowState.OK, draft.values, draft.key, draft.digest)
        faults = tuple(self._faults(draft))
        proposals = tuple(_proposals(draft))
        return RowResult(
            draft.sheet,
            draft.row,
            _state(faults, proposals),
            draft.values,
            draft.key,
            draft.digest,
            faults,
            proposals,
            tuple(self._notes(draft)),
        )

    def _faults(self, draft: Draft) -> Iterator[CellFault]:
        for name, found in draft.faulty.items():
            read = found.reading
            yield CellFault(self._place(draft, name), found.shown, read.fault, read.values, read.level)
        for fault in (*draft.whole, *draft.found):
            yield self._of_row(draft, fault)

    def _of_row(self, draft: Draft, fault: RowFault) -> CellFault:
        shown = self._show(draft, fault.column) if fault.column else ""
        return CellFault(self._place(draft, fault.column), shown, fault.rule, fault.values, fault.level)

    def _place(self, draft: Draft, name: str) -> Place:
        return Place(draft.sheet, draft.row, self._letters.get(name, ""), name)

    def _notes(self, draft: Draft) -> Iterator[Normalised]:
        for name, found in draft.noted.items():
            for rule in found.reading.notes:
                yield Normalised(name, found.shown, found.reading.text, rule)


def _proposals(draft: Draft) -> Iterator[Proposal]:
    for name, found in draft.faulty.items():
        read = found.reading
        for text in read.proposals:
            yield Proposal(name, found.shown, text, read.fault)
        for other, text, to in companions(draft, name):
            yield Proposal(other, text, to, read.fault)


def _state(faults: tuple[CellFault, ...], proposals: tuple[Proposal, ...]) -> RowState:
    wrong = [fault for fault in faults if fault.level == "error"]
    if not wrong:
        return RowState.OK
    if all(fault.rule in SAME for fault in wrong):
        return RowState.DUPLICATE
    mended = {(each.column, each.rule) for each in proposals}
    rest = (fault for fault in wrong if fault.rule not in SAME)
    return RowState.FIXABLE if all((each.column, each.rule) in mended for each in rest) else RowState.ERROR
