"""Handovers as values. What happened is only added to; the state is folded from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from suyuan.handovers.rules.model import Finding


class State(StrEnum):
    """Where a handover stands. The last four are ends."""

    OFFERED = "offered"
    DEPARTED = "departed"
    ACCEPTED = "accepted"
    IN_PART = "accepted_in_part"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


OPEN = frozenset({State.OFFERED, State.DEPARTED})


class Act(StrEnum):
    """What the sides do."""

    OFFER = "offer"
    DEPART = "depart"
    MEASURE = "measure"
    ACCEPT = "accept"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    ANSWER = "answer"


#: Why goods are turned down, and why figures differ.
REASONS = (
    "too_warm",
    "too_cold",
    "thawed",
    "damaged",
    "wet",
    "dirty",
    "odour",
    "wrong_goods",
    "count",
    "seal_broken",
    "expired",
    "label",
    "papers",
    "late",
    "not_arrived",
    "other",
)

#: A line's profile when the sender says that the goods have no temperature limits.
NO_PROFILE = "NONE"


@dataclass(frozen=True, slots=True)
class Line:
    """Goods of one lot, item or container, as sent. `uom` as in EPCIS; '' counts pieces. `line` from 1."""

    line: int
    lot_id: bytes
    uri: str
    quantity: Decimal
    uom: str
    packs: int | None
    seal: str | None
    profile: str | None


@dataclass(frozen=True, slots=True)
class LineResult:
    """What became of a line. `return_lot`: the URI of the lot that the refused part became."""

    line: int
    accepted: Decimal
    refused: Decimal
    missing: Decimal
    reason: str | None
    evidence: tuple[str, ...] = ()
    return_lot: str | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """One act as it was stored. `claimed_at` is the party's own word; `body` what it said, JSON."""

    number: int
    handover: int
    party: int
    act: Act
    act_id: str | None
    claimed_at: datetime
    received_at: datetime
    caller: str
    submission: str | None
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Check:
    """A finding as it was stored, with what it rests on."""

    act: int
    finding: Finding
    version: str
    instrument: str | None
    calibrated_until: str | None
    uncertainty: int | None
    photos: tuple[str, ...]
    note: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer that counts: there is one for each handover. `choice` and `choice_reason`: doubtful goods
    were let in knowingly.
    """

    state: State
    act: int
    party: int
    caller: str
    claimed_at: datetime
    received_at: datetime
    choice: str | None
    choice_reason: str | None
    results: tuple[LineResult, ...]


@dataclass(frozen=True, slots=True)
class Handover:
    """An offer and what came of it. `returns`: the id of the handover of which this brings a part back."""

    number: int
    id: str
    sender: int
    receiver: int
    returns: str | None
    reference: str | None
    seal: str | None
    note: str | None
    offered_at: datetime
    received_at: datetime
    departed_at: datetime | None
    lines: tuple[Line, ...]
    outcome: Outcome | None
    is_disputed: bool

    @property
    def state(self) -> State:
        if self.outcome is not None:
            return self.outcome.state
        return State.OFFERED if self.departed_at is None else State.DEPARTED

    def line(self, number: int) -> Line:
        return self.lines[number - 1]
