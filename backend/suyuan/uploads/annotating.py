"""A draft's sheet given back, with what is wrong written at the cells."""

from __future__ import annotations

from sqlalchemy import Connection

from suyuan.sheets.annotated import annotated_copy, errors_only
from suyuan.sheets.table import ColumnMapping
from suyuan.uploads.errors import DraftState
from suyuan.uploads.model import Draft
from suyuan.uploads.queries import all_rows
from suyuan.uploads.reading import chosen_before, rows_kept


def annotated(conn: Connection, draft: Draft, language: str, *, only_faulty: bool) -> bytes:
    """A workbook in the template's layout. Raises DraftState before the rows were judged."""
    if draft.kind is None or not draft.rows:
        raise DraftState("The rows were not judged yet.")
    write = errors_only if only_faulty else annotated_copy
    columns = ColumnMapping(chosen_before(draft))
    return write(draft.kind, rows_kept(conn, draft), columns, all_rows(conn, draft.id), language)
