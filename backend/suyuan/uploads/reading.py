"""From a draft's file to judged rows in blocks; the clerk's first work on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
from sqlalchemy import Connection, select

from suyuan.files.store import read
from suyuan.sheets import mapping
from suyuan.sheets.checking import check_rows
from suyuan.sheets.edits import from_json
from suyuan.sheets.errors import FileRefused
from suyuan.sheets.grouping import group_faults
from suyuan.sheets.judged import RowResult, RowState
from suyuan.sheets.model import Message, RecordKind, TemplateMark
from suyuan.sheets.reading import read_table
from suyuan.sheets.table import ColumnMapping, RawRow, Table
from suyuan.sheets.table import Sheet as Rows
from suyuan.uploads import codec, repository
from suyuan.uploads import tables as t
from suyuan.uploads.comparing import compare
from suyuan.uploads.context import context_of
from suyuan.uploads.duty import Desk
from suyuan.uploads.model import BLOCK_ROWS, Choice, Draft, State
from suyuan.uploads.repository import Block

#: Blocks of one transaction: half a second of checking, so that progress is seen and little is done again.
AT_A_TIME = 8
#: Groups of equal faults that one block keeps.
MOST_GROUPS = 500


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file that could be read, and what its columns are taken for; `kind` None: nobody knows yet."""

    table: Table
    kind: RecordKind | None
    columns: ColumnMapping | None

    @property
    def is_clear(self) -> bool:
        """Whether the columns need no word of a person: a template of ours, or headings like the party's."""
        if self.kind is None or self.columns is None or self.columns.missing:
            return False
        return self.table.template is not None or all(each.confidence >= 100 for each in self.columns.guesses)


def read_draft(desk: Desk, draft: Draft) -> Sheet:
    """The draft's file as a table. Raises FileRefused of sheets."""
    with desk.database.reading() as conn:
        table = None if draft.parent is None else rows_kept(conn, draft)
        data = b"" if table else read(conn, draft.file_hash)
    table = table or read_table(data, draft.file_name)
    kind = draft.kind or mapping.kind_of(table)
    with desk.database.reading() as conn:
        remembered = remembered_headings(conn, draft.party, kind) if kind else {}
    if kind is None:
        return Sheet(table, None, None)
    columns = draft.columns or (chosen_before(draft) if draft.parent else None)
    if columns is not None:
        return Sheet(table, kind, mapping.chosen(table, kind, columns))
    return Sheet(table, kind, mapping.guess(table, kind, remembered))


def chosen_before(draft: Draft) -> dict[int, str]:
    """The columns by which the draft's rows were judged."""
    chosen = draft.columns or (draft.header or {}).get("chosen", {})
    return {int(index): name for index, name in chosen.items()}


def rows_kept(conn: Connection, draft: Draft) -> Table:
    """The rest of another draft as a table: only the rows that it was left with."""
    header = draft.header or {}
    rows: dict[str, list[RawRow]] = {}
    for block in repository.blocks_where(conn, draft.id):
        for name, row in codec.unpack_raw(block.raw):
            rows.setdefault(name, []).append(row)
    headings = tuple(header.get("headings", ()))
    mark = TemplateMark(str(draft.kind), 0, "") if header.get("template") else None
    sheets = tuple(Rows(name, 0, headings, found) for name, found in rows.items())
    kind, early = str(header.get("format", "")), bool(header.get("from1904"))
    return Table(kind, sheets, template=mark, from_1904=early)


def remembered_headings(conn: Connection, party: int, kind: RecordKind) -> dict[str, str]:
    """What the party chose for headings of this kind before."""
    c = t.mappings.c
    found = conn.execute(select(c.headings).where(c.party == party, c.kind == kind)).scalar()
    return dict(orjson.loads(found)) if found else {}


