"""What the page of a draft shows, in the words of the reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

import orjson
from fastapi import Request
from sqlalchemy import Connection

from suyuan.access.model import Caller, Scope
from suyuan.api.upload_forms import words_of
from suyuan.kernel.clock import Clock
from suyuan.kernel.hashing import to_hex
from suyuan.kernel.paging import BadCursor, decode_cursor, encode_cursor
from suyuan.parties.handed import own_keys
from suyuan.portal import address
from suyuan.sheets.judged import CellFault, FaultGroup, RowResult
from suyuan.sheets.kinds import TEMPLATES
from suyuan.sheets.model import Message, Template
from suyuan.sheets.words import notice_words, tree
from suyuan.uploads import editing, queries
from suyuan.uploads.model import EDITABLE, OPEN, WORK, Draft, State
from suyuan.uploads.opening import holder_of
from suyuan.uploads.signing import has_four_eyes, preparers

#: Rows of one page of faults, and cells that one form may carry.
ROWS_PER_PAGE = 100
EDITS_PER_PAGE = 400
GROUPS_SHOWN = 30

#: How each state looks.
TONES = {
    State.UPLOADED: "wait",
    State.NEEDS_MAPPING: "warn",
    State.CHECKING: "wait",
    State.NEEDS_FIXES: "warn",
    State.PREPARING: "wait",
    State.VALID: "calm",
    State.SIGNED: "wait",
    State.SIGNING: "warn",
    State.SUBMITTING: "wait",
    State.SUBMITTED: "ok",
    State.WITHDRAWN: "off",
    State.REFUSED: "bad",
}


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows the page shows, as its address says."""

    state: str = ""
    column: str = ""
    rule: str = ""
    cursor: str = ""

    @classmethod
    def of(cls, request: Request) -> Filter:
        state = address.text(request, "show", 20)
        known = state if state in {"ok", "fixable", "error", "duplicate", "all"} else ""
        rule, column = address.text(request, "rule", 100), address.text(request, "column", 100)
        return cls(known, column, rule, address.text(request, "after", 200))

    @property
    def wanted(self) -> queries.Wanted:
        states: tuple[str, ...] = ("error", "fixable", "duplicate")
        if self.state:
            states = () if self.state == "all" else (self.state,)
        fault = (self.column, self.rule) if self.rule else None
        return queries.Wanted(states, fault, self._after)

    @property
    def _after(self) -> queries.Place:
        try:
            block, index = decode_cursor(self.cursor, 2) if self.cursor else queries.START
        except BadCursor:
            return queries.START
        return (block, index) if isinstance(block, int) and isinstance(index, int) else queries.START

    def with_(self, **changed: str) -> str:
        """The query of another choice, from its first page."""
        given = {"show": self.state, "column": self.column, "rule": self.rule, "after": ""} | changed
        kept = {name: value for name, value in given.items() if value}
        return f"?{urlencode(kept)}" if kept else ""

    @property
    def query(self) -> str:
        return self.with_(after=self.cursor)


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the page: its place, what it names, and its wrong cells."""

    result: RowResult
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Cell:
    """A wrong cell. `id` names its field; `at` is [sheet, row, column, text as shown], for the form."""

    id: str
    at: str
    heading: str
    letter: str
    value: str
    message: str
    fix: str
    proposals: list[str]
    is_warning: bool
    can_edit: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The same fault in many rows."""

    of: FaultGroup
    heading: str
    message: str
    fix: str
    href: str


