"""A submission as its page tells it: how far it has come, why it was refused, and its entries."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection

from suyuan.anchoring.model import Operation, State
from suyuan.anchoring.queries import entries_of_reference
from suyuan.journal.queries import SubmissionState
from suyuan.kernel.hashing import to_hex
from suyuan.parties.queries import parties_by_number
from suyuan.portal.goods import Goods, goods_by_id

#: How a state looks; the words stand in submissions.state.
TONES = {
    State.RECEIVED: "wait",
    State.SIGNED: "wait",
    State.SUBMITTED: "wait",
    State.MINED: "calm",
    State.FINAL: "ok",
    State.REJECTED: "bad",
}

#: The way as people follow it: what they call signed includes being sent.
STEPS = ((State.RECEIVED,), (State.SIGNED, State.SUBMITTED), (State.MINED,), (State.FINAL,))

ENTRIES_PER_PAGE = 100

#: The name at the beginning of a refusal, whichever contract it is of: "TraceLedger_NotCustodian(...)".
_REASON = re.compile(r"(?:[A-Za-z]+_)?([A-Z][A-Za-z]+)")


@dataclass(frozen=True, slots=True)
class Way:
    """How far it has come. `reason` names a word of submissions.reason; `refusal` is what the chain said."""

    state: State
    operation: Operation | None
    reason: str
    refusal: str

    @property
    def tone(self) -> str:
        return TONES[self.state]

    @property
    def has_ended(self) -> bool:
        return self.state in {State.FINAL, State.REJECTED}

    @property
    def step(self) -> int:
        """Which of STEPS it is in; those before are behind it."""
        return next((place for place, states in enumerate(STEPS) if self.state in states), -1)


@dataclass(frozen=True, slots=True)
class Line:
    """One entry: what was told of which goods, when it happened, and with whom."""

    kind: str
    at: datetime
    goods: Goods | None
    lot_id: str
    counterparty: dict[str, str] | None


def short(identifier: str) -> str:
    """How people call a submission: the end of its id, since the beginning is the time."""
    return identifier[-8:]


def way_of(found: SubmissionState) -> Way:
    operation = found.operation
    state = operation.state if operation else State.RECEIVED
    refusal = (operation.reason if operation else None) or ""
    named = _REASON.match(refusal)
    return Way(state, operation, named[1] if named else "", refusal)


def lines_of(conn: Connection, identifier: str, first: int) -> list[Line]:
    """The entries from `first` on, in their signed order, at most ENTRIES_PER_PAGE."""
    entries = entries_of_reference(conn, identifier)[first : first + ENTRIES_PER_PAGE]
    goods = goods_by_id(conn, (each.lot_id for each in entries))
    others = parties_by_number(conn, {each.counterparty for each in entries} - {0})
    return [
        Line(
            kind=each.kind.name,
            at=datetime.fromtimestamp(each.occurred_at, UTC),
            goods=goods.get(each.lot_id),
            lot_id=to_hex(each.lot_id),
            counterparty=dict(others[each.counterparty].names) if each.counterparty in others else None,
        )
        for each in entries
    ]
