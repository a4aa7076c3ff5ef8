"""Which column of a file is which of ours."""

from __future__ import annotations

from collections.abc import Mapping

from suyuan.sheets.model import RecordKind
from suyuan.sheets.table import ColumnMapping, Table


def guess(table: Table, kind: RecordKind, remembered: Mapping[str, str] | None = None) -> ColumnMapping:
    """A mapping by headings; `remembered` (heading -> machine name) is what the party chose last time."""
    raise NotImplementedError


def chosen(table: Table, kind: RecordKind, columns: Mapping[int, str]) -> ColumnMapping:
    """The mapping that a person chose on the page: index -> machine name. Raises ColumnsRefused."""
    raise NotImplementedError


def kind_of(table: Table) -> RecordKind | None:
    """The kind that the file's template mark, else its headings, speak for."""
    raise NotImplementedError
