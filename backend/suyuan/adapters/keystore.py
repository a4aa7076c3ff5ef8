"""Key files that wallets exchange (Web3 Secret Storage, version 3): a private key under a passphrase."""

from __future__ import annotations

import json
import os
from pathlib import Path

from eth_account import Account

from suyuan.kernel.typed_data import address_of, checksum_address


class KeystoreUnusable(Exception):
    """The file is no key file, or the passphrase is another."""


def read_address(path: Path) -> str | None:
    """The address that the file names, which nothing vouches for; None where it names none."""
    try:
        return checksum_address("0x" + str(_load(path)["address"]).removeprefix("0x"))
    except (KeyError, ValueError):
        return None


def read_keystore(path: Path, passphrase: str) -> bytes:
    """The 32 bytes of the key. Raises KeystoreUnusable."""
    try:
        return bytes(Account.decrypt(_load(path), passphrase))
    except (ValueError, KeyError, TypeError, NotImplementedError) as error:
        raise KeystoreUnusable(f"{path} does not open with this passphrase ({error}).") from None


def write_keystore(path: Path, secret: bytes, passphrase: str) -> str:
    """Write a new file, for its owner's eyes alone, and return the key's address. Never writes over a file.

    Raises KeystoreUnusable.
    """
    text = json.dumps(Account.encrypt(secret, passphrase, kdf="scrypt"), indent=1)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise KeystoreUnusable(f"{path} cannot be made: {error.strerror}.") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    return address_of(secret)


def _load(path: Path) -> dict[str, object]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise KeystoreUnusable(f"{path} cannot be read as a key file: {error}.") from None
    if not isinstance(found, dict):
        raise KeystoreUnusable(f"{path} is no key file.")
    return found
