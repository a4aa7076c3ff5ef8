"""What is begun and waits for its second half: a challenge, a second factor, a visit at a company's sign-in.

The browser holds a secret, we its SHA-256 and what must be known; it is taken once, and only for a few
minutes.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from suyuan.access.errors import BegunWrong
from suyuan.access.tables import begun
from suyuan.kernel.canonical import canonical_json
from suyuan.kernel.clock import Clock

LASTS = timedelta(minutes=5)


class Kind(StrEnum):
    """What was begun; a secret of one kind is none of another."""

    SECOND_FACTOR = "second-factor"
    PASSKEY_NEW = "passkey-new"
    PASSKEY_SIGN_IN = "passkey-sign-in"
    PASSKEY_PROOF = "passkey-proof"
    COMPANY = "company"


@dataclass(frozen=True, slots=True)
class Begun:
    """`account` is None where it is not known yet who comes."""

    account: str | None
    facts: Mapping[str, Any]


def begin(conn: Connection, clock: Clock, kind: Kind, account: str | None, facts: Mapping[str, Any]) -> str:
    """Keep it, and return the secret for the browser."""
    secret = secrets.token_urlsafe(32)
    conn.execute(
        insert(begun).values(
            hash=_hashed(secret),
            kind=kind,
            account=account,
            facts=canonical_json(dict(facts)).decode(),
            created_at=clock.now(),
            expires_at=clock.now() + LASTS,
        )
    )
    return secret


def look(conn: Connection, clock: Clock, kind: Kind, secret: str) -> Begun:
    """What was begun, without taking it. Raises BegunWrong."""
    row = conn.execute(select(begun).where(begun.c.hash == _hashed(secret))).one_or_none()
    return _of(row, clock, kind)


def take(conn: Connection, clock: Clock, kind: Kind, secret: str) -> Begun:
    """What was begun; nobody gets it a second time. Raises BegunWrong."""
    query = delete(begun).where(begun.c.hash == _hashed(secret), begun.c.kind == kind)
    return _of(conn.execute(query.returning(*begun.c)).one_or_none(), clock, kind)


def _of(row: Any, clock: Clock, kind: Kind) -> Begun:
    if row is None or row.kind != kind or row.expires_at <= clock.now():
        raise BegunWrong("This took too long, or was used already. Begin again.")
    return Begun(row.account, json.loads(row.facts))


def sweep(conn: Connection, clock: Clock) -> None:
    """Drop what nobody came back for."""
    conn.execute(delete(begun).where(begun.c.expires_at <= clock.now()))


def _hashed(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()
