"""A key that somebody else may have had. What it signed stays recorded, and is doubted in public.

The chain keeps every record, and nothing can make one unsaid; so a key's end never lies in the past. What can
be said is since when nobody stands by it any more: a statement with the operator's signature, anchored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection, func, select

from suyuan.access import trail
from suyuan.access.model import Caller, Scope
from suyuan.anchoring.leaves import add_leaf
from suyuan.kernel.canonical import canonical_json
from suyuan.kernel.clock import Clock, as_utc, to_millis
from suyuan.kernel.errors import Fault, Forbidden
from suyuan.kernel.hashing import to_hex
from suyuan.notices.tell import tell
from suyuan.parties.custody import Keyring
from suyuan.parties.errors import KeyUnknown, NoCustodialKey, RotationUnderWay, SuspicionRefused
from suyuan.parties.keys import rotate_key, withdraw_key
from suyuan.parties.model import PartyKey
from suyuan.parties.queries import keys_of
from suyuan.parties.tables import suspicions

FORMAT = "suyuan-key-suspicion/1"
LEAF_KIND = "key-suspicion"


class StatementSigner(Protocol):
    """The operator's key, for texts."""

    address: str

    def sign_text(self, text: str) -> bytes: ...


def report_compromise(  # noqa: PLR0913, PLR0917 - who says what of which key
    conn: Connection,
    clock: Clock,
    keyring: Keyring,
    signer: StatementSigner,
    caller: Caller,
    party: int,
    address: str,
    since: datetime,
    valid_until: datetime | None = None,
) -> PartyKey:
    """Take the key back from now on, and state since when what it signed is doubted.

    A key in our custody is replaced by another one at once. Raises Forbidden, KeyUnknown, and
    SuspicionRefused: for an end in the past too, since what was recorded stays recorded.
    """
    is_admin = caller.party == party and caller.has(Scope.PARTY_ADMIN)
    if not is_admin and not (caller.party is None and caller.scopes & {Scope.REGISTRAR, Scope.DIRECTOR}):
        raise Forbidden("An administrator of the party, or the platform, reports this.", code="seat.missing")
    key = next((each for each in keys_of(conn, party) if each.address == address), None)
    if key is None:
        raise KeyUnknown(f"Party {party} has no key {address[:80]}.")
    _check(clock, key, since, valid_until)
    _state(conn, clock, signer, caller, key, since)
    if key.revoked_at is None:
        _take_back(conn, clock, keyring, key)
    tell(conn, clock, party, "key.compromised", address, {"since": to_millis(since)})
    facts = {"party": party, "since": to_millis(since)}
    trail.note(conn, clock, caller, "key.compromised", address, facts)
    return next(each for each in keys_of(conn, party) if each.address == address)


def doubted_since(conn: Connection, parties: Iterable[int]) -> dict[tuple[int, str], datetime]:
    """(party, address) -> since when what the key signed is doubted: the earliest that was stated."""
    its = suspicions.c.party.in_(sorted(set(parties)))
    columns = (suspicions.c.party, suspicions.c.address, func.min(suspicions.c.since).label("since"))
    query = select(*columns).where(its).group_by(suspicions.c.party, suspicions.c.address)
    return {(row.party, row.address): row.since for row in conn.execute(query)}


def _check(clock: Clock, key: PartyKey, since: datetime, valid_until: datetime | None) -> None:
    now = clock.now()
    if valid_until is not None and as_utc(valid_until) < now:
        message = "a key cannot end in the past: what it signed is recorded and stays recorded"
        fix = "leave validUntil out; `since` says from when on its records are doubted"
        raise SuspicionRefused([Fault("/validUntil", "key.valid-until-past", message, fix)])
    if not key.added_at <= as_utc(since) <= now:
        message = f"the key was there from {key.added_at.isoformat()} on, and the future is not known"
        raise SuspicionRefused([Fault("/since", "key.since", message, "give a time between the two")])


def _state(  # noqa: PLR0913, PLR0917 - what the statement says
    conn: Connection, clock: Clock, signer: StatementSigner, caller: Caller, key: PartyKey, since: datetime
) -> None:
    said = {
        "format": FORMAT,
        "party": key.party,
        "address": key.address,
        "since": to_millis(since),
        "statedAt": to_millis(clock.now()),
        "statedBy": caller.token,
    }
    signature = signer.sign_text(canonical_json(said).decode())
    whole: Mapping[str, object] = {
        "statement": said,
        "signer": signer.address,
        "signature": to_hex(signature),
    }
    data = canonical_json(dict(whole))
    leaf = add_leaf(conn, clock, LEAF_KIND, data)
    row = {"leaf": leaf, "party": key.party, "address": key.address, "since": since, "statement": data}
    conn.execute(suspicions.insert().values(**row, stated_at=clock.now()))


def _take_back(conn: Connection, clock: Clock, keyring: Keyring, key: PartyKey) -> None:
    if not key.custodial:
        withdraw_key(conn, clock, key.party, key.address)
        return
    try:
        rotate_key(conn, clock, keyring, key.party)
    except RotationUnderWay:
        return  # a new one is on its way, and this one ends with it
    except NoCustodialKey:
        withdraw_key(conn, clock, key.party, key.address)
