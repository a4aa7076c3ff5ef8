"""What this room needs from outside."""

from __future__ import annotations

from typing import Protocol


class Sealer(Protocol):
    """The operator's master key. Guarantees that what is sealed for one purpose opens for no other."""

    @property
    def current(self) -> str:
        """What tells master keys apart; goes into the row beside what was sealed."""

    def seal_for(self, purpose: str, secret: bytes) -> bytes: ...

    def open_for(self, purpose: str, sealed: bytes, master: str) -> bytes:
        """Raises SuyuanError when it was changed, moved or sealed under another key."""
