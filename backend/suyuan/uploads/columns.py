"""A person says which column of a foreign sheet is which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import orjson
from sqlalchemy import Connection, insert, update

from suyuan.kernel.clock import Clock
from suyuan.kernel.errors import Fault
from suyuan.sheets.kinds import TEMPLATES
from suyuan.sheets.model import Template
from suyuan.uploads import tables as t
from suyuan.uploads.errors import EditRefused
from suyuan.uploads.model import Draft, State
from suyuan.uploads.opening import UNPREPARED, Asked, change, open_for_change


def choose_columns(
    conn: Connection, clock: Clock, asked: Asked, columns: Mapping[int, str], kind: str | None = None
) -> Draft:
    """Say which column of the file is which, and have the rows judged from the beginning.

    Raises DraftUnknown, DraftState, DraftChanged, DraftLocked, EditRefused.
    """
    states = (State.NEEDS_MAPPING, State.NEEDS_FIXES, State.VALID)
    draft = open_for_change(conn, clock, asked, states)
    template = next((each for name, each in TEMPLATES.items() if name == (kind or draft.kind)), None)
    if template is None:
        message = "say what the sheet tells of"
        raise EditRefused([Fault("/kind", "upload.kind", message, f"one of {', '.join(TEMPLATES)}")])
    faults = _faults(template, columns)
    if faults:
        raise EditRefused(faults)
    _remember(conn, draft, template.kind, columns)
    values = {"state": State.UPLOADED, "kind": template.kind, "columns": dict(columns), **UNPREPARED}
    return change(conn, clock, asked, draft, {"act": "columns", "kind": template.kind}, values)


def _faults(template: Template, columns: Mapping[int, str]) -> list[Fault]:
    known = {column.name for column in template.columns}
    required = [column.name for column in template.columns if column.rule.required]
    given = Counter(columns.values())
    fix = "choose again"
    return [
        *(
            Fault(f"/columns/{index}", "upload.column", f"the template has no column {name[:60]!r}", fix)
            for index, name in columns.items()
            if name not in known
        ),
        *(
            Fault("/columns", "upload.column-twice", f"{name} is given to two columns", fix)
            for name, count in given.items()
            if count > 1
        ),
        *(
            Fault("/columns", "upload.column-missing", f"no column is given for {name}", fix)
            for name in required
            if name not in given
        ),
    ]


def _remember(conn: Connection, draft: Draft, kind: str, columns: Mapping[int, str]) -> None:
    headings = (draft.header or {}).get("headings", [])
    named = {headings[index]: name for index, name in columns.items() if index < len(headings)}
    its = (t.mappings.c.party == draft.party) & (t.mappings.c.kind == kind)
    text = orjson.dumps({heading: name for heading, name in named.items() if heading}).decode()
    if not conn.execute(update(t.mappings).where(its).values(headings=text)).rowcount:
        conn.execute(insert(t.mappings).values(party=draft.party, kind=kind, headings=text))
