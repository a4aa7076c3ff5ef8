"""Identifiers of our own records: UUID version 7 (RFC 9562), so that keys sort by time of birth."""

from __future__ import annotations

import secrets
from uuid import UUID

from suyuan.kernel.clock import Clock, to_millis


def new_id(clock: Clock) -> str:
    """A UUIDv7 as lower-case text: 48 bits of milliseconds, 74 random bits."""
    value = (to_millis(clock.now()) & 0xFFFF_FFFF_FFFF) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(UUID(int=value))
