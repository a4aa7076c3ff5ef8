"""The same fault in many rows, once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from suyuan.sheets.judged import FaultGroup, RowResult


class Grouping:
    """Collects faults by (column, rule, value) while rows pass by; keeps at most `most` groups."""

    def __init__(self, most: int = 1_000) -> None:
        self._most = most
        self._groups: dict[tuple[str, str, str], FaultGroup] = {}
        #: Faults in groups beyond the most that are kept.
        self.beyond = 0

    def add(self, result: RowResult) -> None:
        for fault in result.faults:
            key = (fault.column, fault.rule, fault.value)
            group = self._groups.get(key)
            if group is not None:
                self._groups[key] = replace(group, rows=group.rows + 1)
            elif len(self._groups) < self._most:
                proposals = tuple(
                    each.to
                    for each in result.proposals
                    if (each.column, each.rule, each.from_) == (fault.column, fault.rule, fault.value)
                )
                self._groups[key] = FaultGroup(*key, fault.level, 1, fault, proposals)
            else:
                self.beyond += 1

    def groups(self) -> list[FaultGroup]:
        """Errors before warnings, the most frequent first; equal ones in the order of the file."""
        return sorted(self._groups.values(), key=lambda group: (group.level == "warning", -group.rows))


def group_faults(results: Iterable[RowResult], most: int = 1_000) -> list[FaultGroup]:
    """Faults by (column, rule, value), the most frequent first, at most `most` groups."""
    grouping = Grouping(most)
    for result in results:
        grouping.add(result)
    return grouping.groups()
