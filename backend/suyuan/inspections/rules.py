"""What a record's own words say: results against limits, verdicts against results, dates against each other.

Pure. Nothing is refused here; docs/formats/inspection.md lists the codes. Decimals are compared as decimals.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from suyuan.inspections.model import (
    Comparator,
    Examination,
    Finding,
    Item,
    RecordKind,
    Scheme,
    Verdict,
)

NOT_DETECTED = frozenset({"未检出", "nd", "n.d.", "not detected", "none detected"})

_NUMBER = re.compile(r"-?\d{1,30}(\.\d{1,30})?")
_LESS = re.compile(r"[<＜]\s*(.+)")
_FORMS = {Scheme.CMA: re.compile(r"\d{12}"), Scheme.CNAS: re.compile(r"(CNAS\s*)?L\d{4,5}")}
_UPPER = (Comparator.AT_MOST, Comparator.BELOW)
_LOWER = (Comparator.AT_LEAST, Comparator.ABOVE)
_PERCENT = frozenset({"%", "％", "g/100g", "g/100 g"})
_MAY_BE_NEGATIVE = frozenset({"℃", "°C", "°c", "C", "CEL", "℉", "°F", "K", "1", "%RH", "mV", "°Z", "d", "h"})
_MOST_PH = 14


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known besides the record: the lot number of the event's lot, the date on which the lot began,
    the event's date, and other lots of which the same report number was told.
    """

    lot: str = ""
    began: date | None = None
    happened: date | None = None
    elsewhere: tuple[str, ...] = ()


def judged(item: Item) -> Verdict:
    """What result and limit say by themselves; NONE where they say nothing."""
    result = item.result.strip()
    if result.casefold() in NOT_DETECTED:
        return _of_nothing(item)
    less = _LESS.fullmatch(result)
    if less:
        return _of_less(item, number(less[1]))
    value = number(result)
    return _of_text(item, result) if value is None else _of_number(item, value)


def _of_number(item: Item, value: Decimal) -> Verdict:
    if item.comparator is Comparator.NOT_DETECTED:
        return Verdict.FAIL
    if item.comparator is Comparator.BETWEEN:
        low, high = number(item.limit), number(item.limit_to)
        return Verdict.NONE if low is None or high is None else _verdict(good=low <= value <= high)
    limit = number(item.limit)
    if item.comparator is None or limit is None:
        return Verdict.NONE
    return _verdict(good=_meets(value, item.comparator, limit))


def _meets(value: Decimal, comparator: Comparator, limit: Decimal) -> bool:
    return {
        Comparator.AT_MOST: value <= limit,
        Comparator.BELOW: value < limit,
        Comparator.AT_LEAST: value >= limit,
        Comparator.ABOVE: value > limit,
    }.get(comparator, value == limit)


def _of_nothing(item: Item) -> Verdict:
    """未检出: as little as can be seen, below every limit that means anything."""
    if item.comparator is Comparator.NOT_DETECTED:
        return Verdict.PASS
    bound = number(item.detection_limit)
    if bound is not None:
        return _of_less(item, bound)
    limit = number(item.limit)
    if limit is None:
        return _of_text(item, item.result.strip())
    if item.comparator in _UPPER:
        return Verdict.PASS
    return Verdict.FAIL if item.comparator in _LOWER and limit > 0 else Verdict.NONE


def _of_less(item: Item, bound: Decimal | None) -> Verdict:
    """Somewhere from nothing to below `bound`."""
    if item.comparator is Comparator.NOT_DETECTED:
        return Verdict.PASS
    limit = number(item.limit)
    if bound is None or limit is None:
        return Verdict.NONE
    if item.comparator in _UPPER and bound <= limit:
        return Verdict.PASS
    if item.comparator in (*_LOWER, Comparator.BETWEEN) and bound <= limit:
        return Verdict.FAIL
    return Verdict.NONE


def _of_text(item: Item, result: str) -> Verdict:
    if item.comparator is Comparator.IS and item.limit:
        return Verdict.PASS if result == item.limit.strip() else Verdict.NONE
    return Verdict.NONE


def _verdict(*, good: bool) -> Verdict:
    return Verdict.PASS if good else Verdict.FAIL


