"""What the journal would say of prepared documents: asked before anybody signs, and told row by row."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from suyuan.access.model import Caller, Scope
from suyuan.journal.planned import plan_events
from suyuan.journal.request import Request
from suyuan.journal.submit import read_document
from suyuan.kernel.errors import Fault, Refused
from suyuan.sheets.judged import CellFault, Place, RowResult, RowState
from suyuan.uploads import codec, repository
from suyuan.uploads.duty import Desk
from suyuan.uploads.model import Draft
from suyuan.uploads.reading import block_of

#: (sheet, row) of each row of each event.
Places = Sequence[Sequence[tuple[str, int]]]

_EVENT = re.compile(r"/epcisBody/eventList/(\d+)")


@dataclass(slots=True)
class Foreseen:
    """Faults by row, and how often each warning would be given."""

    faults: dict[tuple[str, int], list[Fault]] = field(default_factory=lambda: defaultdict(list))
    warnings: Counter[str] = field(default_factory=Counter)

    def add(self, refused: Refused, places: Places) -> None:
        """Lead each fault to the rows of its event; one of the document as a whole to all of them."""
        for fault in refused.faults:
            for place in _places_of(fault, places):
                self.faults[place].append(fault)


def _places_of(fault: Fault, places: Places) -> Iterable[tuple[str, int]]:
    found = _EVENT.match(fault.pointer)
    if found and int(found[1]) < len(places):
        return places[int(found[1])]
    return [place for event in places for place in event]


def foresee(desk: Desk, draft: Draft, body: bytes, places: Places, found: Foreseen) -> None:
    """Plan a document like a dry run, and add what is found."""
    caller = Caller(draft.uploader, draft.uploader_name, draft.party, frozenset({Scope.SUBMIT}))
    try:
        captured = read_document(body, desk.limits, desk.clock)
        with desk.database.reading() as conn:
            planned = plan_events(conn, desk.clock, Request(caller, body, dry_run=True), captured)
    except Refused as refused:
        found.add(refused, places)
        return
    for share in planned.shares:
        found.warnings.update(each.code for each in share.warnings)


def mark_refused(
    conn: Connection, identifier: str, found: Mapping[tuple[str, int], Sequence[Fault]]
) -> Counter[str]:
    """Write the journal's faults into the rows; the draft's rows by state afterwards."""
    totals: Counter[str] = Counter()
    for block in repository.blocks_where(conn, identifier):
        results = codec.unpack_results(block.results)
        marked = [_marked(each, found.get((each.sheet, each.row), ())) for each in results]
        if marked != results:
            raw = [row for _, row in codec.unpack_raw(block.raw)]
            repository.replace_block(
                conn, identifier, block_of(block.number, list(zip(raw, marked, strict=True)))
            )
        totals.update(each.state.value for each in marked)
    return totals


def _marked(result: RowResult, faults: Sequence[Fault]) -> RowResult:
    if not faults:
        return result
    place = Place(result.sheet, result.row, "", "")
    told = tuple(
        CellFault(place, "", each.code, {"message": each.message, "fix": each.fix}) for each in faults
    )
    return replace(result, state=RowState.ERROR, faults=(*result.faults, *told))