def check(desk: Desk, draft: Draft) -> None:
    """Read the file and judge its rows, or say what a person must settle first. Raises Overtaken."""
    try:
        sheet = read_draft(desk, draft)
    except FileRefused as error:
        trouble = {"code": error.code, "values": dict(error.values), "message": error.message}
        with desk.database.transaction() as conn:
            desk.end(conn, draft, State.REFUSED, {"trouble": trouble})
        return
    noted = {
        "kind": sheet.kind,
        "header": _header(sheet),
        "notices": [_notice(n) for n in sheet.table.notices],
    }
    if draft.columns is None and draft.parent is None and not sheet.is_clear:
        with desk.database.transaction() as conn:
            desk.end(conn, draft, State.NEEDS_MAPPING, {**noted, "rows": sheet.table.row_count})
        return
    with desk.database.transaction() as conn:
        desk.begin(conn, draft, State.CHECKING, sheet.table.row_count)
        draft = replace(draft, state=State.CHECKING)
        desk.write(conn, draft, noted)
        repository.forget_rows(conn, draft.id)
        repository.forget_documents(conn, draft.id)
    _judge(desk, draft, sheet)


def _notice(notice: Message) -> dict[str, Any]:
    return {"code": notice.code, "values": dict(notice.values)}


def _header(sheet: Sheet) -> dict[str, Any]:
    """What the mapping step shows."""
    guesses = sheet.columns.guesses if sheet.columns else ()
    return {
        "format": sheet.table.format,
        "headings": list(sheet.table.header),
        "template": sheet.table.template is not None,
        "from1904": sheet.table.from_1904,
        "missing": list(sheet.columns.missing) if sheet.columns else [],
        "chosen": {str(index): name for index, name in sheet.columns.columns.items()}
        if sheet.columns
        else {},
        "guesses": [
            [each.index, each.heading, each.column, each.confidence, list(each.samples)] for each in guesses
        ],
    }


def _judge(desk: Desk, draft: Draft, sheet: Sheet) -> None:
    assert sheet.kind is not None and sheet.columns is not None  # noqa: S101, PT018 - is_clear, or chosen
    context = context_of(desk.database, desk.clock, draft.party)
    results = check_rows(sheet.kind, sheet.table, sheet.columns, context, from_json(dict(draft.edits)))
    totals: Counter[str] = Counter()
    done = 0
    for blocks in _some(blocks_of(_with_raw(sheet.table, results)), AT_A_TIME):
        for block in blocks:
            totals.update(block.totals)
            done += block.rows
        with desk.database.transaction() as conn:
            repository.insert_blocks(conn, draft.id, blocks)
            desk.write(conn, draft, {"done": done, "rows": done, "totals": dict(totals)})
    with desk.database.transaction() as conn:
        values = {"totals": dict(totals), "rows": done, "compared": compare(conn, draft), "trouble": None}
        state, choice = after_checking(totals)
        desk.end(conn, draft, state, {**values, "choice": choice})


def after_checking(totals: Mapping[str, int]) -> tuple[State, Choice | None]:
    """A sheet whose every row is good, or told once before, is made ready for the signature; any other waits
    for a person.
    """
    counted = {state for state, count in totals.items() if count and state != RowState.EXAMPLE}
    if RowState.OK in counted and counted <= {RowState.OK, RowState.DUPLICATE}:
        return State.PREPARING, Choice.ALL
    return State.NEEDS_FIXES, None


def _with_raw(table: Table, results: Iterable[RowResult]) -> Iterator[tuple[RawRow, RowResult]]:
    """Each result with the row it is of; blank rows have none."""
    rows = ((sheet.name, row) for sheet in table.sheets for row in sheet.rows)
    for result in results:
        for name, row in rows:
            if name == result.sheet and row.number == result.row:
                yield row, result
                break


def blocks_of(rows: Iterable[tuple[RawRow, RowResult]]) -> Iterator[Block]:
    """Rows in blocks of BLOCK_ROWS, numbered from 0."""
    for number, part in enumerate(_some(rows, BLOCK_ROWS)):
        yield block_of(number, part)


def block_of(number: int, rows: Sequence[tuple[RawRow, RowResult]]) -> Block:
    """One block."""
    results = [result for _, result in rows]
    return Block(
        number=number,
        rows=len(rows),
        raw=codec.pack_raw((result.sheet, row) for row, result in rows),
        results=codec.pack_results(results),
        marks=b"".join(map(codec.mark_of, results)),
        totals=Counter(result.state.value for result in results),
        faults=codec.pack_groups(group_faults(results, MOST_GROUPS)),
    )


def _some(values: Iterable[Any], count: int) -> Iterator[list[Any]]:
    part: list[Any] = []
    for each in values:
        part.append(each)
        if len(part) == count:
            yield part
            part = []
    if part:
        yield part
