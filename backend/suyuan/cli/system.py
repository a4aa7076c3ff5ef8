"""Commands that run the system itself, on this machine's database and chain."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from suyuan.cli.columns import columns
from suyuan.cli.exits import Exit, stop
from suyuan.config.folder import tighten, write_privately
from suyuan.config.settings import Settings, SettingsWrong, load
from suyuan.kernel.errors import SuyuanError

database = typer.Typer(help="The database's tables.", no_args_is_help=True)


def settings_or_stop(**overrides: Any) -> Settings:
    """The settings, or one sentence for each that is wrong."""
    try:
        return load(**{name: value for name, value in overrides.items() if value is not None})
    except SettingsWrong as error:
        stop(escape(str(error)), Exit.USAGE)


def private_settings(**overrides: Any) -> Settings:
    """The same for a process that writes into the data folder: others shall not read there.

    `deploy` is none of them: where its files go outside of that folder, the gateway's user must read them.
    """
    settings = settings_or_stop(**overrides)
    write_privately()
    tighten(settings.data_dir)
    return settings


def up(
    port: Annotated[int | None, typer.Option(help="Port of the gateway")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder of everything that is kept")] = None,
    empty: Annotated[bool, typer.Option("--empty", help="Without the demo chain")] = False,
    detach: Annotated[bool, typer.Option("--detach", help="Return when everything is ready")] = False,
    down: Annotated[bool, typer.Option("--down", help="Stop what --detach started")] = False,
) -> None:
    """Start the whole system on this machine: chain, database, worker, gateway, and a demo on first start."""
    from suyuan.up.detached import start_detached, stop_running  # late: the web framework takes its time
    from suyuan.up.errors import CannotStart

    settings = private_settings(port=port, data_dir=data)
    try:
        if down:
            stop_running(settings.data_dir, _say)
        elif detach:
            arguments = ["--port", str(settings.port), "--data", str(settings.data_dir)]
            start_detached(settings.data_dir, [*arguments, *(["--empty"] if empty else [])], _say, typer.echo)
        else:
            from suyuan.up.supervisor import Options, Supervisor  # late: this one needs the chain's libraries

            Supervisor(Options(settings, empty=empty), _say, typer.echo).run()
    except CannotStart as error:
        stop(escape(str(error)), Exit.UNREACHABLE)
    except SuyuanError as error:
        stop(escape(error.message), Exit.UNREACHABLE)


def _say(line: str) -> None:
    typer.echo(f"· {line}")


def serve() -> None:
    """Run the gateway (SUYUAN_HOST, SUYUAN_PORT) until a signal comes."""
    from suyuan.serve import serve as run  # late: see up

    try:
        run(private_settings())
    except SuyuanError as error:
        stop(escape(error.message), Exit.UNREACHABLE)


def worker() -> None:
    """Carry records to the chain until a signal comes."""
    from suyuan.worker import run  # late: see up

    try:
        run(private_settings())
    except SuyuanError as error:
        stop(escape(error.message), Exit.UNREACHABLE)


def clerk() -> None:
    """Do the slow duties beside the worker until a signal comes: uploads, expiries, messages to others."""
    from suyuan.clerk import run  # late: see up

    try:
        run(private_settings())
    except SuyuanError as error:
        stop(escape(error.message), Exit.UNREACHABLE)


def deploy(
    as_json: Annotated[bool, typer.Option("--json", help="The deployment as JSON")] = False,
) -> None:
    """Put the contracts on the chain of SUYUAN_CHAIN_URL and write the deployment file; safe to repeat."""
    from suyuan import bootstrap  # late: see up

    try:
        found = bootstrap.deploy_if_needed(settings_or_stop())
    except SuyuanError as error:
        stop(escape(error.message), Exit.UNREACHABLE)
    contracts = dict(found.addresses)
    if as_json:
        typer.echo(json.dumps({"chainId": found.chain_id, "contracts": contracts}))
        return
    typer.echo(f"Chain {found.chain_id}:")
    for name, address in contracts.items():
        typer.echo(f"  {name} {address}")


@database.command("upgrade")
def upgrade() -> None:
    """Bring the tables to this version."""
    from suyuan import bootstrap  # late: see up

    try:
        bootstrap.upgrade_database(private_settings())
    except SuyuanError as error:
        stop(escape(error.message), Exit.UNREACHABLE)
    typer.echo("The database is up to date.")


@database.command("check")
def check() -> None:
    """Say whether the tables are those of this version: exit 0 or 1."""
    from suyuan import bootstrap  # late: see up

    try:
        bootstrap.check_database(private_settings())
    except SuyuanError as error:
        stop(escape(error.message), Exit.REFUSED)
    typer.echo("The database is up to date.")


@database.command("operator")
def operator(name: Annotated[str, typer.Argument(help="Whose token it is")]) -> None:
    """Make a token with every scope of the platform and print it, once: the way in to a new database."""
    from suyuan import bootstrap  # late: see up

    try:
        typer.echo(bootstrap.issue_operator_token(private_settings(), name))
    except SuyuanError as error:
        stop(escape(error.message), Exit.UNREACHABLE)


def audit(
    as_json: Annotated[bool, typer.Option("--json", help="The differences as JSON")] = False,
) -> None:
    """Recompute every hash in the database against the chain: exit 0 nothing differs, 1 something does."""
    from suyuan import bootstrap  # late: see up
    from suyuan.anchoring.ports import ChainUnavailable

    try:
        found = bootstrap.audit_database(private_settings())
    except ChainUnavailable as error:
        stop(f"The chain cannot be asked: {error}.", Exit.UNREACHABLE)
    except SuyuanError as error:
        stop(escape(error.message), Exit.UNREACHABLE)
    findings = [{"where": each.where, "what": each.what} for each in found]
    if as_json:
        typer.echo(json.dumps({"differences": findings}, ensure_ascii=False, indent=1))
    else:
        _show_findings(findings)
    raise typer.Exit(int(Exit.REFUSED if findings else Exit.DONE))


def _show_findings(findings: list[dict[str, str]]) -> None:
    console = Console(highlight=False)
    if not findings:
        console.print("[green]Nothing differs: every hash was recomputed and stands on the chain.[/]")
        return
    console.print(f"[bold red]{len(findings)} difference(s)[/]")
    for line in columns(("where", "what differs"), [(each["where"], each["what"]) for each in findings]):
        typer.echo(line)
