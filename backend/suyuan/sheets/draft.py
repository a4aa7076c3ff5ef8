"""A row while it is judged."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from suyuan.sheets.model import Template
from suyuan.sheets.resolving import Resolved
from suyuan.sheets.rows import RowFault
from suyuan.sheets.table import RawValue

_UNIT_SEPARATOR = "\x1f"


@dataclass(slots=True)
class Draft:
    """`values`: what could be read. `faulty` and `noted`: cells with something to tell. `whole`: faults of
    the row as a whole, `found`: what lookups and earlier rows gave. `cells`: raw values by column.
    """

    sheet: str
    row: int
    cells: dict[str, RawValue]
    values: dict[str, str] = field(default_factory=dict)
    faulty: dict[str, Resolved] = field(default_factory=dict)
    noted: dict[str, Resolved] = field(default_factory=dict)
    whole: list[RowFault] = field(default_factory=list)
    found: list[RowFault] = field(default_factory=list)
    is_example: bool = False
    key: str = ""
    digest: str = ""

    def sign(self, template: Template) -> None:
        """Set `key` (the same record again) and `digest` (the same content)."""
        if self.is_example or not all(name not in self.faulty for name in template.key):
            return
        named = [self.values.get(name, "") for name in template.key]
        if not any(named):
            return
        self.key = _hash([template.kind, *named])
        self.digest = _hash([f"{name}={self.values[name]}" for name in sorted(self.values)])


def _hash(parts: list[str]) -> str:
    return hashlib.sha256(_UNIT_SEPARATOR.join(parts).encode()).hexdigest()[:32]
