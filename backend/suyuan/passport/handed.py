"""What both hands said when a lot changed hands: figures, and the rules' answers, from what they signed.

Shown is what the public events say. The rules' answers are stored beside them and an event signs only their
hash, so they are shown while that hash is theirs; notes, photos, instruments and people never are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from suyuan.handovers import queries
from suyuan.handovers.documents import checks_hash
from suyuan.handovers.model import REASONS, Act, Handover
from suyuan.handovers.rules.model import SEVERITY, Finding, Verdict
from suyuan.kernel.identity import NotAnIdentifier, identify
from suyuan.passport.model import Figures, Handed, Step, Vouch

MEMBER = "suyuan:handover"
#: Handovers of one lot that its page tells about; one that changes hands more often is no food.
_MOST = 200

_ANSWERS = frozenset({Act.ACCEPT, Act.REFUSE})
_JUDGED = _ANSWERS | {Act.MEASURE}
_AMOUNT = re.compile(r"\d{1,18}(?:\.\d{1,6})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Said:
    """One step's word about a handover that the step's party takes part in."""

    place: int
    handover: Handover
    act: Act
    told: Mapping[str, Any]


def with_handovers(
    conn: Connection, uri: str, steps: Sequence[Step], told: Mapping[str, Mapping[str, Any]]
) -> list[Step]:
    """The steps of the lot `uri`, with what they say of handovers; `told` are the public events by their hash
    as 0x text.
    """
    found, shown = list(_said(conn, steps, told)), list(steps)
    for each in found:
        if each.act in _JUDGED:
            shown[each.place] = replace(shown[each.place], handed=_judged(conn, uri, each))
    for each in found:
        if each.act in _ANSWERS:
            answer = _answer_to(each, found, steps)
            shown[each.place] = _answered(shown[each.place], uri, each, answer, steps)
        elif each.act is Act.ANSWER and each.told.get("agrees") is False:
            own = _figures(each.told, uri)
            shown[each.place] = replace(shown[each.place], handed=Handed(Vouch.SELF, sender=own))
    return shown


def _said(conn: Connection, steps: Sequence[Step], told: Mapping[str, Mapping[str, Any]]) -> Iterator[_Said]:
    """Anybody may name any handover in an event of his own; only its two sides say something of it."""
    saying = [
        (place, event[MEMBER])
        for place, step in enumerate(steps)
        if step.state != "rejected"
        and isinstance((event := told.get(step.event_hash, {})).get(MEMBER), dict)
        and event[MEMBER].get("act") in tuple(Act)
    ]
    ids = dict.fromkeys(str(each.get("id"))[:36] for _, each in saying)
    found = {each.id: each for each in queries.named(conn, list(ids)[:_MOST])}
    for place, member in saying:
        handover, act = found.get(str(member.get("id"))), Act(member["act"])
        if handover is None:
            continue
        side = handover.sender if act is Act.ANSWER else handover.receiver
        if steps[place].party.number == side and act in {*_JUDGED, Act.ANSWER}:
            yield _Said(place, handover, act, member)


def _answer_to(said: _Said, found: Sequence[_Said], steps: Sequence[Step]) -> _Said | None:
    """The sender's last word on it."""
    its = [each for each in found if each.act is Act.ANSWER and each.handover.id == said.handover.id]
    return max(its, key=lambda each: (steps[each.place].happened, each.place), default=None)


def _answered(step: Step, uri: str, said: _Said, answer: _Said | None, steps: Sequence[Step]) -> Step:
    receiver = _figures(said.told, uri)
    agrees = None if answer is None else answer.told.get("agrees") is True
    own = _figures(answer.told, uri) if answer is not None and not agrees else None
    is_whole = receiver is not None and (receiver.refused, receiver.missing) == ("0", "0")
    is_final = answer is not None and steps[answer.place].recorded is not None and step.recorded is not None
    both = (is_whole and step.vouch is Vouch.BOTH and agrees is None) or (agrees is True and is_final)
    handed = step.handed or Handed()
    vouch = Vouch.BOTH if both else Vouch.SELF
    return replace(step, handed=replace(handed, vouch=vouch, receiver=receiver, sender=own, agrees=agrees))


def _figures(told: Mapping[str, Any], uri: str) -> Figures | None:
    """What a statement says of this lot; None when it says nothing that could be shown."""
    lines = told.get("lines")
    for each in lines if isinstance(lines, list) else ():
        if not isinstance(each, dict) or not _is(each.get("lot"), uri):
            continue
        sent, accepted, refused, missing = (
            str(each.get(name)) for name in ("sent", "accepted", "refused", "missing")
        )
        if all(_AMOUNT.fullmatch(text) for text in (sent, accepted, refused, missing)):
            unit, reason = str(each.get("uom", "EA"))[:20], str(each.get("reason"))
            shown = "" if unit == "EA" else unit
            return Figures(sent, accepted, refused, missing, shown, reason if reason in REASONS else "")
    return None


def _is(text: object, uri: str) -> bool:
    try:
        return isinstance(text, str) and identify(text).uri == uri
    except NotAnIdentifier:
        return False


def _judged(conn: Connection, uri: str, said: _Said) -> Handed:
    """The rules' answers under the hash that was signed; none of them when the stored ones have another."""
    signed = said.told.get("checks")
    if signed is None:
        return Handed()
    stored: dict[int, list[Finding]] = {}
    for check in queries.checks_of(conn, queries.acts_of(conn, said.handover)):
        stored.setdefault(check.act, []).append(check.finding)
    found = next((each for each in stored.values() if checks_hash(each) == signed), None)
    if found is None:
        return Handed(unproven=True)
    its = {line.line for line in said.handover.lines if line.uri == uri} | {None}
    worst: dict[str, Verdict] = {}
    for each in found:
        if each.line in its and SEVERITY[each.verdict] >= SEVERITY[worst.get(each.rule, Verdict.PASS)]:
            worst[each.rule] = each.verdict
    limit = next((each.limit for each in found if each.rule == "HA6" and each.line in its), "")
    return Handed(limit=limit, rules=_grouped(worst))


def _grouped(worst: Mapping[str, Verdict]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """(verdict, rules), the gravest first."""
    verdicts = sorted(set(worst.values()), key=lambda each: -SEVERITY[each])
    return tuple((str(each), tuple(rule for rule in worst if worst[rule] is each)) for each in verdicts)
