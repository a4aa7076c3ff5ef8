"""`suyuan submit`: a document goes in, a receipt comes out, and with --wait every entry is final."""

from __future__ import annotations

import hashlib
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
from rich.table import Table

from suyuan.cli.connection import Connection, refuse
from suyuan.cli.exits import Exit, stop
from suyuan.cli.onboarding import Newcomers, newcomers
from suyuan.kernel import identity

ENDED = ("final", "rejected")
POLL_SECONDS = 0.3
console = Console(highlight=False)
notes = Console(stderr=True, highlight=False)


def submit(
    file: Annotated[Path, typer.Argument(help="An EPCIS 2.0 document (JSON)", exists=True, dir_okay=False)],
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
) -> None:
    """Submit a document of one or several parties; a receipt comes at once, the proof later."""
    content = file.read_bytes()
    gateway = Connection(timeout=300)
    if onboard and not dry_run:
        _onboard(gateway, content, as_party)
    headers = {"Content-Type": "application/json", "Idempotency-Key": hashlib.sha256(content).hexdigest()}
    if dry_run:
        del headers["Idempotency-Key"]
    options = {"as": as_party, "dry_run": True if dry_run else None}
    answer = gateway.send("/api/v1/submissions", content, headers=headers, **options)
    if not as_json:
        _show_accepted(answer, dry_run=dry_run)
    if wait and not dry_run:
        answer = {**answer, "submissions": _wait(gateway, answer, timeout, quiet=as_json)}
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=1))
    if any(each.get("state") == "rejected" for each in answer.get("submissions", [])):
        raise typer.Exit(int(Exit.REFUSED))


def _onboard(gateway: Connection, content: bytes, as_party: str | None) -> None:
    fallback = as_party if as_party and not as_party.isdecimal() else None
    try:
        found = newcomers(json.loads(content.decode("utf-8-sig")), fallback)
    except (ValueError, AttributeError, TypeError):
        return  # the gateway says what is wrong with the document, and where
    parties, products = register(gateway, found)
    notes.print(f"· registered {parties} parties and {products} products that were not known yet")


def register(gateway: Connection, found: Newcomers) -> tuple[int, int]:
    """Register who and what is not known yet; returns how many parties and products were new."""
    parties = sum(_register_party(gateway, party) for party in found.parties.values())
    products = sum(_post_new(gateway, "/api/v1/products", product) for product in found.products.values())
    return parties, products


def _register_party(gateway: Connection, party: dict[str, Any]) -> int:
    """1 when it was new. One known before gets the sites that it lacks; another's site stays another's."""
    answer = gateway.try_post("/api/v1/parties", party)
    if answer.is_success:
        return 1
    if answer.status_code != 409:
        refuse(answer)
    new = _post_new(gateway, "/api/v1/parties", {**party, "sites": []})
    number = gateway.get("/api/v1/parties", uri=party["identifiers"][0])["parties"][0]["number"]
    known = {site["uri"] for site in gateway.get(f"/api/v1/parties/{number}/sites")["sites"]}
    for site in party["sites"]:
        if identity.identify(site["uri"]).uri not in known:
            _post_new(gateway, f"/api/v1/parties/{number}/sites", site)
    return new


def _post_new(gateway: Connection, path: str, body: Any) -> int:
    """1 when it was registered, 0 when somebody was there before; ends the command otherwise."""
    answer = gateway.try_post(path, body)
    if answer.status_code == 409:
        return 0
    if answer.is_error:
        refuse(answer)
    return 1


def _show_accepted(answer: Mapping[str, Any], *, dry_run: bool) -> None:
    submissions: Sequence[Mapping[str, Any]] = answer.get("submissions", [])
    word = "would be accepted" if dry_run else "accepted"
    table = Table(title=f"{len(submissions)} submission(s) {word}", title_justify="left")
    for name in ("submission", "party", "events", "entries", "warnings"):
        table.add_column(name, overflow="fold")
    for each in submissions:
        warnings = each.get("warnings") or []
        table.add_row(
            str(each.get("id") or "–"),
            str(each.get("party")),
            str(each.get("events")),
            str(each.get("entries")),
            str(len(warnings)),
        )
    console.print(table)
    _show_warnings(submissions)
    if answer.get("receipt"):
        console.print("The receipt is signed by the operator; keep it (--json prints it).")


def _show_warnings(submissions: Sequence[Mapping[str, Any]]) -> None:
    warnings = [warning for each in submissions for warning in each.get("warnings") or []]
    if not warnings:
        return
    table = Table(title=f"{len(warnings)} warning(s): recorded all the same", title_justify="left")
    for name in ("where", "what"):
        table.add_column(name, overflow="fold")
    for warning in warnings:
        table.add_row(escape(str(warning.get("pointer", ""))), escape(str(warning.get("message", ""))))
    console.print(table)


def _wait(gateway: Connection, answer: Mapping[str, Any], timeout: float, *, quiet: bool) -> list[Any]:
    """Poll until every submission is final or rejected; ends the command when the time is up."""
    ids = [each["id"] for each in answer["submissions"]]
    until = time.monotonic() + timeout
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=notes, transient=True, disable=quiet) as progress:
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
