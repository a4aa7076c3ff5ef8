"""Browsers in which a person has signed in before. Their failures count by themselves, so that whoever
guesses a login's password elsewhere keeps its owner waiting nowhere he is known.

The browser holds a sealed note that opens for its account only; we keep nothing. It is no proof of anything.
"""

from __future__ import annotations

import base64
import binascii
from datetime import timedelta

from suyuan.access.ports import Sealer
from suyuan.kernel.clock import Clock, to_millis
from suyuan.kernel.errors import SuyuanError

LASTS = timedelta(days=180)
_LONGEST = 500


def remember(clock: Clock, sealer: Sealer, account: str) -> str:
    """The note for the browser's cookie."""
    until = to_millis(clock.now() + LASTS).to_bytes(8, "big")
    sealed = base64.urlsafe_b64encode(sealer.seal_for(_purpose(account), until)).decode()
    return f"{sealer.current}.{sealed}"


def is_known(clock: Clock, sealer: Sealer, account: str, shown: str) -> bool:
    """Whether this note was given to a browser of the account, not too long ago."""
    master, _, sealed = shown.partition(".")
    if not sealed or len(shown) > _LONGEST:
        return False
    try:
        until = sealer.open_for(_purpose(account), base64.urlsafe_b64decode(sealed.encode()), master)
    except (SuyuanError, binascii.Error, UnicodeEncodeError):
        return False
    return int.from_bytes(until, "big") > to_millis(clock.now())


def _purpose(account: str) -> str:
    return f"device {account}"
