"""The same record twice: in the file, or uploaded before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from suyuan.sheets.draft import Draft
from suyuan.sheets.model import Context, Template
from suyuan.sheets.rows import RowFault

#: Rules after which a row is a duplicate and nothing worse.
SAME = frozenset({"row.duplicate", "row.known"})


class Repeats:
    """Keys met so far in one upload, and those of earlier ones."""

    def __init__(self, context: Context, template: Template) -> None:
        #: Whose change makes a row a record of its own.
        self._own = "line" if "line" in template.key else "lot"
        self._lookup = context.known_keys
        self._met: dict[str, tuple[str, int, str]] = {}

    def ask(self, drafts: Iterable[Draft]) -> None:
        """Look the rows' keys up and add what is found to each."""
        listed = [draft for draft in drafts if draft.key]
        known: Mapping[str, str] = self._lookup({each.key for each in listed}) if self._lookup else {}
        for draft in listed:
            first = self._met.setdefault(draft.key, (draft.sheet, draft.row, draft.digest))
            if first[:2] != (draft.sheet, draft.row):
                rule = "row.duplicate" if first[2] == draft.digest else "row.conflict"
                where = {"sheet": first[0], "row": str(first[1])}
                draft.found.append(RowFault(self._at(draft, rule), rule, where))
            elif draft.key in known:
                rule = "row.known" if known[draft.key] == draft.digest else "row.changed"
                draft.found.append(RowFault(self._at(draft, rule), rule))

    def _at(self, draft: Draft, rule: str) -> str:
        return self._own if rule not in SAME and "lot" in draft.values else ""
