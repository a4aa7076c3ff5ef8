"""`suyuan submit`: a document goes in, a receipt comes out, and with --wait every entry is final."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from suyuan.cli.columns import columns
from suyuan.cli.connection import Connection
from suyuan.cli.exits import Exit, stop
from suyuan.cli.sheets import SHEETS, Wishes, submit_sheet

ENDED = ("final", "rejected")
POLL_SECONDS = 0.3
console = Console(highlight=False)
notes = Console(stderr=True, highlight=False)


def submit(
    file: Annotated[
        Path, typer.Argument(help="EPCIS 2.0 (JSON), Excel (.xlsx) or CSV", exists=True, dir_okay=False)
    ],
    as_party: Annotated[
        str | None, typer.Option("--as", help="Party (number or URI) that speaks where no event says who")
    ] = None,
    onboard: Annotated[
        bool, typer.Option("--onboard", help="Register first whom and what the document's master data names")
    ] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Return when every entry is final")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check only; nothing is stored")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The answer as JSON")] = False,
    timeout: Annotated[float, typer.Option(help="Seconds that --wait waits at most")] = 600.0,
    kind: Annotated[
        str | None, typer.Option(help="Of a sheet: harvest, processing, packing, dispatch, receipt, ...")
    ] = None,
    only_good: Annotated[
        bool, typer.Option("--only-good", help="Of a sheet: submit the good rows, keep the others as a draft")
    ] = False,
) -> None:
    """Submit a document of one or several parties; a receipt comes at once, the proof later."""
    gateway = Connection(timeout=300)
    if file.suffix.lower() in SHEETS:
        wishes = Wishes(as_party, kind, timeout, only_good=only_good, dry_run=dry_run, quiet=as_json)
        _submit_rows(gateway, file, wishes, wait=wait)
        return
    content = file.read_bytes()
    # No Idempotency-Key: the same bytes for the same party get the same answer anyhow (formats/capture.md).
    headers = {"Content-Type": "application/json"}
    options = {"as": as_party, "dry_run": dry_run or None, "onboard": onboard or None}
    answer = gateway.send("/api/v1/submissions", content, headers=headers, **options)
    if not as_json:
        show_accepted(answer, dry_run=dry_run)
    if wait and not dry_run:
        answer = {**answer, "submissions": wait_until_ended(gateway, answer, timeout, quiet=as_json)}
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=1))
    if any(each.get("state") == "rejected" for each in answer.get("submissions", [])):
        raise typer.Exit(int(Exit.REFUSED))


def _submit_rows(gateway: Connection, file: Path, wishes: Wishes, *, wait: bool) -> None:
    """A sheet instead of a document."""
    answer = submit_sheet(gateway, file, wishes)
    if wait and not wishes.dry_run:
        ended = wait_until_ended(gateway, answer, wishes.timeout, quiet=wishes.quiet)
        answer = {**answer, "submissions": ended}
    if wishes.quiet:
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=1))


def show_accepted(answer: Mapping[str, Any], *, dry_run: bool) -> None:
    """One line for each submission, and every warning."""
    submissions: Sequence[Mapping[str, Any]] = answer.get("submissions", [])
    word = "would be accepted" if dry_run else "accepted"
    console.print(f"[bold]{len(submissions)} submission(s) {word}[/]")
    rows = [
        (
            str(each.get("id") or "–"),
            str(each.get("party")),
            str(each.get("events")),
            str(each.get("entries")),
            str(len(each.get("warnings") or [])),
        )
        for each in submissions
    ]
    for line in columns(("submission", "party", "events", "entries", "warnings"), rows):
        typer.echo(line)
    _show_warnings(submissions)
    if answer.get("receipt"):
        console.print("The receipt is signed by the operator; keep it (--json prints it).")


def _show_warnings(submissions: Sequence[Mapping[str, Any]]) -> None:
    warnings = [warning for each in submissions for warning in each.get("warnings") or []]
    if not warnings:
        return
    console.print(f"[bold]{len(warnings)} warning(s): recorded all the same[/]")
    for warning in warnings:
        typer.echo(f"  {warning.get('pointer', '')}")
        typer.echo(f"    {warning.get('message', '')}")


def wait_until_ended(
    gateway: Connection, answer: Mapping[str, Any], timeout: float, *, quiet: bool
) -> list[Any]:
    """Poll until every submission is final or rejected; ends the command when the time is up."""
    ids = [each["id"] for each in answer["submissions"]]
    until = time.monotonic() + timeout
    shown = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*shown, console=notes, transient=True, disable=quiet) as progress:
        task = progress.add_task("waiting", total=len(ids))
        while True:
            found = [gateway.get(f"/api/v1/submissions/{each}") for each in ids]
            states = Counter(str(each["state"]) for each in found)
            said = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
            ended = sum(states[state] for state in ENDED)
            progress.update(task, completed=ended, description=said)
            if ended == len(ids):
                break
            if time.monotonic() > until:
                stop(f"Not everything is final after {timeout:.0f} s: {said}.", Exit.UNREACHABLE)
            time.sleep(POLL_SECONDS)
    if not quiet:
        _show_ended(found)
    return found


def _show_ended(found: Sequence[Mapping[str, Any]]) -> None:
    for each in found:
        where = f"block {each['block']}" if each.get("block") is not None else each.get("reason") or ""
        colour = "green" if each["state"] == "final" else "bold red"
        console.print(f"[{colour}]{each['state']}[/] {each['id']} {escape(str(where))}")
