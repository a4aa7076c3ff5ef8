"""Contradictions: accepted, recorded, and shown beside what they contradict."""

from __future__ import annotations

from collections.abc import Iterable

from suyuan.lots.balance import Excess, Totals, excess_output, excess_use
from suyuan.lots.model import Contradiction, Transformation

#: A transformation whose output is one of its inputs: the lot keeps its identity and gets no edge to itself.
REUSED = "lot.reused"
#: A transformation that gives more of a unit than went in.
HEAVIER = "transformation.heavier"
#: More of a lot was used than is known to exist.
OVERDRAWN = "lot.overdrawn"
#: Somebody told what went into a container or came out of it, and it was another's goods.
FOREIGN = "container.foreign"


def reused(lot_id: bytes, event_hash: bytes) -> Contradiction:
    return Contradiction(lot_id, REUSED, event_hash, {})


def foreign(container: bytes, event_hash: bytes) -> Contradiction:
    """Stands at the container, never at the goods: a stranger must not be able to mark another's lot."""
    return Contradiction(container, FOREIGN, event_hash, {})


def heavier(outputs: Iterable[bytes], transformation: Transformation, totals: Totals) -> list[Contradiction]:
    """One per output lot when the outputs outweigh the inputs; `totals` are the transformation's, all
    parts of it.
    """
    excess = excess_output(totals)[:1]
    return [
        Contradiction(
            lot_id,
            HEAVIER,
            transformation.event_hash,
            _facts(each, "outputs", "inputs"),
            process=transformation.key,
        )
        for each in excess
        for lot_id in outputs
    ]


def overdrawn(lot_id: bytes, event_hash: bytes, totals: Totals) -> list[Contradiction]:
    """At most one: the first unit in which more was used than is known; `totals` are the lot's so far.

    Never stored: what is told later may settle it.
    """
    return [
        Contradiction(lot_id, OVERDRAWN, event_hash, _facts(excess, "used", "known"))
        for excess in excess_use(totals)[:1]
    ]


def _facts(excess: Excess, more: str, than: str) -> dict[str, str]:
    return {"uom": excess.uom, more: format(excess.more, "f"), than: format(excess.than, "f")}
