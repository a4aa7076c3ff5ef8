"""`suyuan lot show` and `suyuan trace`."""

from __future__ import annotations

import csv
import json
import re
import sys
from collections import deque
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import quote

import typer
from rich.console import Console
from rich.markup import escape

from suyuan.cli.columns import columns
from suyuan.cli.connection import Connection
from suyuan.cli.exits import Exit, stop
from suyuan.kernel import identity
from suyuan.kernel.errors import SuyuanError

lot = typer.Typer(help="Lots.", no_args_is_help=True)
console = Console(highlight=False)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:.*\+00:00")
LotArgument = Annotated[str, typer.Argument(metavar="LOT", help="Digital Link URI, EPC URN, or GTIN/LOT")]


class Format(StrEnum):
    """How `trace` answers."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def lot_path(text: str) -> str:
    """The route of a lot that a person named; ends the command when it is none."""
    try:
        found = identity.from_argument(text)
    except SuyuanError as error:
        stop(escape(error.message), Exit.USAGE)
    name = "0x" + found.hex() if isinstance(found, bytes) else found.uri
    return f"/api/v1/lots/{quote(name, safe='')}"


@lot.command("show")
def show(
    lot: LotArgument,
    as_json: Annotated[bool, typer.Option("--json", help="The answer as JSON")] = False,
) -> None:
    """What is known of a lot, its history oldest first."""
    path = lot_path(lot)
    gateway = Connection()
    found = gateway.get(path)
    events = list(gateway.pages(f"{path}/events"))
    if as_json:
        typer.echo(json.dumps({**found, "events": events}, ensure_ascii=False, indent=1))
        return
    console.print(f"[bold]{escape(str(found.get('uri')))}[/]")
    for name, value in found.items():
        if name != "uri" and value is not None and not isinstance(value, list | dict):
            console.print(f"  {name}: {escape(str(value))}")
    for contradiction in found.get("contradictions") or []:
        console.print(
            f"  [bold red]! {escape(str(contradiction.get('code')))}[/] {contradiction.get('facts')}"
        )
    _show_events(events)


def _show_events(events: list[Mapping[str, Any]]) -> None:
    names = ("time", "kind", "bizStep", "state", "party", "place")
    rows = [[_minute(_plain(event.get(name))) for name in names] for event in events]
    for line in columns(("time (UTC)", "kind", "step", "state", "party", "place"), rows):
        typer.echo(line)


def _minute(text: str) -> str:
    """A time to the minute; other texts as they are."""
    return f"{text[:10]} {text[11:16]}" if _TIME.fullmatch(text) else text


def _plain(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Mapping):
        names = cell.get("names") or cell
        return str(names.get("zh") or names.get("en") or next(iter(cell.values()), ""))
    return str(cell)


def trace(
    lot: LotArgument,
    back: Annotated[bool, typer.Option("--back", help="What it was made from")] = False,
    forward: Annotated[bool, typer.Option("--forward", help="What was made of it")] = False,
    output: Annotated[Format, typer.Option("--format", help="How to answer")] = Format.TABLE,
) -> None:
    """Every lot that a lot was made from, or that was made of it, through any number of steps."""
    if back == forward:
        stop("Say either --back or --forward.", Exit.USAGE)
    path = lot_path(lot)
    found = Connection().get(f"{path}/trace", direction="back" if back else "forward")
    if output is Format.JSON:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    rows = _rows(found, back=back)
    if output is Format.CSV:
        writer = csv.writer(sys.stdout)
        writer.writerow(("steps", "lot", "product", "from"))
        writer.writerows(rows)
        return
    for line in _lines(rows, back=back):
        typer.echo(line)
    if found.get("truncated"):
        console.print("[yellow]There are more lots than one answer holds.[/]")


def _lines(rows: list[tuple[int, str, str, str]], *, back: bool) -> list[str]:
    """One line a lot, never broken: a lot's name must be found by searching the text, and copied whole."""
    place = {uri: number for number, (_, uri, _, _) in enumerate(rows, 1)}
    cells = [
        (str(number), str(steps), ", ".join(str(place[each]) for each in near.split()), product, uri)
        for number, (steps, uri, product, near) in enumerate(rows, 1)
    ]
    return list(columns(("#", "steps", "into" if back else "of", "product", "lot"), cells))


def _rows(found: Mapping[str, Any], *, back: bool) -> list[tuple[int, str, str, str]]:
    """(steps away, lot, product, the lots it is linked with one step nearer), nearest first."""
    near, far = ("child", "parent") if back else ("parent", "child")
    onward: dict[str, list[str]] = {}
    homeward: dict[str, list[str]] = {}
    for edge in found["edges"]:
        onward.setdefault(edge[near], []).append(edge[far])
        homeward.setdefault(edge[far], []).append(edge[near])
    lots = {each["lotId"]: each for each in found["lots"]}
    start = found["lots"][0]["lotId"]
    steps = {start: 0}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        for there in onward.get(here, []):
            if there not in steps:
                steps[there] = steps[here] + 1
                queue.append(there)
    ordered = sorted(lots, key=lambda each: steps.get(each, 0))
    return [
        (
            steps.get(each, 0),
            lots[each]["uri"],
            _plain(lots[each].get("product")),
            " ".join(sorted({lots[other]["uri"] for other in homeward.get(each, []) if other in lots})),
        )
        for each in ordered
    ]
