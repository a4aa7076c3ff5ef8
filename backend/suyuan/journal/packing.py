"""Whose word counts for what lies in a container (docs/formats/kinds.md, section 5), and whom a container's
journey is about.

Nobody can say whose a container is: numbers are free to write. So each thing in it stays its holder's: others
can neither take it out nor send it away, and what others put beside it goes nowhere with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from suyuan.journal.event import TraceEvent
from suyuan.journal.kinds import Intent
from suyuan.journal.targets import Target, changes_of
from suyuan.lots.model import Change
from suyuan.lots.working_set import WorkingSet

_GIVING = frozenset({Intent.OFFER, Intent.SELL, Intent.DISPOSE})
_TAKING = frozenset({Intent.TAKE, Intent.TURN_DOWN, Intent.CONSUME})


def believed(
    event: TraceEvent, event_hash: bytes, party: int, lots: WorkingSet
) -> tuple[list[Change], list[Change]]:
    """Changes of contents that the party can tell of, and those that are another's. Ask before the event's
    own entries are recorded.
    """
    taken: list[Change] = []
    foreign: list[Change] = []
    for change in changes_of(event, event_hash):
        if change.child is None:
            yes, no = _emptied(change, party, lots)
            taken += yes
            foreign += no
        else:
            (taken if _may_tell(change, change.child, party, lots) else foreign).append(change)
    return taken, foreign


def _may_tell(change: Change, child: bytes, party: int, lots: WorkingSet) -> bool:
    """Putting in: who wrote about it before, or tells of it first. Taking out: who holds it or it is offered
    to, or who held it at that time.
    """
    inside = lots.reached(child, change.at)
    if inside == [child] and not lots.state(child).count:
        return True
    if change.added:
        return any(lots.has_touched(party, each) or _has(party, each, lots) for each in inside)
    return all(lots.has_held(party, each, change.at) for each in inside)


def _has(party: int, lot_id: bytes, lots: WorkingSet) -> bool:
    state = lots.state(lot_id)
    return party in (state.custodian, state.offered_to)


def _emptied(change: Change, party: int, lots: WorkingSet) -> tuple[list[Change], list[Change]]:
    """Everything comes out: of what lies in it, that which the party can tell of."""
    inside = [replace(change, child=child) for child in lots.directly_in(change.container, change.at)]
    yes = [each for each in inside if each.child and _may_tell(each, each.child, party, lots)]
    no = [each for each in inside if each not in yes]
    return ([change] if inside and not no else yes), no


def own_part(
    targets: Iterable[Target], named: dict[str, bytes], party: int, lots: WorkingSet
) -> tuple[list[Target], list[Target]]:
    """The targets without what lies in a container and is a stranger's; and what was left out. `named`: what
    the event names, by pointer.

    What is given away is the party's own: a container in which all is a stranger's stands for itself. What
    is taken or used is all that lies there, unless some of it is the party's or offered to it.
    """
    listed = list(targets)
    if all(named.get(each.pointer, each.lot_id) == each.lot_id for each in listed):
        return listed, []
    own = {each.pointer for each in listed if _has(party, each.lot_id, lots)}
    kept: dict[Target, None] = {}
    out: list[Target] = []
    whole: dict[str, Target] = {}
    for each in listed:
        container = named.get(each.pointer, each.lot_id)
        parted = each.intent in _GIVING or (each.intent in _TAKING and each.pointer in own)
        known = lots.has_touched(party, each.lot_id) or _has(party, each.lot_id, lots)
        if parted and container != each.lot_id and not known:
            out.append(each)
            whole.setdefault(each.pointer, replace(each, lot_id=container))
        else:
            kept[each] = None
    served = {each.pointer for each in kept}
    kept |= {each: None for pointer, each in whole.items() if pointer not in served}
    return list(kept), out
