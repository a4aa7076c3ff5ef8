"""Tokens of systems: `suyuan_<id>_<secret>`, the secret 256 random bits of which we keep only the SHA-256.

A plain hash suffices, since there is nothing to guess in 256 random bits; and it is quick, which matters
because every request pays it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, bindparam, or_, select, update

from suyuan.access.errors import TokenExpired, TokenRefused, TokenRevoked, TokenUnknown, TokenWrong
from suyuan.access.model import PLATFORM, Caller, Scope, Token
from suyuan.access.tables import tokens
from suyuan.database.prepared import Prepared
from suyuan.kernel.clock import Clock
from suyuan.kernel.errors import Fault

_FORM = re.compile(r"suyuan_([0-9a-f]{16})_([A-Za-z0-9_-]{43})")
_NO_HASH = bytes(32)

_c = tokens.c
_RIGHTS = Prepared(
    select(_c.secret_hash, _c.name, _c.party, _c.scopes, _c.expires_at, _c.revoked_at, _c.last_used_at).where(
        _c.id == bindparam("id")
    )
)

#: How long a token lasts at most that a party's own admin makes.
LONGEST = timedelta(days=731)
#: The last use is kept to the hour: it is for finding forgotten tokens, and must not cost a write a request.
USE_GRAIN = timedelta(hours=1)


def issue(  # noqa: PLR0913, PLR0917 - six plain facts make a token
    conn: Connection,
    clock: Clock,
    name: str,
    party: int | None,
    scopes: Iterable[str],
    expires_at: datetime | None = None,
) -> str:
    """Make a token and return it; it cannot be shown again. `party` None makes one of the platform's own.

    Raises TokenRefused with every fault. Whether the party exists is for the caller to know.
    """
    wanted = frozenset(str(scope) for scope in scopes)
    faults = _faults(name, party, wanted, expires_at, clock.now())
    if faults:
        raise TokenRefused(faults)
    token_id, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
    conn.execute(
        tokens.insert().values(
            id=token_id,
            name=name.strip(),
            secret_hash=_hashed(secret),
            party=party,
            scopes=" ".join(sorted(wanted)),
            created_at=clock.now(),
            expires_at=expires_at,
        )
    )
    return f"suyuan_{token_id}_{secret}"


def check_end(clock: Clock, expires_at: datetime | None) -> None:
    """Raise TokenRefused unless the token ends within two years: what a party's own admin may make."""
    if expires_at is None or expires_at > clock.now() + LONGEST:
        message = "A party's token ends within two years."
        raise TokenRefused([Fault("/expiresAt", "token.expiry", message, "Give the day of its end.")])


def check_within(
    conn: Connection, caller: Caller, scopes: Iterable[str], expires_at: datetime | None
) -> None:
    """Raise TokenRefused where a system would make a token that may do more, or lasts longer, than its own:
    what is lent for a day must not lend itself for years.
    """
    fix = "Let a person of the party make it."
    found = []
    wider = sorted({str(scope) for scope in scopes} - caller.scopes)
    if wider:
        message = f"This token does not have the scope {wider[0]} itself."
        found.append(Fault("/scopes", "token.wider", message, fix))
    own_end = token_of(conn, caller.token).expires_at
    if own_end is not None and (expires_at is None or expires_at > own_end):
        found.append(Fault("/expiresAt", "token.expiry", "This token ends before that itself.", fix))
    if found:
        raise TokenRefused(found)


def id_of(secret: str) -> str:
    """The id of a token as it was issued. Raises TokenWrong."""
    found = _FORM.fullmatch(secret)
    if found is None:
        raise TokenWrong("This is not a token of this system.")
    return found[1]


def authenticate(conn: Connection, clock: Clock, bearer: str) -> Caller:
    """The caller who holds this token. Only reads; see `note_use`.

    Raises TokenWrong (unknown, malformed or wrong secret: one answer for all), TokenExpired, TokenRevoked.
    """
    form = _FORM.fullmatch(bearer)
    rows = _RIGHTS.rows(conn, {"id": form[1]}) if form else []
    secret = form[2] if form else ""
    matches = hmac.compare_digest(_hashed(secret), rows[0][0] if rows else _NO_HASH)
    if form is None or not rows or not matches:
        raise TokenWrong("This is not a token of this system.")
    _, name, party, scopes, expires_at, revoked_at, last_used_at = rows[0]
    _check_open(clock, form[1], expires_at, revoked_at)
    return Caller(form[1], name, party, frozenset(scopes.split()), last_used_at)


