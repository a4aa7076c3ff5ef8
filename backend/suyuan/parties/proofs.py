"""Showing that one has a key: a text that names party, address and chain, signed with it (EIP-191)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from suyuan.anchoring.ports import Identity
from suyuan.database import hold
from suyuan.kernel.clock import Clock
from suyuan.kernel.errors import Fault
from suyuan.kernel.typed_data import checksum_address, personal_digest, recover
from suyuan.parties.errors import ChallengeUnknown, KeyNotProven, KeyRefused, KeyTaken
from suyuan.parties.queries import the_party
from suyuan.parties.rules import address_faults
from suyuan.parties.tables import challenges, keys

OPEN_FOR = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Challenge:
    """`message` is the text to be signed, as it is."""

    id: str
    party: int
    address: str
    message: str
    expires: datetime


def challenge(conn: Connection, clock: Clock, identity: Identity, party: int, address: str) -> Challenge:
    """A text for the holder of a new key. Raises PartyUnknown, KeyRefused, KeyTaken."""
    faults = address_faults("/address", address)
    if faults:
        raise KeyRefused(faults)
    address = checksum_address(address)
    name = the_party(conn, party).name()
    if conn.execute(select(keys.c.party).where(keys.c.address == address)).scalar() is not None:
        raise KeyTaken(f"The key {address} belongs to a party, or once did.")
    now = clock.now()
    made = Challenge(secrets.token_hex(16), party, address, "", now + OPEN_FOR)
    text = "\n".join(
        (
            "溯源 Suyuan",
            "登记签名密钥 / Register a signing key",
            f"单位 party: {party} {name}",
            f"地址 address: {address}",
            f"链 chain: {identity.chain_id}",
            f"账本 ledger: {identity.contracts['TraceLedger']}",
            f"一次性编号 nonce: {made.id}",
            f"有效至 valid until: {made.expires.isoformat(timespec='seconds')}",
        )
    )
    row = {"id": made.id, "party": party, "address": address, "message": text, "created_at": now}
    conn.execute(challenges.insert().values(**row, expires_at=made.expires))
    return Challenge(made.id, party, address, text, made.expires)


def open_challenge(conn: Connection, clock: Clock, party: int, identifier: str) -> Challenge:
    """A text that the party may still sign. Raises ChallengeUnknown."""
    row = conn.execute(select(challenges).where(challenges.c.id == identifier)).one_or_none()
    if row is None or row.party != party or row.used_at is not None or row.expires_at <= clock.now():
        message = "The party was given no such text to sign, or it is used or too old. Ask anew."
        raise ChallengeUnknown(message)
    return Challenge(row.id, row.party, row.address, row.message, row.expires_at)


def use_challenge(conn: Connection, clock: Clock, party: int, identifier: str, signature: bytes) -> Challenge:
    """The challenge, answered by its own key, and never again. Raises ChallengeUnknown, KeyNotProven."""
    hold(conn, "parties", "challenge", identifier)
    found = open_challenge(conn, clock, party, identifier)
    if recover(personal_digest(found.message), signature) != found.address:
        message = f"the text was not signed with the key {found.address}"
        fix = "sign the text as it is, with the key that is to be registered"
        raise KeyNotProven([Fault("/signature", KeyNotProven.code, message, fix)])
    its = (challenges.c.id == identifier) & challenges.c.used_at.is_(None)
    conn.execute(update(challenges).where(its).values(used_at=clock.now()))
    return found
