"""Lots as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import IntEnum, StrEnum

from suyuan.kernel.ledger import LotState


@dataclass(frozen=True, slots=True)
class Lot:
    """Anything that entries are about. `number` is ours alone and never leaves; `lot_id` is SHA-256 of `uri`.

    `state` is what the chain will say when everything acknowledged is recorded. `maker` is the party
    number of the first PRODUCED or PROCESSED, 0 when nobody says to have made it. `wellformed` is false
    for identifiers that break their scheme's own rules and are kept as they were written.
    """

    number: int
    lot_id: bytes
    uri: str
    wellformed: bool
    state: LotState
    maker: int
    first_seen: datetime


@dataclass(frozen=True, slots=True)
class Amount:
    """`uom` is a UN/CEFACT Recommendation 20 code; '' counts pieces."""

    quantity: Decimal
    uom: str


class Direction(IntEnum):
    """What happened to an amount of a lot."""

    MADE = 1
    USED = 2
    RECEIVED = 3


@dataclass(frozen=True, slots=True)
class Edge:
    """`child` was made from `parent` (lot ids)."""

    child: bytes
    parent: bytes
    event_hash: bytes
    occurred_at: datetime
    party: int


@dataclass(frozen=True, slots=True)
class Part:
    """A lot on one side of a transformation, with its amount where one is stated."""

    lot_id: bytes
    amount: Amount | None = None


@dataclass(frozen=True, slots=True)
class Transformation:
    """Inputs made into outputs, as one event tells it. With a `process` (transformationID) one
    transformation may be told in several events by the same party. The same lot may be named several
    times, and on both sides.
    """

    party: int
    process: str | None
    event_hash: bytes
    occurred_at: datetime
    inputs: tuple[Part, ...]
    outputs: tuple[Part, ...]

    @property
    def key(self) -> str | None:
        """Names the process among all parties' processes."""
        return None if self.process is None else f"{self.party}/{self.process}"


@dataclass(frozen=True, slots=True)
class Change:
    """Something went into a container (`added`) or came out; `child` None means everything in it."""

    container: bytes
    child: bytes | None
    added: bool
    at: datetime
    event_hash: bytes
    amount: Amount | None = None


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two things that cannot both be true. `facts` are JSON values for programs and pages."""

    lot_id: bytes
    code: str
    event_hash: bytes
    facts: dict[str, str]
    found_at: datetime | None = None
    process: str | None = None


class TraceDirection(StrEnum):
    """BACK to what a lot was made from, FORWARD to what was made of it."""

    BACK = "back"
    FORWARD = "forward"


@dataclass(frozen=True, slots=True)
class TraceGraph:
    """The answer to a trace: lots nearest first (the asked one is the first), the edges between them, and
    whether the limit cut it off.
    """

    lots: tuple[Lot, ...]
    edges: tuple[Edge, ...]
    truncated: bool
