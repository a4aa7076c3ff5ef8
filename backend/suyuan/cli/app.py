"""The tree of commands; each noun has its own module."""

from __future__ import annotations

import typer

from suyuan.cli import accounts, export, lots, parties, register, sign, submit, system, verify

app = typer.Typer(
    help="Suyuan 溯源: food traceability that can be checked by people who do not trust its operator.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("up")(system.up)
app.command("serve")(system.serve)
app.command("worker")(system.worker)
app.command("clerk")(system.clerk)
app.command("deploy")(system.deploy)
app.command("audit")(system.audit)
app.add_typer(system.database, name="db")
app.add_typer(accounts.account, name="account")
app.add_typer(parties.party, name="party")
parties.key.command("register")(register.register_key)
app.add_typer(parties.key, name="key")
app.command("submit")(submit.submit)
app.command("sign")(sign.sign)
app.add_typer(lots.lot, name="lot")
app.command("trace")(lots.trace)
app.command("verify")(verify.verify)
app.add_typer(export.export, name="export")
