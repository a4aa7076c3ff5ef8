"""From a file's bytes to a table."""

from __future__ import annotations

from suyuan.sheets.model import Limits
from suyuan.sheets.table import Table


def read_table(data: bytes, name: str, limits: Limits | None = None) -> Table:
    """What a workbook (xlsx, xls, ods) or a text (CSV, TSV, pasted) holds. Raises FileRefused.

    Pasted cells: `read_table(text.encode(), "clipboard.tsv")`.
    """
    raise NotImplementedError