def number(text: str) -> Decimal | None:
    """The decimal that a text writes; None for anything else."""
    if not _NUMBER.fullmatch(text.strip()):
        return None
    try:
        return Decimal(text.strip())
    except InvalidOperation:  # pragma: no cover - the form allows none
        return None


def failed(record: Examination) -> bool:
    """Whether it says that something is wrong, or its own figures do."""
    return record.verdict is Verdict.FAIL or any(
        item.verdict is Verdict.FAIL or judged(item) is Verdict.FAIL for item in record.items
    )


def findings(record: Examination, around: Surroundings) -> list[Finding]:
    """Everything that does not fit, in the order of the record."""
    return [
        *_of_verdict(record),
        *(each for place, item in enumerate(record.items) for each in _of_item(place, item)),
        *_of_items(record),
        *_of_accreditations(record),
        *_of_report(record, around),
    ]


def _of_verdict(record: Examination) -> Iterator[Finding]:
    says = [Verdict.FAIL if judged(item) is Verdict.FAIL else item.verdict for item in record.items]
    is_mixed = record.verdict is Verdict.PASS and Verdict.FAIL in says
    if is_mixed or (record.verdict is Verdict.FAIL and set(says) == {Verdict.PASS}):
        yield Finding("verdict.contradiction", None, (str(record.verdict),))


def _of_item(place: int, item: Item) -> Iterator[Finding]:
    found = judged(item)
    if Verdict.NONE not in (found, item.verdict) and found is not item.verdict:
        yield Finding("item.contradiction", place, (item.item, item.result, str(item.verdict)))
    if found is Verdict.NONE and _is_below_unknown(item):
        yield Finding("item.undecided", place, (item.item, item.result, item.limit))
    value = number(item.result)
    if value is not None and not _fits_unit(value, item):
        yield Finding("item.unit", place, (item.item, item.result, item.unit))


def _is_below_unknown(item: Item) -> bool:
    is_bound = bool(_LESS.fullmatch(item.result.strip())) or item.result.strip().casefold() in NOT_DETECTED
    return is_bound and item.comparator in _UPPER and number(item.limit) is not None


def _fits_unit(value: Decimal, item: Item) -> bool:
    unit = item.unit.strip()
    if item.item.strip().casefold().startswith("ph"):
        return 0 <= value <= _MOST_PH
    if not unit or (unit in _PERCENT and value > 100):
        return False
    return value >= 0 or unit in _MAY_BE_NEGATIVE


def _of_items(record: Examination) -> Iterator[Finding]:
    seen: dict[tuple[str, str], str] = {}
    for place, item in enumerate(record.items):
        before = seen.setdefault((item.item, item.method), item.result)
        if before != item.result:
            yield Finding("item.repeated", place, (item.item, before, item.result))
    told = {item.item.strip() for item in record.items}
    for name in record.requested:
        if name.strip() not in told:
            yield Finding("item.missing", None, (name,))


def _of_accreditations(record: Examination) -> Iterator[Finding]:
    if record.kind is not RecordKind.TEST:
        return
    if not record.accreditations:
        yield Finding("accreditation.missing")
    day = record.sample.taken if record.sample else None
    for each in record.accreditations:
        if not _FORMS[each.scheme].fullmatch(each.number):
            yield Finding("accreditation.form", None, (str(each.scheme), each.number))
        ended = day and each.valid_until and day > each.valid_until
        early = day and each.valid_from and day < each.valid_from
        if ended or early:
            until = each.valid_until if ended else each.valid_from
            yield Finding("accreditation.expired", None, (each.number, str(until), str(day)))


def _of_report(record: Examination, around: Surroundings) -> Iterator[Finding]:
    sample, issued = record.sample, record.issued
    if sample and sample.taken:
        late = around.happened and sample.taken > around.happened
        if (issued and issued < sample.taken) or late:
            yield Finding("report.dates", None, (str(sample.taken), str(issued)))
        if around.began and sample.taken < around.began:
            yield Finding("report.before_lot", None, (str(sample.taken), str(around.began)))
    if sample and sample.lot and around.lot and sample.lot != around.lot:
        yield Finding("report.other_lot", None, (sample.lot, around.lot))
    if around.elsewhere:
        yield Finding("report.reused", None, (record.number, *around.elsewhere))
