"""`suyuan key register`: a party's own key, shown to be its holder's and handed in by its address alone."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from suyuan.cli.connection import Connection
from suyuan.cli.exits import Exit, stop
from suyuan.cli.keystores import KeystoreOption, PassphraseOption, open_keystore
from suyuan.cli.parties import number_of
from suyuan.kernel.hashing import to_hex
from suyuan.kernel.typed_data import address_of, personal_digest, sign

notes = Console(stderr=True, highlight=False)


def register_key(
    keystore: KeystoreOption,
    as_party: Annotated[
        str | None, typer.Option("--as", help="Party (number or URI); else the one that the token is of")
    ] = None,
    present: Annotated[
        Path | None,
        typer.Option("--present", help="Key file that the party signs with so far", dir_okay=False),
    ] = None,
    passphrase_file: PassphraseOption = None,
    present_passphrase_file: Annotated[
        Path | None,
        typer.Option("--present-passphrase-file", help="Passphrase file of --present", dir_okay=False),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Sign without asking")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The answer as JSON")] = False,
) -> None:
    """Register the key in a file as the party's own: from then on only its holder signs for the party.

    The gateway asks for a text to be signed, which is held against the party and the address before; a party
    that signs with an own key already gives its yes with that one (--present).
    """
    gateway = Connection()
    number = _the_party(gateway) if as_party is None else number_of(gateway, as_party)
    secret = open_keystore(keystore, passphrase_file)
    address = address_of(secret)
    path = f"/api/v1/parties/{number}/keys"
    asked = gateway.post(f"{path}/challenges", {"address": address})
    trouble = not_about(asked, number, address)
    if trouble:
        stop(f"Not signed. {trouble}", Exit.REFUSED)
    if not yes:
        notes.print(asked["message"], markup=False, soft_wrap=True)
        if not typer.confirm("Sign this text and register the key?", err=True):
            stop("Not signed; no key was registered.", Exit.REFUSED)
    digest = personal_digest(asked["message"])
    body = {"challenge": asked["id"], "signature": to_hex(sign(digest, secret))}
    if present is not None:
        former = open_keystore(present, present_passphrase_file)
        body["approval"] = to_hex(sign(digest, former))
    found = gateway.post(f"{path}/own", body)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    typer.echo(f"party {number} key {address} is registered; it signs as soon as the chain knows it.")


def not_about(asked: Mapping[str, Any], party: int, address: str) -> str | None:
    """What is wrong with a text that should show who holds the key `address` for `party`; None: nothing. Its
    lines are fixed but for the party's name, so that nothing else can be put before the holder to sign.
    """
    lines = [
        re.escape("溯源 Suyuan"),
        re.escape("登记签名密钥 / Register a signing key"),
        rf"单位 party: {party} [^\n]+",
        rf"地址 address: {address}",
        r"链 chain: \d+",
        r"账本 ledger: 0x[0-9a-fA-F]{40}",
        rf"一次性编号 nonce: {re.escape(str(asked.get('id')))}",
        r"有效至 valid until: [0-9T:+.Z-]+",
    ]
    if re.fullmatch("\n".join(lines), str(asked.get("message"))):
        return None
    shown = escape(str(asked.get("message")))
    return f"The gateway's text is not about party {party} and the key {address}:\n{shown}"


def _the_party(gateway: Connection) -> int:
    found = gateway.get("/api/v1/parties", limit=2)["parties"]
    if len(found) != 1:
        stop("The token is no single party's: name the party with --as.", Exit.USAGE)
    return int(found[0]["number"])
