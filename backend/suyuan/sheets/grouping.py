"""The same fault in many rows, once."""

from __future__ import annotations

from collections.abc import Iterable

from suyuan.sheets.judged import FaultGroup, RowResult


def group_faults(results: Iterable[RowResult], most: int = 1_000) -> list[FaultGroup]:
    """Faults by (column, rule, value), the most frequent first, at most `most` groups."""
    raise NotImplementedError
