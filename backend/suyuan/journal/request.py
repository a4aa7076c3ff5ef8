"""One call with a document."""

from __future__ import annotations

from dataclasses import dataclass

from suyuan.access.model import Caller
from suyuan.kernel.hashing import sha256


@dataclass(frozen=True, slots=True)
class Request:
    """One call. `as_party`: number or URI of the party that tells of events which do not say who does."""

    caller: Caller
    body: bytes
    as_party: str | None = None
    idempotency_key: str | None = None
    dry_run: bool = False

    @property
    def hash(self) -> bytes:
        """Tells the same call from another."""
        return sha256(sha256(self.body) + (self.as_party or "").encode())

    @property
    def key_hash(self) -> bytes | None:
        return sha256(self.idempotency_key.encode()) if self.idempotency_key else None
