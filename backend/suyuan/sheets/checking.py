"""Each row judged by the rules of its columns and of the row as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from suyuan.sheets.judged import Edits, RowResult
from suyuan.sheets.model import Context, RecordKind
from suyuan.sheets.table import ColumnMapping, Table


def check_rows(
    kind: RecordKind, table: Table, mapping: ColumnMapping, context: Context, edits: Edits | None = None
) -> Iterator[RowResult]:
    """Every row in order, blank ones left out; streaming, the lookups are asked in chunks."""
    raise NotImplementedError
