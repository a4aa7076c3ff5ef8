"""Codes of an authenticator app (RFC 6238: SHA-1, 6 digits, 30 s), and recovery codes for when it is lost.

The app's secret is sealed under the master key, bound to the account. A step of 30 s is taken once, one step
of difference is allowed for clocks, and older steps than the last one taken are over.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from urllib.parse import quote

import pyotp
from sqlalchemy import Connection, delete, insert, select, update

from suyuan.access.errors import ProofRefused
from suyuan.access.ports import Sealer
from suyuan.access.tables import recovery_codes, totp
from suyuan.kernel.clock import Clock, to_millis
from suyuan.kernel.errors import Fault

STEP_SECONDS = 30
RECOVERY_CODES = 10
#: Without what is easily mistaken for another: 31 signs, ten of them 49 bits.
_SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"


def begin(conn: Connection, clock: Clock, sealer: Sealer, account: str, login: str) -> str:
    """Make a new secret, not in use yet, and return its `otpauth:` address for the app. Raises ProofRefused
    when codes are in use already.
    """
    if is_on(conn, account):
        message = "Codes are in use already."
        raise ProofRefused([Fault("", "totp.on", message, "Switch them off first.")])
    secret = secrets.token_bytes(20)
    conn.execute(delete(totp).where(totp.c.account == account))
    conn.execute(
        insert(totp).values(
            account=account,
            sealed=sealer.seal_for(_purpose(account), secret),
            master=sealer.current,
            last_step=0,
            created_at=clock.now(),
        )
    )
    return address_of(secret, login)


def address_of(secret: bytes, login: str) -> str:
    """What the app reads from the QR code."""
    text = pyotp.TOTP(_base32(secret)).secret
    label = quote(f"溯源 Suyuan:{login}")
    return f"otpauth://totp/{label}?secret={text}&issuer={quote('溯源 Suyuan')}"


def waiting_secret(conn: Connection, sealer: Sealer, account: str) -> bytes | None:
    """The secret that `begin` made and no code has confirmed yet."""
    row = conn.execute(select(totp).where(totp.c.account == account)).one_or_none()
    if row is None or row.confirmed_at is not None:
        return None
    return sealer.open_for(_purpose(account), row.sealed, row.master)


def confirm(conn: Connection, clock: Clock, sealer: Sealer, account: str, code: str) -> list[str]:
    """Take codes into use with the first right one; returns recovery codes, which are shown this once.

    Raises ProofRefused.
    """
    if is_on(conn, account) or not check(conn, clock, sealer, account, code, waiting=True):
        message = "This is not the code that the app shows for this secret now."
        fix = "Check the phone's time, scan again, and give the newest code."
        raise ProofRefused([Fault("/code", "totp.code", message, fix)])
    conn.execute(update(totp).where(totp.c.account == account).values(confirmed_at=clock.now()))
    return new_recovery_codes(conn, account)


def is_on(conn: Connection, account: str) -> bool:
    """Whether signing in with a password needs a code."""
    query = select(totp.c.account).where(totp.c.account == account, totp.c.confirmed_at.is_not(None))
    return conn.execute(query).scalar() is not None


def check(  # noqa: PLR0913 - one code of one account
    conn: Connection, clock: Clock, sealer: Sealer, account: str, code: str, *, waiting: bool = False
) -> bool:
    """Whether this is a code of now; true once only. The caller slows down who guesses."""
    row = conn.execute(select(totp).where(totp.c.account == account)).one_or_none()
    if row is None or (row.confirmed_at is None) is not waiting:
        return False
    secret = sealer.open_for(_purpose(account), row.sealed, row.master)
    step = _step_of(secret, code, to_millis(clock.now()) // (1000 * STEP_SECONDS))
    if step is None:
        return False
    newer = (totp.c.account == account) & (totp.c.last_step < step)
    return conn.execute(update(totp).where(newer).values(last_step=step)).rowcount == 1


def _step_of(secret: bytes, code: str, now: int) -> int | None:
    shown = "".join(code.split())
    if len(shown) != 6 or not shown.isascii() or not shown.isdecimal():
        return None
    app = pyotp.TOTP(_base32(secret))
    fitting = [s for s in (now, now - 1, now + 1) if hmac.compare_digest(app.generate_otp(s), shown)]
    return fitting[0] if fitting else None


def new_recovery_codes(conn: Connection, account: str) -> list[str]:
    """Ten new ones; older ones hold no more."""
    conn.execute(delete(recovery_codes).where(recovery_codes.c.account == account))
    made = ["".join(secrets.choice(_SIGNS) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    conn.execute(insert(recovery_codes), [{"account": account, "hash": _hashed(account, c)} for c in made])
    return [f"{code[:5]}-{code[5:]}" for code in made]


def use_recovery_code(conn: Connection, clock: Clock, account: str, code: str) -> bool:
    """Whether this is an unused recovery code; true once only."""
    shown = "".join(each for each in code.casefold() if each.isalnum())
    unused = (recovery_codes.c.account == account) & recovery_codes.c.used_at.is_(None)
    this = unused & (recovery_codes.c.hash == _hashed(account, shown))
    return conn.execute(update(recovery_codes).where(this).values(used_at=clock.now())).rowcount == 1


def codes_left(conn: Connection, account: str) -> int:
    """How many recovery codes are unused."""
    its = (recovery_codes.c.account == account) & recovery_codes.c.used_at.is_(None)
    return len(conn.execute(select(recovery_codes.c.hash).where(its)).all())


def switch_off(conn: Connection, account: str) -> None:
    """Ask for no codes any more."""
    conn.execute(delete(totp).where(totp.c.account == account))
    conn.execute(delete(recovery_codes).where(recovery_codes.c.account == account))


def rewrap(conn: Connection, sealer: Sealer) -> int:
    """Seal every secret under the current master key; how many were under another."""
    rows = conn.execute(select(totp).where(totp.c.master != sealer.current)).all()
    for row in rows:
        purpose = _purpose(row.account)
        sealed = sealer.seal_for(purpose, sealer.open_for(purpose, row.sealed, row.master))
        values = {"sealed": sealed, "master": sealer.current}
        conn.execute(update(totp).where(totp.c.account == row.account).values(values))
    return len(rows)


def _purpose(account: str) -> str:
    return f"totp {account}"


def _base32(secret: bytes) -> str:
    return base64.b32encode(secret).decode("ascii").rstrip("=")


def _hashed(account: str, code: str) -> bytes:
    """49 random bits and a slow way to try them (`delays`) need no slow hash, but one for each account."""
    return hashlib.sha256(f"{account}\x00{code}".encode("utf-8", "replace")).digest()
