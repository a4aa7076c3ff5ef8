"""Custodial keys: sealed with AES-256-GCM under the operator's master key, opened only to sign.

The additional data binds a sealed key to its party, address and version: a row copied to another party, or
put back after a rotation, does not open.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, select, update

from suyuan.kernel import typed_data
from suyuan.parties.errors import SealBroken
from suyuan.parties.tables import keys

_NONCE = 12


class Keyring:
    """The master key, and older ones that may still open what they sealed."""

    def __init__(self, current: bytes, older: Sequence[bytes] = ()) -> None:
        """Keys of 32 bytes; raises ValueError for others."""
        if any(len(key) != 32 for key in (current, *older)):
            raise ValueError("a master key has 32 bytes")
        self._masters = {_name(key): AESGCM(key) for key in (*older, current)}
        self.current = _name(current)

    def seal(self, party: int, address: str, version: int, secret: bytes) -> bytes:
        """Nonce (12 bytes) and cipher text with its tag."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._masters[self.current].encrypt(nonce, secret, _bound(party, address, version))

    def open(self, party: int, address: str, version: int, sealed: bytes, master: str) -> bytes:
        """The 32 bytes of the key. Raises SealBroken."""
        opener = self._masters.get(master)
        if opener is None:
            raise SealBroken(f"Key {address} of party {party} is sealed under another master key ({master}).")
        try:
            secret = opener.decrypt(sealed[:_NONCE], sealed[_NONCE:], _bound(party, address, version))
        except (InvalidTag, ValueError):
            raise SealBroken(f"The sealed key {address} of party {party} was changed.") from None
        if typed_data.address_of(secret) != address:
            raise SealBroken(f"The sealed key of party {party} is not that of {address}.")
        return secret

    def seal_for(self, purpose: str, secret: bytes) -> bytes:
        """The same for what is no signing key, bound to what it is for."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._masters[self.current].encrypt(nonce, secret, f"for {purpose}".encode())

    def open_for(self, purpose: str, sealed: bytes, master: str) -> bytes:
        """What `seal_for` sealed for this purpose. Raises SealBroken."""
        opener = self._masters.get(master)
        if opener is None:
            raise SealBroken(f"What was sealed for {purpose} is under another master key ({master}).")
        try:
            return opener.decrypt(sealed[:_NONCE], sealed[_NONCE:], f"for {purpose}".encode())
        except (InvalidTag, ValueError):
            raise SealBroken(f"What was sealed for {purpose} was changed.") from None

    def __repr__(self) -> str:
        return f"Keyring({self.current})"


def make_secret() -> tuple[bytes, str]:
    """A new private key and its checksummed address."""
    while True:
        secret = secrets.token_bytes(32)
        try:
            return secret, typed_data.address_of(secret)
        except ValueError:  # zero or beyond the curve's order: once in 2**127
            continue


def rewrap(conn: Connection, keyring: Keyring) -> int:
    """Seal every custodial key under the keyring's current master key; returns how many were under another.

    The way to a new master key: start with both (new one current), rewrap, then forget the old one.
    Raises SealBroken, and changes nothing, when one does not open.
    """
    other = (keys.c.custodial.is_(True), keys.c.master != keyring.current)
    rows = conn.execute(select(keys).where(*other).with_for_update()).all()
    for row in rows:
        secret = keyring.open(row.party, row.address, row.version, row.sealed, row.master)
        sealed = keyring.seal(row.party, row.address, row.version, secret)
        conn.execute(
            update(keys)
            .where(keys.c.party == row.party, keys.c.version == row.version)
            .values(sealed=sealed, master=keyring.current)
        )
    return len(rows)


def _name(master: bytes) -> str:
    """What tells master keys apart in the table; tells nothing about the key itself."""
    return hashlib.sha256(b"suyuan master key\x00" + master).hexdigest()[:16]


def _bound(party: int, address: str, version: int) -> bytes:
    return f"{party}|{address}|{version}".encode()
