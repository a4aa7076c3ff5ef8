"""The upload given back with what is wrong written at the cells."""

from __future__ import annotations

from collections.abc import Iterable

from suyuan.sheets.judged import RowResult
from suyuan.sheets.model import RecordKind
from suyuan.sheets.table import ColumnMapping, Table


def annotated_copy(
    kind: RecordKind, table: Table, mapping: ColumnMapping, results: Iterable[RowResult], language: str
) -> bytes:
    """All rows in the template's layout, wrong cells filled and commented (at most 20,000 rows; beyond them
    what `errors_only` gives). Upload it again after mending.
    """
    raise NotImplementedError


def errors_only(
    kind: RecordKind, table: Table, mapping: ColumnMapping, results: Iterable[RowResult], language: str
) -> bytes:
    """Only the rows that are not OK, in the template's layout, with a column saying what to do."""
    raise NotImplementedError
