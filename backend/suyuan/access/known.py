"""Callers that were authenticated a moment ago, so that a busy system's token is not looked up each time."""

from __future__ import annotations

from datetime import datetime, timedelta

from suyuan.access.model import Caller
from suyuan.kernel.clock import Clock
from suyuan.kernel.hashing import sha256

#: How long a token counts as known. What is written is held against the token's row all the same.
KNOWN_FOR = timedelta(seconds=10)
_MOST = 4096


class KnownCallers:
    """By the SHA-256 of the token; the token itself is not kept. One per application."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[bytes, tuple[Caller, datetime]] = {}

    def find(self, bearer: str) -> Caller | None:
        """Who held this token a moment ago."""
        found = self._known.get(sha256(bearer.encode()))
        return found[0] if found and self._clock.now() < found[1] else None

    def keep(self, bearer: str, caller: Caller) -> None:
        """Remember who was authenticated with this token just now."""
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[sha256(bearer.encode())] = (caller, self._clock.now() + KNOWN_FOR)
