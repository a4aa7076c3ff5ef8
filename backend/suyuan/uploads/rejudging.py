"""Some rows of a draft judged again, with those that share something with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection

from suyuan.sheets.checking import check_rows
from suyuan.sheets.judged import Edits, RowResult
from suyuan.sheets.model import Context, RecordKind
from suyuan.sheets.table import ColumnMapping, RawRow, Sheet, Table
from suyuan.uploads import codec, repository
from suyuan.uploads import tables as t
from suyuan.uploads.model import Draft
from suyuan.uploads.reading import block_of, chosen_before
from suyuan.uploads.repository import Block

Wanted = Callable[[RowResult], bool]
Place = tuple[str, int]

#: Kinds of which several rows are one event; they share what stands in this column.
_TOGETHER = {RecordKind.PROCESSING: "document", RecordKind.TEST: "document"}


@dataclass(slots=True)
class _Rows:
    """Blocks that were opened, with their rows as read and as judged."""

    draft: Draft
    raw: dict[int, list[RawRow]] = field(default_factory=dict)
    results: dict[int, list[RowResult]] = field(default_factory=dict)

    def open(self, block: Block) -> None:
        if block.number not in self.raw:
            self.raw[block.number] = [row for _, row in codec.unpack_raw(block.raw)]
            self.results[block.number] = codec.unpack_results(block.results)

    def table(self, places: Collection[Place]) -> Table:
        """A sheet of these rows alone, in the file's order."""
        header = self.draft.header or {}
        headings = tuple(header.get("headings", ()))
        rows: dict[str, list[RawRow]] = defaultdict(list)
        for number in sorted(self.raw):
            for row, result in zip(self.raw[number], self.results[number], strict=True):
                if (result.sheet, result.row) in places:
                    rows[result.sheet].append(row)
        sheets = tuple(Sheet(name, 0, headings, found) for name, found in rows.items())
        return Table(str(header.get("format", "")), sheets, from_1904=bool(header.get("from1904")))

    def put(self, judged: Mapping[Place, RowResult]) -> list[Block]:
        """The blocks in which a row is another now."""
        found = []
        for number, results in self.results.items():
            anew = [judged.get((each.sheet, each.row), each) for each in results]
            if anew != results:
                found.append(block_of(number, list(zip(self.raw[number], anew, strict=True))))
        return found


def judged_again(
    conn: Connection, draft: Draft, edits: Edits, context: Context, wanted: Wanted
) -> list[Block]:
    """The blocks that change when the rows that are `wanted` are judged by these corrections; rows with the
    same key or of the same event, before or after, are judged with them.
    """
    rows = _Rows(draft)
    places, shared = set(), _Shared(draft.kind)
    for block in repository.blocks_where(conn, draft.id):
        results = codec.unpack_results(block.results)
        meant = [each for each in results if wanted(each)]
        if meant:
            rows.open(block)
            places |= {(each.sheet, each.row) for each in meant}
            shared.add(meant)
    judged = _check(draft, rows.table(places), context, edits)
    shared.add(judged.values())
    also = {place for place in _sharing(conn, draft, rows, shared) if place not in places}
    if also:
        judged = _check(draft, rows.table(places | also), context, edits)
    return rows.put(judged)


@dataclass(slots=True)
class _Shared:
    """Keys of rows, and what rows of one event share."""

    kind: RecordKind | None
    keys: set[bytes] = field(default_factory=set)
    names: set[str] = field(default_factory=set)

    @property
    def column(self) -> str | None:
        return _TOGETHER.get(self.kind) if self.kind else None

    def add(self, results: Iterable[RowResult]) -> None:
        for each in results:
            if each.key:
                self.keys.add(bytes.fromhex(each.key))
            if self.column and each.values.get(self.column):
                self.names.add(each.values[self.column])

    def has(self, result: RowResult) -> bool:
        if result.key and bytes.fromhex(result.key) in self.keys:
            return True
        return bool(self.column) and result.values.get(self.column or "") in self.names


def _sharing(conn: Connection, draft: Draft, rows: _Rows, shared: _Shared) -> set[Place]:
    found: set[Place] = set()
    for number, _, _, marks in repository.block_facts(conn, draft.id):
        near = {key for key, _ in codec.marks(marks)} & shared.keys if not shared.names else shared.keys
        if not near and not shared.names:
            continue
        if number not in rows.raw:
            (block,) = repository.blocks_where(conn, draft.id, t.blocks.c.number == number)
            rows.open(block)
        found |= {(each.sheet, each.row) for each in rows.results[number] if shared.has(each)}
    return found


def _check(draft: Draft, table: Table, context: Context, edits: Edits) -> dict[Place, RowResult]:
    assert draft.kind is not None  # noqa: S101 - it was checked
    results = check_rows(draft.kind, table, ColumnMapping(chosen_before(draft)), context, edits)
    return {(each.sheet, each.row): each for each in results}
