"""Key files on this machine, and the passphrases that open them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from suyuan.cli.exits import Exit, stop

KeystoreOption = Annotated[
    Path, typer.Option("--keystore", help="Key file (Web3 keystore, version 3)", dir_okay=False)
]
PassphraseOption = Annotated[
    Path | None,
    typer.Option("--passphrase-file", help="File with the passphrase; else it is asked for", dir_okay=False),
]


def open_keystore(path: Path, passphrase_file: Path | None) -> bytes:
    """The key in the file, or one sentence why not."""
    from suyuan.adapters.keystore import KeystoreUnusable, read_keystore  # late: takes its time

    try:
        return read_keystore(path, passphrase_of(passphrase_file))
    except KeystoreUnusable as error:
        stop(escape(str(error)), Exit.REFUSED)


def make_keystore(path: Path, passphrase_file: Path | None) -> tuple[bytes, str]:
    """A new key in a new file; the key and its address."""
    from suyuan.adapters.keystore import KeystoreUnusable, write_keystore  # late: as above
    from suyuan.parties.custody import make_secret

    secret, _ = make_secret()
    try:
        return secret, write_keystore(path, secret, passphrase_of(passphrase_file, confirm=True))
    except KeystoreUnusable as error:
        stop(escape(str(error)), Exit.REFUSED)


def passphrase_of(path: Path | None, *, confirm: bool = False) -> str:
    """From the file's first line, or asked for without an echo."""
    if path is None:
        return str(typer.prompt("Passphrase", hide_input=True, confirmation_prompt=confirm, err=True))
    try:
        return path.read_text("utf-8").partition("\n")[0]
    except (OSError, UnicodeDecodeError) as error:
        stop(f"The passphrase file cannot be read: {escape(str(error))}.", Exit.USAGE)
