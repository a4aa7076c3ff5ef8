"""Whose events are whose: a document becomes one submission for each party that tells of something in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from suyuan.access.model import Caller
from suyuan.journal.directory import Directory
from suyuan.journal.errors import DocumentRefused
from suyuan.journal.model import CapturedEvent, Share
from suyuan.journal.validation import MAX_FAULTS
from suyuan.kernel.errors import Fault

Moment = tuple[datetime, int]


def split(
    events: Sequence[CapturedEvent], directory: Directory, caller: Caller, default: int | None
) -> list[Share]:
    """Shares in the order in which they are recorded; each share's events by time, then by place in the
    document.

    An event belongs to the party that its `cbvmda:informationProvider` names, else to `default`. Raises
    DocumentRefused with a fault for each event whose party is unknown or not the caller's.
    """
    faults: list[Fault] = []
    shares: dict[int, Share] = {}
    for each in events:
        number = _teller(each, directory, default, faults)
        if number and not caller.acts_for(number):
            fix = "send it with that party's own token, or as the platform's registrar"
            message = f"the event is told by party {number}, for whom you may not speak"
            faults.append(Fault(each.event.pointer, "party.not_yours", message, fix))
        elif number:
            shares.setdefault(number, Share(directory.parties[number], [])).events.append(each)
    if faults:
        raise DocumentRefused(faults[:MAX_FAULTS])
    for share in shares.values():
        share.events.sort(key=lambda each: (each.event.time, each.event.place))
    return in_order(list(shares.values()))


def _teller(each: CapturedEvent, directory: Directory, default: int | None, faults: list[Fault]) -> int:
    event = each.event
    if event.provider is None:
        if default:
            return default
        fix = "give cbvmda:informationProvider, or name the party: suyuan submit --as, in HTTP ?as="
        faults.append(Fault(event.pointer, "party.missing", "the event does not say who tells of it", fix))
        return 0
    number = directory.number(event.provider)
    if not number:
        member = next(name for name, value in event.raw.items() if value == event.provider)
        fix = "have the party registered first (the registrar can with --onboard)"
        message = f"no party with the identifier {event.provider} is registered"
        faults.append(Fault(f"{event.pointer}/{member}", "party.unknown", message, fix))
    return number


def in_order(shares: Sequence[Share]) -> list[Share]:
    """By each share's earliest event, but a party that had a thing before another comes before that other
    where that is possible: so a lot is opened by who made it, and not by who got it.
    """
    if len(shares) < 2:
        return list(shares)
    before = _before(shares)
    waiting = {share.party.number: share for share in shares}
    ordered: list[Share] = []
    while waiting:
        ready = [share for number, share in waiting.items() if not before[number] & waiting.keys()]
        # When nobody is ready, each had something of another's first; then time alone decides.
        following = min(ready or waiting.values(), key=_earliest)
        ordered.append(waiting.pop(following.party.number))
    return ordered


def _earliest(share: Share) -> Moment:
    return share.events[0].event.time, share.events[0].event.place


def _before(shares: Sequence[Share]) -> dict[int, set[int]]:
    """Party -> parties that had one of its things earlier."""
    first: dict[bytes, list[tuple[Moment, int]]] = {}
    for share in shares:
        own: dict[bytes, Moment] = {}
        for each in share.events:
            for thing in each.event.all_things():
                own.setdefault(thing.lot_id, (each.event.time, each.event.place))
        for lot_id, when in own.items():
            first.setdefault(lot_id, []).append((when, share.party.number))
    found: dict[int, set[int]] = {share.party.number: set() for share in shares}
    for tellers in first.values():
        earliest = min(tellers)[1]
        for _, number in tellers:
            if number != earliest:
                found[number].add(earliest)
    return found
