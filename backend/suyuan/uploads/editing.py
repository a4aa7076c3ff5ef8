"""A person's corrections: kept apart from the file, and only the rows that they touch are judged again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from suyuan.database import Database
from suyuan.kernel.clock import Clock
from suyuan.kernel.errors import Fault
from suyuan.sheets.edits import accept, apply_fix, as_json, edit_cell, from_json
from suyuan.sheets.judged import Edits, FaultGroup, RowResult
from suyuan.sheets.kinds import TEMPLATES
from suyuan.uploads import codec, repository
from suyuan.uploads.context import context_of
from suyuan.uploads.errors import EditRefused
from suyuan.uploads.model import AT_ONCE, Draft, State
from suyuan.uploads.opening import UNPREPARED, Asked, change, open_for_change
from suyuan.uploads.reading import after_checking
from suyuan.uploads.rejudging import Wanted, judged_again

#: Characters that one corrected cell may have; the file's own limit.
MOST_TEXT = 2_000
#: Corrections of single cells that one draft may hold.
MOST_CELLS = 20_000


@dataclass(frozen=True, slots=True)
class CellEdit:
    """One cell, by its sheet, its row as the file shows it, and the column's machine name."""

    sheet: str
    row: int
    column: str
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """All cells of `column` with the fault `rule`: with `value` given, those that read `value` become `text`;
    without, every proposal is taken (`text` None) or left (`decline`).
    """

    column: str
    rule: str
    value: str | None = None
    text: str | None = None
    decline: bool = False


def edit_cells(database: Database, clock: Clock, asked: Asked, cells: Sequence[CellEdit]) -> Draft:
    """Correct single cells. Raises DraftUnknown, DraftState, DraftChanged, DraftLocked, EditRefused."""
    with database.transaction() as conn:
        draft = open_for_change(conn, clock, asked)
        edits = from_json(dict(draft.edits))
        faults = [fault for at, each in enumerate(cells) for fault in _cell_faults(draft, each, at)]
        if faults or not cells:
            raise EditRefused(faults or [Fault("/cells", "upload.no-cells", "no cell is named")])
        for each in cells:
            edits = edit_cell(edits, (each.sheet, each.row, each.column), each.text)
        if len(edits.cells) > MOST_CELLS:
            message = f"{len(edits.cells)} single corrections are more than {MOST_CELLS}"
            fix = "mend the file and upload it again, or use one correction for many rows"
            raise EditRefused([Fault("/cells", "upload.too-many-edits", message, fix)])
        places = {(each.sheet, each.row) for each in cells}
        what = {"act": "cells", "cells": len(cells)}
        first = cells[0]
        what |= {"sheet": first.sheet, "row": first.row, "column": first.column}
        return _apply(conn, database, clock, asked, draft, edits, what, _touching(places))


def _touching(places: set[tuple[str, int]]) -> Wanted:
    return lambda result: (result.sheet, result.row) in places


def _cell_faults(draft: Draft, each: CellEdit, at: int) -> list[Fault]:
    assert draft.kind is not None  # noqa: S101 - it was checked
    names = {column.name for column in TEMPLATES[draft.kind].columns}
    found = []
    if each.column not in names:
        message = f"the template has no column {each.column[:60]!r}"
        found.append(Fault(f"/cells/{at}/column", "upload.column", message, f"one of {', '.join(names)}"))
    if len(each.text) > MOST_TEXT:
        message = f"{len(each.text)} characters are more than {MOST_TEXT}"
        found.append(Fault(f"/cells/{at}/text", "upload.text", message, "shorten it"))
    return found


def fix_all(database: Database, clock: Clock, asked: Asked, fix: Fix) -> Draft:
    """Correct every row with the same fault. Raises as `edit_cells`."""
    with database.transaction() as conn:
        draft = open_for_change(conn, clock, asked)
        groups = [each for each in groups_of(conn, draft.id) if _is_meant(each, fix)]
        if not groups and not fix.decline:
            message = "no cell of the draft has this fault any more"
            raise EditRefused([Fault("", "upload.no-such-fault", message, "look at the draft as it is now")])
        rows = sum(each.rows for each in groups)
        edits = _fixed(from_json(dict(draft.edits)), fix, groups)
        what = {"act": "fix", "column": fix.column, "rule": fix.rule, "rows": rows}

        def wanted(result: RowResult) -> bool:
            return any(each.column == fix.column and each.rule == fix.rule for each in result.faults)

        # What was accepted shows no fault any more: the clerk finds it again.
        rows = AT_ONCE + 1 if fix.decline else rows
        return _apply(conn, database, clock, asked, draft, edits, what, wanted, rows)


def _is_meant(group: FaultGroup, fix: Fix) -> bool:
    same = group.column == fix.column and group.rule == fix.rule
    return same and (fix.value is None or group.value == fix.value)


def _fixed(edits: Edits, fix: Fix, groups: Sequence[FaultGroup]) -> Edits:
    if fix.text is not None and len(fix.text) > MOST_TEXT:
        raise EditRefused([Fault("/text", "upload.text", f"more than {MOST_TEXT} characters", "shorten it")])
    if fix.text is not None:
        for each in groups:
            edits = apply_fix(edits, each, fix.text)
        return edits
    if fix.decline:
        accepted = edits.accepted - {(fix.column, fix.rule)}
        return Edits(edits.cells, edits.replaced, accepted)
    if not any(each.proposals for each in groups):
        message = "nothing is proposed for this fault"
        raise EditRefused([Fault("/text", "upload.no-proposal", message, "say what it is to be")])
    return accept(edits, fix.column, fix.rule)


def groups_of(conn: Connection, identifier: str) -> list[FaultGroup]:
    """Equal faults of the whole draft, the most frequent first."""
    facts = repository.block_facts(conn, identifier)
    return codec.merge_groups(codec.unpack_groups(faults) for _, _, faults, _ in facts)


def _apply(  # noqa: PLR0913, PLR0917 - the end of the line needs all of it
    conn: Connection,
    database: Database,
    clock: Clock,
    asked: Asked,
    draft: Draft,
    edits: Edits,
    what: dict[str, Any],
    wanted: Wanted,
    rows: int = 0,
) -> Draft:
    """Keep the corrections and judge anew what they touch; many rows are left to the clerk."""
    repository.forget_documents(conn, draft.id)
    values: dict[str, Any] = {"edits": as_json(edits), **UNPREPARED}
    if rows > AT_ONCE:
        return change(conn, clock, asked, draft, what, {**values, "state": State.UPLOADED})
    context = context_of(database, clock, draft.party)
    for block in judged_again(conn, draft, edits, context, wanted):
        repository.replace_block(conn, draft.id, block)
    totals: Counter[str] = Counter()
    for _, counted, _, _ in repository.block_facts(conn, draft.id):
        totals.update(counted)
    state, choice = after_checking(totals)
    done = {"totals": dict(totals), "state": state, "choice": choice}
    return change(conn, clock, asked, draft, what, {**values, **done})
