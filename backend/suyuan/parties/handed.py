"""Signatures that a party makes with its own key, outside, and hands in.

Only a plain key's 65 bytes are taken here. A contract wallet (EIP-1271) would be accepted by the ledger, but
whether it agrees can only be asked of the chain, which a gateway never waits for.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, select

from suyuan.anchoring.model import State
from suyuan.anchoring.queries import is_before_its_place, operations_of
from suyuan.database.prepared import Prepared
from suyuan.kernel import typed_data
from suyuan.kernel.clock import Clock
from suyuan.parties import references
from suyuan.parties.errors import SignatureRefused
from suyuan.parties.model import PartyKey
from suyuan.parties.repository import load_keys
from suyuan.parties.tables import keys, signatures

_CUSTODIAL = Prepared(
    select(keys.c.party).where(
        keys.c.active.is_(True),
        keys.c.custodial.is_(True),
        keys.c.party.in_(bindparam("parties", expanding=True)),
    ),
    expanding="parties",
)
_HANDED = Prepared(
    select(signatures.c.signature, keys.c.version, keys.c.revoked_at)
    .join(keys, keys.c.address == signatures.c.address)
    .where(signatures.c.party == bindparam("party"), signatures.c.digest == bindparam("digest"))
)


def sign_themselves(conn: Connection, parties: Iterable[int]) -> set[int]:
    """Those of the parties for which we hold no key: nothing of theirs is queued without their signature."""
    asked = set(parties)
    return asked - {row[0] for row in _CUSTODIAL.rows(conn, {"parties": asked})} if asked else set()


def own_keys(conn: Connection, party: int) -> list[PartyKey]:
    """The keys that the party keeps itself and that it can sign with now."""
    found = load_keys(
        conn, keys.c.party == party, ~keys.c.custodial, keys.c.active, keys.c.revoked_at.is_(None)
    )
    return [key for key in found if is_known_on_chain(conn, key)]


def is_known_on_chain(conn: Connection, key: PartyKey) -> bool:
    """Whether the chain has the key for good; the first travels with the registration, before all else."""
    if key.version == 1:
        return True
    reference = references.key_added(key.party, key.version)
    found = operations_of(conn, [reference]).get(reference)
    return found is not None and found.state is State.FINAL


def hand_in(conn: Connection, clock: Clock, party: int, digest: bytes, signature: bytes) -> str:
    """Keep the party's signature over this digest; returns the address that signed.

    Whether the digest is one that the party is asked for is the caller's to know. Another signature by the
    same key over the same changes nothing. Raises SignatureRefused.
    """
    address = signer_of(conn, party, digest, signature)
    its = (signatures.c.party == party) & (signatures.c.digest == digest)
    known = conn.execute(select(signatures.c.address).where(its)).scalars().all()
    if address not in known:
        row = {"party": party, "digest": digest, "address": address}
        conn.execute(signatures.insert().values(**row, signature=signature, handed_at=clock.now()))
    return address


def signature_of(conn: Connection, party: int, digest: bytes) -> bytes | None:
    """A signature that was handed in and that the chain will take: its key is not revoked, or its revocation
    has no place on the way yet and will come after what is signed with it now.
    """
    for signature, version, revoked_at in _HANDED.rows(conn, {"party": party, "digest": digest}):
        if revoked_at is None or is_before_its_place(conn, references.key_revoked(party, version)):
            return bytes(signature)
    return None


def signer_of(conn: Connection, party: int, digest: bytes, signature: bytes) -> str:
    """The address of the party's own key that made this signature. Raises SignatureRefused."""
    address = typed_data.recover(digest, signature)
    if address is None:
        raise SignatureRefused(_FORM.format(len(signature)), code="signature.form")
    found = next(iter(load_keys(conn, keys.c.party == party, keys.c.address == address)), None)
    if found is None or found.custodial:
        wanted = ", ".join(key.address for key in own_keys(conn, party)) or "none"
        raise SignatureRefused(
            f"This was not signed by a key of party {party} over what was to be signed (recovered {address}; "
            f"its keys: {wanted}).",
            code="signature.wrong-key",
        )
    if found.revoked_at is not None:
        raise SignatureRefused(f"The key {address} was revoked.", code="signature.key-revoked")
    if not is_known_on_chain(conn, found):
        message = f"The key {address} is still on its way to the chain; sign again when it is final there."
        raise SignatureRefused(message, code="signature.key-waits")
    return address


_FORM = (
    "The {} bytes are not a signature of a plain key: 65 bytes r, s, v, with s in the lower half and v 27 or "
    "28. Signatures of contract wallets (EIP-1271) are not taken here."
)
