"""Names of this room's operations in the queue to the chain; each is queued once."""

from __future__ import annotations


def profile(party: int, version: int) -> str:
    """Version 1 travels with the registration itself."""
    return f"party:{party}:profile:{version}"


def key_added(party: int, version: int) -> str:
    return f"party:{party}:key:{version}:add"


def key_revoked(party: int, version: int) -> str:
    return f"party:{party}:key:{version}:revoke"
