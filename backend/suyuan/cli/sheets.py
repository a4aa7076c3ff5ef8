"""`suyuan submit rows.xlsx`: a sheet is uploaded and judged; what is good as a whole, or what was chosen,
is signed and submitted.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from suyuan.cli.columns import columns
from suyuan.cli.connection import Connection
from suyuan.cli.exits import Exit, stop

SHEETS = frozenset({".xlsx", ".csv", ".tsv", ".txt"})
POLL_SECONDS = 0.3
#: States in which nobody works on the draft.
_STILL = frozenset({"needs_mapping", "needs_fixes", "valid", "signing", "submitted", "withdrawn", "refused"})
_MOST_FAULTS = 50
console = Console(highlight=False)
notes = Console(stderr=True, highlight=False)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command was asked for; `timeout` in seconds."""

    as_party: str | None
    kind: str | None
    timeout: float
    only_good: bool = False
    dry_run: bool = False
    quiet: bool = False


def submit_sheet(gateway: Connection, file: Path, wishes: Wishes) -> dict[str, Any]:
    """The upload with its receipt and submissions; ends the command where rows are wrong."""
    options = {"as": wishes.as_party, "kind": wishes.kind, "name": file.name}
    headers = {"Content-Type": "application/octet-stream"}
    draft = gateway.send("/api/v1/uploads", file.read_bytes(), headers=headers, **options)
    if not draft["isNew"] and not wishes.quiet:
        notes.print("This very file was uploaded before; its draft goes on.")
    draft = _until_still(gateway, draft, wishes)
    if (
        draft["state"] == "needs_fixes"
        and wishes.only_good
        and draft["totals"].get("ok")
        and not wishes.dry_run
    ):
        draft = gateway.post(_path(draft, "choice"), {"version": draft["version"]})
        draft = _until_still(gateway, draft, wishes)
    if draft["state"] not in ("valid", "submitted"):
        _say_what_is_wrong(gateway, draft)
    if wishes.dry_run:
        _show(draft, wishes, "would be accepted")
        return {**draft, "submissions": []}
    if draft["state"] == "valid":
        given = {"version": draft["version"], "root": draft["root"]}
        draft = _until_still(gateway, gateway.post(_path(draft, "submit"), given), wishes)
    if draft["state"] != "submitted":
        stop(f"The upload {draft['id']} is {draft['state']}: the party signs with its own key.", Exit.REFUSED)
    receipt = gateway.get(_path(draft, "receipt"))
    _show(draft, wishes, "accepted")
    found = [each for part in receipt["documents"] for each in part["submissions"]]
    return {**draft, "receipt": receipt, "submissions": found}


def _path(draft: Mapping[str, Any], rest: str = "") -> str:
    return f"/api/v1/uploads/{draft['id']}" + (f"/{rest}" if rest else "")


def _until_still(gateway: Connection, draft: Mapping[str, Any], wishes: Wishes) -> dict[str, Any]:
    """Look until nobody works on the draft; a bar shows how far it is."""
    until = time.monotonic() + wishes.timeout
    shown = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    found = dict(draft)
    with Progress(*shown, console=notes, transient=True, disable=wishes.quiet) as bar:
        task = bar.add_task(str(found["state"]), total=None)
        while found["state"] not in _STILL:
            if time.monotonic() > until:
                stop(f"The upload {found['id']} is still {found['state']}.", Exit.UNREACHABLE)
            time.sleep(POLL_SECONDS)
            found = gateway.get(_path(found))
            progress = found["progress"]
            total = progress["total"] or None
            bar.update(task, description=str(found["state"]), completed=progress["done"], total=total)
    return found


def _say_what_is_wrong(gateway: Connection, draft: Mapping[str, Any]) -> None:
    """The faults as a table, equal ones together, and what to do; then the command ends."""
    where = f"{gateway.address.url}/supplier/drafts/{draft['id']}"
    if draft["state"] == "needs_mapping":
        stop(f"The columns are not those of a template; say which is which at {where}", Exit.REFUSED)
    if draft["trouble"]:
        stop(f"{draft['trouble'].get('message') or draft['trouble']['code']}", Exit.REFUSED)
    faults = gateway.get(_path(draft, "faults"), language="en")["items"]
    rows = [
        (
            str(each["rows"]),
            f"{each['sheet']} {each['letter']}{each['row']}",
            each["column"],
            each["value"],
            each["message"],
            each["fix"],
        )
        for each in faults[:_MOST_FAULTS]
    ]
    heads = ("rows", "first at", "column", "value", "what is wrong", "what to do")
    for line in columns(heads, rows):
        typer.echo(line)
    good, wrong = draft["totals"].get("ok", 0), draft["rows"] - draft["totals"].get("ok", 0)
    hint = " --only-good submits the good rows alone." if good else ""
    stop(
        f"{wrong} of {draft['rows']} rows are not good; nothing was submitted. Mend: {where}{hint}",
        Exit.REFUSED,
    )


def _show(draft: Mapping[str, Any], wishes: Wishes, word: str) -> None:
    if wishes.quiet:
        return
    manifest = draft["manifest"]
    console.print(f"[bold]{manifest['rows']} row(s) {word}[/], {manifest['left']} left out")
    console.print(f"upload {draft['id']}, manifest {draft['root']}")
    if draft["remainder"]:
        console.print(f"the rows that were left out are draft {draft['remainder']}")
