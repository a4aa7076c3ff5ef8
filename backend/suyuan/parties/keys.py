"""A party's keys: rotation of custodial ones, and keys that the party keeps itself.

A rotation has two steps, because the chain checks a submission against the keys that it knows at that place
in the queue. `rotate_key` makes the new key and queues its addition; submissions are signed with the old one.
Once the addition is final, `finish_rotations` makes the new key the signing one and queues the old one's
revocation, which thus comes after everything that the old one signed.
"""

from __future__ import annotations

from sqlalchemy import Connection, Update, func, select, update

from suyuan.anchoring.model import State
from suyuan.anchoring.outbox import enqueue_add_key, enqueue_revoke_key
from suyuan.anchoring.queries import operations_of
from suyuan.database import hold
from suyuan.kernel.clock import Clock
from suyuan.kernel.typed_data import checksum_address
from suyuan.parties import references
from suyuan.parties.custody import Keyring, make_secret
from suyuan.parties.errors import (
    KeyApprovalNeeded,
    KeyNeeded,
    KeyRefused,
    KeyTaken,
    KeyUnknown,
    NoCustodialKey,
    RotationUnderWay,
)
from suyuan.parties.handed import sign_themselves
from suyuan.parties.model import PartyKey
from suyuan.parties.queries import keys_of, the_party
from suyuan.parties.repository import load_keys
from suyuan.parties.rules import address_faults
from suyuan.parties.tables import keys


def rotate_key(conn: Connection, clock: Clock, keyring: Keyring, party: int) -> PartyKey:
    """Make the party's next custodial key; it signs once `finish_rotations` saw it final on the chain.

    Raises PartyUnknown, NoCustodialKey, RotationUnderWay.
    """
    hold(conn, "parties", "keys", party)
    the_party(conn, party)
    custodial = [key for key in keys_of(conn, party) if key.custodial and key.revoked_at is None]
    if not custodial:
        raise NoCustodialKey(f"Party {party} keeps its own key.")
    if any(not key.active for key in custodial):
        raise RotationUnderWay(f"A new key of party {party} is still on its way to the chain.")
    secret, address = make_secret()
    version = _next_version(conn, party)
    conn.execute(
        keys.insert().values(
            party=party,
            version=version,
            address=address,
            custodial=True,
            active=False,
            sealed=keyring.seal(party, address, version, secret),
            master=keyring.current,
            added_at=clock.now(),
        )
    )
    enqueue_add_key(conn, clock, party, address, reference=references.key_added(party, version))
    return _key(conn, party, address)


def finish_rotations(conn: Connection, clock: Clock) -> int:
    """Bring every new key whose addition is final into use, and revoke the one before it; returns how many.

    For the worker to call now and then; two at once do no harm.
    """
    waiting = load_keys(conn, keys.c.custodial, ~keys.c.active, keys.c.revoked_at.is_(None))
    added = {references.key_added(key.party, key.version): key for key in waiting}
    done = operations_of(conn, list(added))
    states = {key: done[name].state for name, key in added.items() if name in done}
    ready = [key for key, state in states.items() if state is State.FINAL]
    for key in ready:
        hold(conn, "parties", "keys", key.party)
        if not _key(conn, key.party, key.address).active:  # another worker may have come first
            _bring_into_use(conn, clock, key)
    for key, state in states.items():
        if state is State.REJECTED:  # it will never sign; the way is free for another
            conn.execute(_of(key).values(revoked_at=clock.now()))
    return len(ready)


def add_key(conn: Connection, clock: Clock, party: int, address: str) -> PartyKey:
    """Let a key that the party keeps itself sign for it too, at the registrar's word. Raises PartyUnknown,
    KeyRefused, KeyTaken; KeyApprovalNeeded for a party that signs itself: nobody else gives it keys.
    """
    if sign_themselves(conn, [party]) and keys_of(conn, party):
        raise KeyApprovalNeeded(f"Party {party} signs itself; a new key is approved by a present one.")
    return insert_own_key(conn, clock, party, address)


def insert_own_key(conn: Connection, clock: Clock, party: int, address: str) -> PartyKey:
    """The key and its addition on the chain; who allowed it is the caller's. Raises as `add_key`."""
    faults = address_faults("/address", address)
    if faults:
        raise KeyRefused(faults)
    hold(conn, "parties", "keys", party)
    the_party(conn, party)
    address = checksum_address(address)
    if conn.execute(select(keys.c.party).where(keys.c.address == address)).scalar() is not None:
        raise KeyTaken(f"The key {address} belongs to a party, or once did.")
    version = _next_version(conn, party)
    conn.execute(
        keys.insert().values(
            party=party,
            version=version,
            address=address,
            custodial=False,
            active=True,
            added_at=clock.now(),
        )
    )
    enqueue_add_key(conn, clock, party, address, reference=references.key_added(party, version))
    return _key(conn, party, address)


def revoke_key(conn: Connection, clock: Clock, party: int, address: str) -> PartyKey:
    """Take a key back; doing it twice changes nothing. What it signed before stays valid.

    Raises KeyUnknown, and KeyNeeded for the custodial key in use and for the party's last key.
    """
    hold(conn, "parties", "keys", party)
    key = _key(conn, party, address)
    if key.revoked_at is not None:
        return key
    others = [
        each
        for each in keys_of(conn, party)
        if each.address != address and each.revoked_at is None and each.active
    ]
    if (key.custodial and key.active) or not others:
        raise KeyNeeded(f"Submissions of party {party} are signed with {address}: rotate first.")
    _revoke(conn, clock, key)
    return _key(conn, party, address)


def withdraw_key(conn: Connection, clock: Clock, party: int, address: str) -> PartyKey:
    """Like `revoke_key`, also for the last one: nothing more is signed then, until there is another.

    Raises KeyUnknown.
    """
    hold(conn, "parties", "keys", party)
    key = _key(conn, party, address)
    if key.revoked_at is None:
        _revoke(conn, clock, key)
    return _key(conn, party, address)


def _bring_into_use(conn: Connection, clock: Clock, new: PartyKey) -> None:
    now_used = [key for key in keys_of(conn, new.party) if key.custodial and key.active]
    for old in now_used:
        _revoke(conn, clock, old)
    conn.execute(_of(new).values(active=True))


def _of(key: PartyKey) -> Update:
    return update(keys).where(keys.c.party == key.party, keys.c.version == key.version)


def _revoke(conn: Connection, clock: Clock, key: PartyKey) -> None:
    """Its sealed secret stays: after a lost chain, what it signed has to be signed with it again."""
    conn.execute(_of(key).values(active=False, revoked_at=clock.now()))
    reference = references.key_revoked(key.party, key.version)
    enqueue_revoke_key(conn, clock, key.party, key.address, reference=reference)


def _key(conn: Connection, party: int, address: str) -> PartyKey:
    found = load_keys(conn, keys.c.party == party, keys.c.address == address)
    if not found:
        raise KeyUnknown(f"Party {party} has no key {address[:80]}.")
    return found[0]


def _next_version(conn: Connection, party: int) -> int:
    return int(conn.execute(select(func.max(keys.c.version)).where(keys.c.party == party)).scalar() or 0) + 1
