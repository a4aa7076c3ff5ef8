"""`suyuan verify`: a bundle against the chain alone."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import httpx
import orjson
import typer
from rich.markup import escape

from suyuan.cli.connection import data_dir, find_address
from suyuan.cli.exits import Exit, stop
from suyuan.cli.lots import lot_path
from suyuan.cli.verdict import plain, show_report
from suyuan.kernel import identity
from suyuan.kernel.clock import SystemClock
from suyuan.kernel.errors import SuyuanError
from suyuan.verify import HttpRpc, Trust, TrustMissing, lot_of_address, verify_bundle


def verify(
    what: Annotated[str, typer.Argument(help="A bundle's file, the address of a lot's page, or a lot")],
    rpc: Annotated[
        str | None, typer.Option("--rpc", help="JSON-RPC address of a node that you trust")
    ] = None,
    trust: Annotated[
        Path | None,
        typer.Option("--deployment", help="Folder with the deployment files of the chain that you trust"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The report as JSON")] = False,
) -> None:
    """Check a bundle against the chain alone: exit 0 valid, 1 does not check out, 2 could not be checked.

    A page or a lot must show what was recorded 15 minutes before; a file is judged as of its own block, and
    says of itself which lot it is about.
    """
    data, fetched_at, expected = _bundle(what)
    believed = _trust(trust)
    with HttpRpc(rpc or _running_node()) as node:
        report = verify_bundle(data, believed, node, fetched_at, expected)
    if as_json:
        typer.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=1))
    else:
        show_report(report, data)
    raise typer.Exit(report.exit_code)


def _bundle(what: str) -> tuple[bytes, datetime | None, bytes | None]:
    """The bundle's bytes from a file, an address or the running gateway; when it was asked for if live, and
    the id of the lot that was asked for.
    """
    path = Path(what)
    if path.is_file():
        return path.read_bytes(), None, None
    now = SystemClock().now()
    if what.startswith(("http://", "https://")) and urlsplit(what).hostname != "id.gs1.org":
        return _fetch(what), now, lot_of_address(what)
    try:
        expected = identity.lot_id_of_argument(what)
    except SuyuanError as error:
        stop(escape(f"{what} is neither a file nor an address nor a lot: {error.message}"), Exit.USAGE)
    return _fetch(f"{find_address().url}{lot_path(what)}/proof"), now, expected


def _fetch(url: str) -> bytes:
    try:
        answer = httpx.get(
            url, headers={"Accept": "application/json"}, timeout=60, trust_env=False, follow_redirects=True
        )
    except httpx.HTTPError as error:
        stop(escape(f"The bundle cannot be fetched from {url}: {error}."), Exit.USAGE)
    if answer.is_error:
        stop(escape(plain(f"The bundle cannot be fetched: {_detail(answer)}")), Exit.USAGE)
    return answer.content


def _detail(answer: httpx.Response) -> str:
    try:
        return str(orjson.loads(answer.content)["detail"])
    except (ValueError, KeyError, TypeError):
        return f"the server answered {answer.status_code}."


def _trust(folder: Path | None) -> Trust:
    """What to believe: the deployment files given, else those of the data folder, else of this checkout."""
    usual = (data_dir() / "deployments", Path("contracts/deployments"))
    known = [folder] if folder else [each for each in usual if any(each.glob("*/chain.json"))]
    if not known:
        stop(
            "Nothing says which chain to trust: name a folder with deployment files by --deployment.",
            Exit.USAGE,
        )
    try:
        return Trust.from_deployment(known[0])
    except TrustMissing as missing:
        stop(escape(f"{missing} (--deployment)."), Exit.USAGE)


def _running_node() -> str:
    try:
        found = orjson.loads((data_dir() / "run.json").read_bytes())["chain_rpc"]
    except (OSError, ValueError, KeyError, TypeError):
        found = None
    if not found:
        stop("Name a node with --rpc; no local chain is known to run.", Exit.USAGE)
    return str(found)
