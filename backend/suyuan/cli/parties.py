"""`suyuan party` and `suyuan key`: who takes part, and what they sign with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from suyuan.cli.columns import columns
from suyuan.cli.connection import Connection
from suyuan.cli.exits import Exit, stop
from suyuan.cli.keystores import PassphraseOption, make_keystore
from suyuan.cli.system import settings_or_stop
from suyuan.config.secret import read_key
from suyuan.kernel.errors import SuyuanError

party = typer.Typer(help="Parties: who takes part.", no_args_is_help=True)
key = typer.Typer(help="Signing keys of parties.", no_args_is_help=True)
console = Console(highlight=False)


class RoleName(StrEnum):
    """Roles as the gateway names them."""

    PRODUCER = "producer"
    PROCESSOR = "processor"
    CARRIER = "carrier"
    WAREHOUSE = "warehouse"
    RETAILER = "retailer"
    LABORATORY = "laboratory"
    INSPECTOR = "inspector"


PartyArgument = Annotated[str, typer.Argument(metavar="PARTY", help="Number or URI of the party")]
AsJson = Annotated[bool, typer.Option("--json", help="The answer as JSON")]


@party.command("add")
def add(
    identifiers: Annotated[
        list[str],
        typer.Argument(metavar="URI...", help="GLN as a Digital Link, a URN, ...; the main one first"),
    ],
    role: Annotated[list[RoleName], typer.Option("--role", help="May be given several times")],
    zh: Annotated[str | None, typer.Option(help="Chinese name")] = None,
    en: Annotated[str | None, typer.Option(help="English name")] = None,
    credit_code: Annotated[str | None, typer.Option(help="Unified social credit code")] = None,
    own_key: Annotated[
        str | None, typer.Option("--key", help="Address of the party's own key; else we keep one for it")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Register a party; it can submit at once."""
    names = {language: name for language, name in (("zh", zh), ("en", en)) if name}
    body = {
        "names": names,
        "identifiers": identifiers,
        "roles": [each.value for each in role],
        "creditCode": credit_code,
        "keyAddress": own_key,
    }
    _show(Connection().post("/api/v1/parties", body), as_json=as_json)


@party.command("list")
def list_parties(as_json: AsJson = False) -> None:
    """All parties that the token may see."""
    found = list(Connection().pages("/api/v1/parties", "parties"))
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    rows = [
        (
            str(each["number"]),
            _name(each),
            " ".join(each["roles"]),
            f"{each['state']}{', suspended' if each['suspended'] else ''}",
            each["identifiers"][0],
        )
        for each in found
    ]
    for line in columns(("no.", "name", "roles", "on chain", "main identifier"), rows):
        typer.echo(line)


@party.command("suspend")
def suspend(
    party: PartyArgument,
    undo: Annotated[bool, typer.Option("--undo", help="Reinstate instead")] = False,
    as_json: AsJson = False,
) -> None:
    """Keep a party from opening lots; everything it recorded stays."""
    gateway = Connection()
    path = f"/api/v1/parties/{number_of(gateway, party)}/suspension"
    _show(gateway.post(path, {"suspended": not undo}), as_json=as_json)


@key.command("new")
def new_key(
    party: Annotated[str | None, typer.Argument(metavar="PARTY", help="Number or URI of the party")] = None,
    keystore: Annotated[
        Path | None, typer.Option("--keystore", help="Make a key of one's own in this new file instead")
    ] = None,
    passphrase_file: PassphraseOption = None,
    as_json: AsJson = False,
) -> None:
    """Rotate the key that we keep for a party: the new one signs as soon as the chain knows it.

    With --keystore: make a key on this machine, which the gateway never sees.
    """
    if keystore is not None:
        _, address = make_keystore(keystore, passphrase_file)
        typer.echo(json.dumps({"address": address}) if as_json else f"{keystore}: {address}")
        if not as_json:
            typer.echo(f"Next: suyuan key register --keystore {keystore}  (token with party:admin)")
        return
    if party is None:
        stop("Name a party, or a file with --keystore.", Exit.USAGE)
    gateway = Connection()
    _show_key(gateway.post(f"/api/v1/parties/{number_of(gateway, party)}/keys", {}), as_json=as_json)


@key.command("add")
def add_key(
    party: PartyArgument,
    address: Annotated[str, typer.Argument(help="0x address of the key")],
    as_json: AsJson = False,
) -> None:
    """Add a key that the party keeps itself."""
    gateway = Connection()
    found = gateway.post(f"/api/v1/parties/{number_of(gateway, party)}/keys", {"address": address})
    _show_key(found, as_json=as_json)


@key.command("revoke")
def revoke_key(
    party: PartyArgument,
    address: Annotated[str, typer.Argument(help="0x address of the key")],
    as_json: AsJson = False,
) -> None:
    """Take a key back; what it signed before stays valid."""
    gateway = Connection()
    found = gateway.delete(f"/api/v1/parties/{number_of(gateway, party)}/keys/{address}")
    _show_key(found, as_json=as_json)


@key.command("rewrap")
def rewrap(
    former: Annotated[Path, typer.Option("--former", help="File with the master key that was used so far")],
) -> None:
    """Seal all custodial keys anew under the present master key; gateway and worker must be stopped."""
    from suyuan import bootstrap  # late: the chain's libraries take their time

    try:
        count = bootstrap.rewrap_keys(settings_or_stop(), read_key(former))
    except ValueError as error:
        stop(f"--former {escape(str(error))}.", Exit.USAGE)
    except SuyuanError as error:
        stop(escape(error.message), Exit.REFUSED)
    typer.echo(f"{count} keys are sealed anew; the former master key is no longer needed.")


def number_of(gateway: Connection, party: str) -> int:
    """The number of a party named by number or URI; ends the command when there is none."""
    if party.isdecimal():
        return int(party)
    found = gateway.get("/api/v1/parties", uri=party)["parties"]
    if not found:
        stop(f"No party has the identifier {escape(party)}.", Exit.REFUSED)
    return int(found[0]["number"])


def _name(party: Mapping[str, Any]) -> str:
    names = party["names"]
    return str(names.get("zh") or names.get("en"))


def _show(party: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(party, ensure_ascii=False, indent=1))
        return
    suspended = ", suspended" if party["suspended"] else ""
    console.print(f"party {party['number']}: {escape(_name(party))} ({' '.join(party['roles'])}{suspended})")


def _show_key(key: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(key, ensure_ascii=False, indent=1))
        return
    kept = "kept by us" if key["custodial"] else "the party's own"
    state = "revoked" if key["revokedAt"] else "active" if key["active"] else "added"
    console.print(f"party {key['party']} key {key['address']} ({kept}): {state}")
