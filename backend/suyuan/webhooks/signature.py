"""The signature of a delivery: HMAC-SHA256 over time and body, by every secret that is valid now.

docs/formats/webhooks.md shows the receiver's side, in Python and JavaScript; tests run both against this.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

PREFIX = "whsec_"
#: Seconds that a receiver lets a delivery's time differ from its own.
WINDOW = 300


def make_secret() -> str:
    """A new secret: 256 random bits behind a prefix that tells people what it is."""
    return PREFIX + secrets.token_urlsafe(32)


def header(secret_texts: Sequence[str], at: datetime, body: bytes) -> str:
    """`t=<Unix seconds>,v1=<hex>`, one v1 for each secret, the current one first."""
    seconds = int(at.timestamp())
    return ",".join([f"t={seconds}", *(f"v1={_mac(each, seconds, body)}" for each in secret_texts)])


def is_good(secret: str, value: str, body: bytes, now: datetime) -> bool:
    """What a receiver does: one of the v1 is right, and the time is within five minutes."""
    parts = [each.split("=", 1) for each in value.split(",") if "=" in each]
    times = [text for name, text in parts if name == "t"]
    if len(times) != 1 or not (times[0].isascii() and times[0].isdigit()):
        return False
    seconds = int(times[0])
    if abs(int(now.timestamp()) - seconds) > WINDOW:
        return False
    wanted = _mac(secret, seconds, body)
    given = [text for name, text in parts if name == "v1"]
    return any(hmac.compare_digest(wanted, text) for text in given if text.isascii())


def _mac(secret: str, seconds: int, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
