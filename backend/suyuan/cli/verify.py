"""`suyuan verify`: a bundle against the chain alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import httpx
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from suyuan.cli.connection import data_dir, find_address
from suyuan.cli.exits import Exit, stop
from suyuan.cli.lots import lot_path
from suyuan.kernel import identity
from suyuan.kernel.errors import SuyuanError
from suyuan.verify import HttpRpc, Outcome, Report, Trust, verify_bundle
from suyuan.verify.trust import CONTRACTS

_COLOUR = {
    Outcome.PASS: "green",
    Outcome.FAIL: "bold red",
    Outcome.UNREACHABLE: "yellow",
    Outcome.UNSUPPORTED: "yellow",
    Outcome.PARTIAL: "cyan",
}


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
    """Check a bundle against the chain alone: exit 0 valid, 1 does not check out, 2 could not be checked."""
    data = _bundle(what)
    believed = _trust(trust)
    with HttpRpc(rpc or _running_node()) as node:
        report = verify_bundle(data, believed, node)
    if as_json:
        typer.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=1))
    else:
        _show(report)
    raise typer.Exit(report.exit_code)


def _bundle(what: str) -> bytes:
    """The bundle's bytes, from a file, an address, or the running gateway."""
    path = Path(what)
    if path.is_file():
        return path.read_bytes()
    if what.startswith(("http://", "https://")) and urlsplit(what).hostname != "id.gs1.org":
        return _fetch(what)
    try:
        identity.lot_id_of_argument(what)
    except SuyuanError as error:
        stop(f"{what} is neither a file nor an address nor a lot: {error.message}", Exit.USAGE)
    return _fetch(f"{find_address().url}{lot_path(what)}/proof")


def _fetch(url: str) -> bytes:
    try:
        answer = httpx.get(
            url, headers={"Accept": "application/json"}, timeout=60, trust_env=False, follow_redirects=True
        )
    except httpx.HTTPError as error:
        stop(f"The bundle cannot be fetched from {url}: {error}.", Exit.USAGE)
    if answer.is_error:
        detail = _detail(answer)
        stop(f"The bundle cannot be fetched: {detail}", Exit.USAGE)
    return answer.content


def _detail(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"the server answered {answer.status_code}."


def _trust(folder: Path | None) -> Trust:
    """What to believe: the deployment files given, else those of the data folder, else of this checkout."""
    candidates = [folder] if folder else [data_dir() / "deployments", Path("contracts/deployments")]
    chains = [
        file for each in candidates for file in sorted([*each.glob("chain.json"), *each.glob("*/chain.json")])
    ]
    known = [file for file in chains if not file.parent.name.startswith("lost-")]
    if not known:
        stop(
            "Nothing says which chain to trust: name a folder with deployment files by --deployment.",
            Exit.USAGE,
        )
    try:
        return _read_trust(known[0])
    except (OSError, ValueError, KeyError, TypeError) as error:
        stop(f"The deployment file {known[0]} cannot be read: {error}.", Exit.USAGE)


def _read_trust(chain_file: Path) -> Trust:
    chain = json.loads(chain_file.read_bytes())
    files = {name: json.loads((chain_file.parent / f"{name}.json").read_bytes()) for name in CONTRACTS}
    return Trust(
        chain_id=int(chain["chainId"]),
        contracts={name: str(each["address"]) for name, each in files.items()},
        code_hashes={name: bytes.fromhex(each["runtimeCodeHash"][2:]) for name, each in files.items()},
        first_block=min(int(each["block"]) for each in files.values()),
    )


def _running_node() -> str:
    try:
        found = json.loads((data_dir() / "run.json").read_text("utf-8"))["chain_rpc"]
    except (OSError, ValueError, KeyError, TypeError):
        found = None
    if not found:
        stop("Name a node with --rpc; no local chain is known to run.", Exit.USAGE)
    return str(found)


def _show(report: Report) -> None:
    console = Console(highlight=False)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("outcome", "check", "about", "what was found"):
        table.add_column(name, overflow="fold")
    for check in report.checks:
        colour = _COLOUR[check.outcome]
        outcome = f"[{colour}]{check.outcome.value}[/]"
        table.add_row(outcome, check.name, escape(check.subject), escape(check.detail))
    console.print(table)
    verdict = {0: "[green]The bundle checks out.[/]", 1: "[bold red]The bundle does not check out.[/]"}
    console.print(verdict.get(report.exit_code, "[yellow]The bundle could not be checked.[/]"))
