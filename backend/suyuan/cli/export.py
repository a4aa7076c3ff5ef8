"""`suyuan export`: a party's own data as CSV or EPCIS, into a file that is there whole or not at all."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from suyuan.cli.connection import Connection, refuse
from suyuan.cli.exits import Exit, stop

export = typer.Typer(help="A party's own data for its own systems.", no_args_is_help=True)

Out = Annotated[Path | None, typer.Option("--out", "-o", help="File; without it, standard output")]
Since = Annotated[str | None, typer.Option("--from", help="First day (2026-11-01) or a moment")]
Until = Annotated[str | None, typer.Option("--to", help="Last day or a moment")]
Lot = Annotated[str | None, typer.Option("--lot", help="Digital Link, URN or GTIN/LOT")]
Product = Annotated[str | None, typer.Option("--product", help="GTIN, Digital Link or URN")]
Party = Annotated[int | None, typer.Option("--party", help="The platform's own callers name the party")]


@export.command("epcis")
def epcis(
    out: Out = None,
    since: Since = None,
    to: Until = None,
    lot: Lot = None,
    product: Product = None,
    party: Party = None,
) -> None:
    """The party's events as an EPCIS 2.0 document; told again, none is recorded twice."""
    _fetch("events.jsonld", out, {"from": since, "to": to, "lot": lot, "product": product, "party": party})


@export.command("csv")
def csv(
    what: Annotated[str, typer.Argument(help="submissions, events, lots, handovers or documents")] = "events",
    out: Out = None,
    since: Since = None,
    to: Until = None,
    lot: Lot = None,
    product: Product = None,
    party: Party = None,
    bom: Annotated[bool, typer.Option("--bom/--no-bom", help="A byte order mark for Excel")] = True,
) -> None:
    """A table of the party's own data."""
    given = {"from": since, "to": to, "lot": lot, "product": product, "party": party}
    _fetch(f"{what}.csv", out, given | {"bom": None if bom else "false"})


def _fetch(name: str, out: Path | None, params: dict[str, Any]) -> None:
    gateway = Connection(timeout=300)
    given = {key: value for key, value in params.items() if value is not None}
    draft = out.with_name(f".{out.name}.part") if out else None
    try:
        with gateway.http.stream("GET", f"/api/v1/exports/{name}", params=given) as answer:
            if answer.is_error:
                answer.read()
                refuse(answer)
            if draft is None:
                for piece in answer.iter_bytes():
                    sys.stdout.buffer.write(piece)
                return
            with draft.open("wb") as file:
                for piece in answer.iter_bytes():
                    file.write(piece)
    except httpx.HTTPError as error:
        stop(f"The export from {gateway.address.url} broke off ({error}).", Exit.UNREACHABLE)
    if draft is not None and out is not None:
        draft.replace(out)