def confirm(conn: Connection, clock: Clock, caller: Caller) -> None:
    """Hold a caller who was authenticated a moment ago against his token as it is now. Raises TokenExpired,
    TokenRevoked.
    """
    for *_, expires_at, revoked_at, _last_use in _RIGHTS.rows(conn, {"id": caller.token}):
        _check_open(clock, caller.token, expires_at, revoked_at)


def _check_open(
    clock: Clock, token_id: str, expires_at: datetime | None, revoked_at: datetime | None
) -> None:
    if revoked_at is not None:
        raise TokenRevoked(f"The token {token_id} was revoked.")
    if expires_at is not None and expires_at <= clock.now():
        raise TokenExpired(f"The token {token_id} expired at {expires_at.isoformat()}.")


def is_use_due(clock: Clock, caller: Caller) -> bool:
    """Whether `note_use` would write: the last use on record is an hour old, or there is none."""
    return caller.last_used_at is None or clock.now() - caller.last_used_at >= USE_GRAIN


def note_use(conn: Connection, clock: Clock, caller: Caller) -> None:
    """Keep that the token is in use, at most once an hour."""
    now = clock.now()
    due = or_(tokens.c.last_used_at.is_(None), tokens.c.last_used_at <= now - USE_GRAIN)
    conn.execute(update(tokens).where(tokens.c.id == caller.token, due).values(last_used_at=now))


def revoke(conn: Connection, clock: Clock, token_id: str) -> None:
    """Take a token back, from now on; doing it twice changes nothing. Raises TokenUnknown."""
    token_of(conn, token_id)
    open_one = tokens.c.revoked_at.is_(None)
    conn.execute(update(tokens).where(tokens.c.id == token_id, open_one).values(revoked_at=clock.now()))


def token_of(conn: Connection, token_id: str) -> Token:
    """Raises TokenUnknown."""
    row = conn.execute(select(tokens).where(tokens.c.id == token_id)).one_or_none()
    if row is None:
        raise TokenUnknown(f"There is no token {token_id!r}.")
    return _token(row)


def list_tokens(
    conn: Connection, *, party: int | None = None, after: str = "", limit: int = 100
) -> list[Token]:
    """Tokens by id, those of one party when `party` is given."""
    query = select(tokens).where(tokens.c.id > after).order_by(tokens.c.id).limit(limit)
    if party is not None:
        query = query.where(tokens.c.party == party)
    return [_token(row) for row in conn.execute(query)]


def _token(row: Row[tuple[object, ...]]) -> Token:
    found = row._mapping  # noqa: SLF001 - SQLAlchemy's public name
    return Token(
        id=found["id"],
        name=found["name"],
        party=found["party"],
        scopes=frozenset(found["scopes"].split()),
        created_at=found["created_at"],
        expires_at=found["expires_at"],
        revoked_at=found["revoked_at"],
        last_used_at=found["last_used_at"],
    )


def _hashed(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _faults(
    name: str, party: int | None, scopes: frozenset[str], expires_at: datetime | None, now: datetime
) -> list[Fault]:
    found = []
    if not 1 <= len(name.strip()) <= 100 or not name.isprintable():
        found.append(
            Fault("/name", "token.name", "The name has 1 to 100 characters.", "Say whose token it is.")
        )
    unknown = sorted(scopes - {str(scope) for scope in Scope})
    if unknown or not scopes:
        listed = ", ".join(Scope)
        message = f"There is no scope {unknown[0]!r}." if unknown else "A token needs a scope."
        found.append(Fault("/scopes", "token.scope", message, f"The scopes are {listed}."))
    if party is not None and scopes & PLATFORM:
        message = "A party's token cannot reach over all parties."
        found.append(Fault("/scopes", "token.platform-scope", message, "Leave the party out, or this scope."))
    if party is None and scopes and not scopes & PLATFORM:
        message = "A token without a party opens nothing with these scopes."
        found.append(
            Fault("/party", "token.party", message, "Name the party, or add a scope of the platform.")
        )
    if expires_at is not None and expires_at <= now:
        found.append(Fault("/expiresAt", "token.expiry", "The expiry is in the past.", "Give a later time."))
    return found
