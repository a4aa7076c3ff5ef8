"""Signatures for the queue: those that parties handed in, and those of the keys that are in our custody."""

from __future__ import annotations

from sqlalchemy import Connection, Row, select

from suyuan.anchoring.queries import is_before_its_place
from suyuan.database import Database
from suyuan.kernel import typed_data
from suyuan.parties import references
from suyuan.parties.custody import Keyring
from suyuan.parties.handed import signature_of
from suyuan.parties.tables import keys


class StoredSigners:
    """anchoring.ports.PartySigners over what is in our database."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    def sign(self, party: int, digest: bytes) -> bytes | None:
        """The signature that the party handed in, else one by its custodial key, else None: the party signs
        itself and has not yet.

        Raises SealBroken when the key does not open.
        """
        with self._database.reading() as conn:
            handed = signature_of(conn, party, digest)
            row = None if handed is not None else _custodial(conn, party)
        if handed is not None or row is None:
            return handed
        secret = self._keyring.open(party, row.address, row.version, row.sealed, row.master)
        return typed_data.sign(digest, secret)


def _custodial(conn: Connection, party: int) -> Row[tuple[object, ...]] | None:
    """The custodial key in use; after the party took its signing into its own hands the last one, for what it
    had submitted before, until the revocation has its place on the way.
    """
    its = keys.c.custodial.is_(True) & (keys.c.party == party) & keys.c.sealed.is_not(None)
    rows = conn.execute(select(keys).where(its).order_by(keys.c.active.desc(), keys.c.version.desc())).all()
    for row in rows:
        if row.active or is_before_its_place(conn, references.key_revoked(party, row.version)):
            return row
    return None
