"""`suyuan sign`: a party's own signature under a document, by a key that never leaves this machine."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from suyuan.cli.columns import columns
from suyuan.cli.connection import Connection, refuse
from suyuan.cli.exits import Exit, stop
from suyuan.cli.keystores import KeystoreOption, PassphraseOption, open_keystore
from suyuan.cli.submit import show_accepted, wait_until_ended
from suyuan.kernel.canonical import MalformedJson
from suyuan.kernel.hashing import to_hex
from suyuan.kernel.typed_data import sign as sign_digest
from suyuan.verify.to_sign import NotWhatTheFileSays, Summary, ToSign, check_parts, check_prepared

console = Console(highlight=False)


def sign(  # the options of one command
    keystore: KeystoreOption,
    file: Annotated[
        Path | None, typer.Argument(help="An EPCIS 2.0 document (JSON)", exists=True, dir_okay=False)
    ] = None,
    as_party: Annotated[
        str | None, typer.Option("--as", help="Party (number or URI) that speaks where no event says who")
    ] = None,
    passphrase_file: PassphraseOption = None,
    waiting: Annotated[
        bool, typer.Option("--waiting", help="Sign what stands in the queue and waits for the signature")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Sign without asking")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Return when every entry is final")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The answer as JSON")] = False,
    timeout: Annotated[float, typer.Option(help="Seconds that --wait waits at most")] = 600.0,
) -> None:
    """Sign a document with the party's own key and submit it.

    What the gateway asks to be signed is worked out anew here and held against the file; the gateway never
    sees the key.
    """
    if (file is None) is not waiting:
        stop("Name a document to sign, or give --waiting.", Exit.USAGE)
    gateway = Connection(timeout=300)
    if file is None:
        _sign_waiting(gateway, keystore, passphrase_file, yes=yes)
        return
    content = file.read_bytes()
    headers = {"Content-Type": "application/json"}
    options = {"as": as_party, "prepare": True}
    prepared = gateway.send("/api/v1/submissions", content, headers=headers, **options)
    parts, summary = _checked(content, prepared)
    _show(summary, parts, quiet=as_json)
    signatures = _signatures(parts, keystore, passphrase_file, yes=yes)
    answer = _hand_in(gateway, prepared, signatures)
    if not as_json:
        show_accepted(answer, dry_run=False)
    if wait:
        answer = {**answer, "submissions": wait_until_ended(gateway, answer, timeout, quiet=as_json)}
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=1))
    if any(each.get("state") == "rejected" for each in answer.get("submissions", [])):
        raise typer.Exit(int(Exit.REFUSED))


def _checked(content: bytes, prepared: Mapping[str, Any]) -> tuple[list[ToSign], Summary]:
    try:
        return check_prepared(content, prepared)
    except (NotWhatTheFileSays, MalformedJson) as error:
        stop(f"Not signed. {escape(str(error))}", Exit.REFUSED)


def _sign_waiting(gateway: Connection, keystore: Path, passphrase_file: Path | None, *, yes: bool) -> None:
    found = gateway.get("/api/v1/signatures/waiting", limit=500)["items"]
    if not found:
        typer.echo("Nothing waits for a signature.")
        return
    try:
        parts = [
            part
            for each in found
            for part in check_parts({"party": each["typedData"]["message"]["party"], "parts": [each]})
        ]
    except NotWhatTheFileSays as error:
        stop(f"Not signed. {escape(str(error))}", Exit.REFUSED)
    rows = [
        (
            str(part.sequence),
            str(len(part.entries)),
            str(each["submission"] or "fills the number of a refused one"),
        )
        for part, each in zip(parts, found, strict=True)
    ]
    for line in columns(("number", "entries", "submission"), rows):
        typer.echo(line)
    signatures = _signatures(parts, keystore, passphrase_file, yes=yes)
    body = {
        "signatures": [
            {"sequence": part.sequence, "signature": signature}
            for part, signature in zip(parts, signatures, strict=True)
        ]
    }
    typer.echo(f"{gateway.post('/api/v1/signatures', body)['signed']} signature(s) handed in.")


def _signatures(
    parts: Sequence[ToSign], keystore: Path, passphrase_file: Path | None, *, yes: bool
) -> list[str]:
    if not parts:
        return []
    if not yes and not typer.confirm(f"Sign {len(parts)} part(s)?", err=True):
        stop("Not signed; nothing was submitted.", Exit.REFUSED)
    secret = open_keystore(keystore, passphrase_file)
    return [to_hex(sign_digest(part.digest, secret)) for part in parts]


def _hand_in(gateway: Connection, prepared: Mapping[str, Any], signatures: list[str]) -> Any:
    answer = gateway.try_post(f"/api/v1/submissions/prepared/{prepared['id']}", {"signatures": signatures})
    if answer.is_error:
        refuse(answer)
    return answer.json()


def _show(summary: Summary, parts: Sequence[ToSign], *, quiet: bool) -> None:
    """What is about to be signed, in the words of the file, on stderr when the answer is for a program."""
    out = Console(stderr=True, highlight=False) if quiet else console
    span = f"{summary.since:%Y-%m-%d %H:%M} – {summary.until:%Y-%m-%d %H:%M} UTC" if summary.since else "–"
    kinds = ", ".join(f"{count} {kind.name}" for kind, count in sorted(summary.kinds.items()))
    partners = ", ".join(map(str, sorted(summary.partners))) or "none"
    lines = [
        f"party {summary.party} on chain {summary.chain_id}, ledger {summary.ledger}",
        f"{summary.events} event(s), {span}",
        f"{sum(summary.kinds.values())} entries in {len(parts)} part(s): {kinds or 'none'}",
        f"handovers with parties: {partners}",
    ]
    lines += [f"{summary.repeated} event(s) of the file were told before"] if summary.repeated else []
    if summary.inside:
        lines.append(
            f"{summary.inside} entries are about goods in containers, which only the gateway can name"
        )
    for line in lines:
        out.print(line, markup=False, soft_wrap=True)
    rows = [
        (step, f"{amount:,f}", unit, product)
        for (step, product, unit), amount in sorted(summary.amounts.items())
    ]
    for line in columns(("step", "amount", "unit", "product"), rows) if rows else ():
        out.print(line, markup=False, soft_wrap=True)
