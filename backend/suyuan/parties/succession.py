"""A key in the place of others: from our custody to the party's own, and from one own key to the next.

The new key is queued first, and the others are revoked only when it is final: whatever they have signed has
its place before. When the last key that we kept is revoked on the chain for good, its secret is destroyed.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, select, update

from suyuan.access import trail
from suyuan.access.model import Caller
from suyuan.anchoring.model import ENDED, Operation, State
from suyuan.anchoring.queries import operations_of
from suyuan.anchoring.sequences import assign_waiting, parties_waiting
from suyuan.database import hold
from suyuan.kernel.clock import Clock
from suyuan.kernel.typed_data import personal_digest
from suyuan.notices.tell import tell
from suyuan.parties import references
from suyuan.parties.errors import KeyApprovalNeeded
from suyuan.parties.handed import sign_themselves, signer_of
from suyuan.parties.keys import insert_own_key, withdraw_key
from suyuan.parties.model import PartyKey
from suyuan.parties.proofs import use_challenge
from suyuan.parties.queries import keys_of
from suyuan.parties.repository import load_keys
from suyuan.parties.tables import keys, successions

CUSTODIAL = "custodial"


def register_own_key(  # noqa: PLR0913, PLR0917 - who, what, and the two proofs
    conn: Connection,
    clock: Clock,
    caller: Caller,
    party: int,
    challenge: str,
    signature: bytes,
    approval: bytes | None = None,
) -> PartyKey:
    """Take a key that the party keeps itself, and leave the present one once it is final on the chain.

    `signature` shows that the new key is there; `approval` is the same text signed with the present own key,
    where the party has one. Raises ChallengeUnknown, KeyNotProven, KeyApprovalNeeded, SignatureRefused,
    KeyTaken.
    """
    hold(conn, "parties", "keys", party)
    proof = use_challenge(conn, clock, party, challenge, signature)
    replaces = CUSTODIAL
    if sign_themselves(conn, [party]):
        if approval is None:
            raise KeyApprovalNeeded(f"Party {party} signs itself; its present key approves the new one.")
        replaces = signer_of(conn, party, personal_digest(proof.message), approval)
    key = succeed(conn, clock, party, proof.address, replaces, caller.token)
    trail.note(conn, clock, caller, "key.added", key.address, {"party": party, "replaces": replaces})
    return key


def succeed(  # noqa: PLR0913, PLR0917 - a row's facts
    conn: Connection, clock: Clock, party: int, address: str, replaces: str, asked_by: str
) -> PartyKey:
    """Queue the key, and keep what it takes the place of. Raises KeyTaken."""
    key = insert_own_key(conn, clock, party, address)
    row = {"party": party, "version": key.version, "replaces": replaces, "asked_by": asked_by}
    conn.execute(successions.insert().values(**row, created_at=clock.now()))
    tell(conn, clock, party, "key.added", key.address, {"replaces": replaces})
    return key


def is_due(conn: Connection) -> bool:
    """Whether `finish_successions` has something to look at."""
    if conn.execute(select(successions.c.party).where(successions.c.done_at.is_(None)).limit(1)).first():
        return True
    return bool(_sealed_without_custody(conn)) or bool(sign_themselves(conn, parties_waiting(conn)))


def finish_successions(conn: Connection, clock: Clock) -> None:
    """Revoke what was replaced by keys that are final now, and destroy what is not needed any more. For the
    clerk; two at once do no harm.
    """
    waiting = conn.execute(select(successions).where(successions.c.done_at.is_(None))).all()
    names = {references.key_added(row.party, row.version): row for row in waiting}
    for name, operation in operations_of(conn, list(names)).items():
        row = names[name]
        if operation.state in ENDED:
            hold(conn, "parties", "keys", row.party)
            _end(conn, clock, row.party, row.version, row.replaces, operation.state)
    assign_waiting(conn, sign_themselves(conn, parties_waiting(conn)))
    destroy_secrets(conn, clock)


def _end(  # noqa: PLR0913, PLR0917 - a row's facts
    conn: Connection, clock: Clock, party: int, version: int, replaces: str, state: State
) -> None:
    its = (
        (successions.c.party == party) & (successions.c.version == version) & successions.c.done_at.is_(None)
    )
    if not conn.execute(update(successions).where(its).values(done_at=clock.now())).rowcount:
        return  # another clerk came first
    if state is not State.FINAL:
        refused = (keys.c.party == party) & (keys.c.version == version)
        conn.execute(update(keys).where(refused).values(active=False, revoked_at=clock.now()))
        return
    gone = [key for key in keys_of(conn, party) if key.revoked_at is None and key.version != version]
    for key in gone:
        if (key.custodial and replaces == CUSTODIAL) or key.address in replaces.split():
            withdraw_key(conn, clock, party, key.address)
            tell(conn, clock, party, "key.revoked", key.address, {})


def destroy_secrets(conn: Connection, clock: Clock) -> int:
    """Forget the sealed secrets of parties that sign themselves, once the chain has revoked them for good;
    returns how many. Nothing that they signed is ever signed with them again: what a lost chain asks for is
    then asked of the party itself.
    """
    done = 0
    for key in _sealed_without_custody(conn):
        its = (keys.c.party == key.party) & (keys.c.version == key.version)
        done += conn.execute(update(keys).where(its).values(sealed=None, master=None)).rowcount
        trail.note(conn, clock, None, "key.destroyed", key.address, {"party": key.party})
        tell(conn, clock, key.party, "key.destroyed", key.address, {})
    return done


def _sealed_without_custody(conn: Connection) -> list[PartyKey]:
    """Secrets that sign nothing any more, of parties that sign themselves."""
    found = load_keys(conn, keys.c.sealed.is_not(None), keys.c.revoked_at.is_not(None))
    themselves = sign_themselves(conn, {key.party for key in found})
    mine = [key for key in found if key.party in themselves]
    revoked = operations_of(conn, [references.key_revoked(key.party, key.version) for key in mine])
    added = operations_of(conn, [references.key_added(key.party, key.version) for key in mine])
    return [key for key in mine if _is_over(key, revoked, added)]


def _is_over(key: PartyKey, revoked: Mapping[str, Operation], added: Mapping[str, Operation]) -> bool:
    """Revoked for good, or never taken by the chain at all."""
    end = revoked.get(references.key_revoked(key.party, key.version))
    beginning = added.get(references.key_added(key.party, key.version))
    never = beginning is not None and beginning.state is State.REJECTED
    return never or (end is not None and end.state is State.FINAL)
