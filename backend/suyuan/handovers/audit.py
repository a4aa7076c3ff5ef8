"""Handovers against the journal: what the rows say of an act, against the event that its party signed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from sqlalchemy import Connection, select

from suyuan.anchoring.audit_state import Difference
from suyuan.handovers import repository
from suyuan.handovers import tables as t
from suyuan.handovers.amounts import state_of
from suyuan.handovers.documents import checks_hash, goods, statement
from suyuan.handovers.model import Act, Done, Handover, State
from suyuan.journal.queries import events_of_submission
from suyuan.parties.queries import parties_by_number

Event = Mapping[str, Any]

_PAGE = 200
#: Acts whose event holds the hash of the rules' answers.
_JUDGED = (Act.MEASURE, Act.ACCEPT, Act.REFUSE)
_ANSWERS = (Act.ACCEPT, Act.REFUSE)


def audit_handovers(conn: Connection) -> Iterator[Difference]:
    """Every difference, named by its row. What stands in no event (notes, who acted) is not compared."""
    last = 0
    while True:
        its = select(t.handovers.c.number).where(t.handovers.c.number > last)
        numbers = list(conn.execute(its.order_by(t.handovers.c.number).limit(_PAGE)).scalars())
        for found in reversed(repository.handovers_where(conn, t.handovers.c.number.in_(numbers))):
            yield from _handover(conn, found)
        if len(numbers) < _PAGE:
            return
        last = numbers[-1]


def _handover(conn: Connection, found: Handover) -> Iterator[Difference]:
    name = f"handovers_handovers {found.number}"
    done = repository.acts_where(conn, t.acts.c.handover == found.number)
    if not done or done[0].act is not Act.OFFER:
        yield Difference(name, "has no act that offered it")
    for act in done:
        told = _events(conn, found, act)
        if not told:
            yield Difference(f"handovers_acts {act.number}", "no event of its submission says so")
            continue
        if act.act is Act.OFFER:
            yield from _offer(conn, name, found, act, told)
        if act.act in _JUDGED:
            yield from _checks(conn, act, told)
    yield from _outcome(conn, found, done)


def _events(conn: Connection, found: Handover, act: Done) -> list[Event]:
    """The events in which the act's party tells of this handover; an acceptance may refuse some lines."""
    names = _ANSWERS if act.act in _ANSWERS else (act.act,)
    told = []
    for each in events_of_submission(conn, act.submission or ""):
        event = orjson.loads(each.public)
        member = event.get("suyuan:handover")
        if each.party == act.party and isinstance(member, dict) and member.get("id") == found.id:
            told += [event] if member.get("act") in names else []
    return told


def _offer(
    conn: Connection, name: str, found: Handover, act: Done, told: list[Event]
) -> Iterator[Difference]:
    named = goods((line, line.quantity) for line in found.lines)
    if any(told[0].get(member) != named.get(member) for member in ("epcList", "quantityList")):
        yield Difference(name, "lines are not what was offered")
    receiver = parties_by_number(conn, [found.receiver]).get(found.receiver)
    ends = [each.get("destination") for each in told[0].get("destinationList", [])]
    if act.party != found.sender or receiver is None or receiver.uri not in ends:
        yield Difference(name, "sender or receiver is not that of the offer")


def _checks(conn: Connection, act: Done, told: list[Event]) -> Iterator[Difference]:
    stored = [each.finding for each in repository.checks_of(conn, [act.number])]
    ours = checks_hash(stored) if stored else None
    if any(event["suyuan:handover"].get("checks") != ours for event in told):
        yield Difference(f"handovers_checks of act {act.number}", "are not those that were signed")


def _outcome(conn: Connection, found: Handover, done: list[Done]) -> Iterator[Difference]:
    where = f"handovers_outcomes {found.number}"
    ending = [each for each in done if each.act in (*_ANSWERS, Act.WITHDRAW)]
    outcome = found.outcome
    if outcome is None or not ending or ending[-1].number != outcome.act:
        if outcome is not None or ending:
            yield Difference(where, "does not rest on the act that ended it")
        return
    act = ending[-1]
    if act.act is Act.WITHDRAW:
        if outcome.state is not State.WITHDRAWN:
            yield Difference(where, "state is not what the act says")
        return
    told = [line for event in _events(conn, found, act) for line in event["suyuan:handover"].get("lines", [])]
    lines = {each.line for each in outcome.results}
    if lines != {each.line for each in found.lines}:
        yield Difference(f"handovers_results {found.number}", "does not answer each line once")
        return
    ours = statement(found.id, act.act, found, outcome.results)["lines"]
    if sorted(ours, key=_lot) != sorted(told, key=_lot):
        yield Difference(f"handovers_results {found.number}", "figures are not those that were signed")
    if outcome.state is not state_of(outcome.results):
        yield Difference(where, "state is not what the act says")


def _lot(line: Mapping[str, Any]) -> str:
    return str(line["lot"])
