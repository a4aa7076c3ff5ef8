"""What this room asks of rooms that know the way."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from suyuan.handovers.rules.model import Trip


class TripRecords(Protocol):
    """What telemetry knows of a lot's way since it last changed hands. Guarantees None, never a guess, where
    it knows nothing: the rules then say `not measured`.
    """

    def of(self, conn: Connection, lot_id: bytes, until: datetime) -> Trip | None: ...


class NoTripRecords:
    """For as long as no telemetry is taken in."""

    def of(self, conn: Connection, lot_id: bytes, until: datetime) -> Trip | None:  # noqa: ARG002
        return None
