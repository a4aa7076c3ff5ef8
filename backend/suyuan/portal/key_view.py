"""Keys as their page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from suyuan.parties.handed import is_known_on_chain
from suyuan.parties.model import PartyKey
from suyuan.parties.queries import keys_of
from suyuan.parties.suspicion import doubted_since


@dataclass(frozen=True, slots=True)
class KeyRow:
    """`state` is a word of the page: signing, coming, revoked; `doubted`: since when, or None."""

    key: PartyKey
    state: str
    doubted: datetime | None

    @property
    def tone(self) -> str:
        return {"signing": "ok", "coming": "wait", "revoked": "off"}[self.state]


def rows_of(conn: Connection, party: int) -> list[KeyRow]:
    """A party's keys, those that sign first."""
    doubts = doubted_since(conn, [party])
    found = [KeyRow(key, _state(conn, key), doubts.get((party, key.address))) for key in keys_of(conn, party)]
    order = ("signing", "coming", "revoked")
    return sorted(found, key=lambda row: (order.index(row.state), -row.key.version))


def _state(conn: Connection, key: PartyKey) -> str:
    if key.revoked_at is not None:
        return "revoked"
    return "signing" if key.active and is_known_on_chain(conn, key) else "coming"
