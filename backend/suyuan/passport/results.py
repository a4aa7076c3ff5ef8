"""Test reports and inspections of a lot as its page shows them, read from their events; failed ones first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from suyuan.inspections.members import read, record_kind
from suyuan.inspections.model import Comparator, Examination, Item, RecordKind, Verdict
from suyuan.inspections.rules import failed, judged
from suyuan.passport.model import Result, ResultItem, Step

#: Results of one report that a page shows; the event has them all.
_MOST_ITEMS = 40
_SIGNS = {Comparator.AT_MOST: "≤", Comparator.AT_LEAST: "≥", Comparator.IS: "="}


def results(steps: Sequence[Step], told: Mapping[str, Mapping[str, Any]]) -> tuple[Result, ...]:
    """One for each step that tells a record; `told` are the public events by their hash as 0x text."""
    found = []
    for place, step in enumerate(steps):
        event = told.get(step.event_hash, {})
        kind = record_kind(event)
        if kind is None or step.state == "rejected":
            continue
        record, _ = read(event[kind.member], kind)
        if record is not None:
            found.append(_result(place, step, kind, record))
    later = {each.corrects: each.place for each in found if each.corrects}
    own = {each.place: steps[each.place].party.number for each in found}
    shown = [
        each if own.get(later.get(steps[each.place].event_id, -1)) != own[each.place] else each.superseded()
        for each in found
    ]
    return tuple(sorted(shown, key=lambda each: (not each.failed, each.place)))


def _result(place: int, step: Step, kind: RecordKind, record: Examination) -> Result:
    items = sorted((_item(each) for each in record.items), key=lambda each: each.verdict != "fail")
    return Result(
        place=place,
        party=step.party,
        vouch=step.vouch,
        is_test=kind is RecordKind.TEST,
        number=record.number,
        standard=record.standard,
        accreditations=tuple(f"{each.scheme} {each.number}" for each in record.accreditations),
        file=record.file.hash if record.file else "",
        failed=failed(record),
        verdict=str(record.verdict),
        items=tuple(items[:_MOST_ITEMS]),
        more=max(len(items) - _MOST_ITEMS, 0),
        corrects=record.corrects,
    )


def _item(each: Item) -> ResultItem:
    """With the verdict that its own figures give, where they refute the stated one."""
    own = judged(each)
    stated = each.verdict
    return ResultItem(
        item=each.item,
        result=f"{each.result} {each.unit}".strip(),
        limit=_limit(each),
        verdict=str(Verdict.FAIL if own is Verdict.FAIL else stated),
        contradicts=Verdict.NONE not in (own, stated) and own is not stated,
    )


def _limit(each: Item) -> str:
    if each.comparator is Comparator.BETWEEN:
        return f"{each.limit} – {each.limit_to}"
    if each.comparator is None or each.comparator is Comparator.NOT_DETECTED:
        return each.limit
    return f"{_SIGNS.get(each.comparator, str(each.comparator))} {each.limit}"