@dataclass
class View:
    """A draft for the page."""

    conn: Connection
    clock: Clock
    caller: Caller
    draft: Draft
    filter: Filter
    language: str

    @staticmethod
    def is_working(draft: Draft) -> bool:
        return draft.state in WORK

    @cached_property
    def template(self) -> Template | None:
        return TEMPLATES.get(self.draft.kind) if self.draft.kind else None

    def heading(self, name: str) -> str:
        if self.template is None or not name:
            return ""
        columns = {each.name: each for each in self.template.columns}
        return columns[name].heading(self.language) if name in columns else name

    def context(self) -> dict[str, Any]:
        draft, caller = self.draft, self.caller
        may_edit = bool(caller.scopes & {Scope.DRAFT, Scope.SUBMIT}) and draft.state in EDITABLE
        found: dict[str, Any] = {
            "draft": draft,
            "view": self,
            "tone": TONES[draft.state],
            "filter": self.filter,
            "templates": TEMPLATES,
            "may_edit": may_edit,
            "may_withdraw": bool(caller.scopes & {Scope.DRAFT, Scope.SUBMIT}) and draft.state in OPEN,
            "may_leave": caller.has(Scope.SUBMIT) and draft.state is State.SIGNING,
            "holder": holder_of(self.clock, draft, caller),
            "notices": [
                notice_words(Message(each["code"], each["values"]), self.language) for each in draft.notices
            ],
            "trouble": self._trouble(),
            "said": "",
        }
        return found | self._rows() | self._signing()

    def _trouble(self) -> Mapping[str, str] | None:
        trouble = self.draft.trouble
        if trouble is None:
            return None
        known = tree(self.language)["refusals"].get(trouble.get("code", ""))
        if known is None:
            return {"code": trouble["code"], "what": str(trouble.get("message", "")), "fix": ""}
        values = trouble.get("values", {})
        return {"code": trouble["code"], "what": known[0].format(**values), "fix": known[1].format(**values)}

    def _rows(self) -> dict[str, Any]:
        if self.draft.state not in (State.NEEDS_FIXES, State.VALID, State.SUBMITTED):
            return {"groups": [], "more_groups": 0, "lines": [], "next": ""}
        groups = editing.groups_of(self.conn, self.draft.id)
        rows = queries.rows_of(self.conn, self.draft.id, self.filter.wanted, ROWS_PER_PAGE + 1)
        after = (
            self.filter.with_(after=encode_cursor(*rows[ROWS_PER_PAGE - 1][0]))
            if len(rows) > ROWS_PER_PAGE
            else ""
        )
        return {
            "groups": [self._group(each) for each in groups[:GROUPS_SHOWN]],
            "more_groups": max(len(groups) - GROUPS_SHOWN, 0),
            "lines": [self._line(each) for _, each in rows[:ROWS_PER_PAGE]],
            "next": after,
        }

    def _group(self, group: FaultGroup) -> Group:
        message, fix = words_of(group.first, self.language)
        href = self.filter.with_(show="all", column=group.column, rule=group.rule)
        return Group(group, self.heading(group.column), message, fix, href)

    def _line(self, result: RowResult) -> Line:
        return Line(result, [self._cell(result, number, each) for number, each in enumerate(result.faults)])

    def _cell(self, result: RowResult, number: int, fault: CellFault) -> Cell:
        message, fix = words_of(fault, self.language)
        at = orjson.dumps([result.sheet, result.row, fault.column, fault.value]).decode()
        meant = [
            each.to for each in result.proposals if (each.column, each.rule) == (fault.column, fault.rule)
        ]
        sheet = result.sheet.encode().hex()[:16]
        return Cell(
            id=f"{sheet}-{result.row}-{fault.column or number}",
            at=at,
            heading=self.heading(fault.column),
            letter=fault.place.letter,
            value=fault.value,
            message=message,
            fix=fix,
            proposals=meant,
            is_warning=fault.level == "warning",
            can_edit=bool(fault.column),
        )

    def _signing(self) -> dict[str, Any]:
        draft = self.draft
        if draft.state not in (State.VALID, State.SIGNING) or draft.root is None:
            return {"expected": [], "four_eyes": False, "may_sign": False, "root": ""}
        keys = own_keys(self.conn, draft.party)
        twice = has_four_eyes(self.conn, draft.party) and self.caller.token in preparers(self.conn, draft)
        return {
            "expected": [each.address for each in keys],
            "four_eyes": twice,
            "may_sign": self.caller.has(Scope.SUBMIT) and not twice,
            "root": to_hex(draft.root),
        }
