"""What the demo's laboratory and inspectors found, in the members of docs/formats/inspection.md."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from suyuan.demo.events import CHINA, Amount, Event
from suyuan.demo.people import LABORATORY, Site
from suyuan.inspections.event import Occasion, event_of
from suyuan.inspections.model import (
    Accreditation,
    Comparator,
    Examination,
    Item,
    RecordKind,
    Sample,
    Scheme,
    Stage,
    Verdict,
)

#: Its number, and the standard that it judges by.
Paper = tuple[str, str]

_CMA = Accreditation(Scheme.CMA, "231020340117")
_PASS = Verdict.PASS


def at_most(item: str, method: str, result: str, limit: str, unit: str = "mg/kg") -> Item:
    """A result that keeps its limit."""
    return Item(item, result, _PASS, method, unit, Comparator.AT_MOST, limit)


def at_least(item: str, result: str, limit: str, unit: str) -> Item:
    return Item(item, result, _PASS, unit=unit, comparator=Comparator.AT_LEAST, limit=limit)


def absent(item: str, method: str) -> Item:
    """Not found, where none is allowed."""
    return Item(item, "未检出", _PASS, method, comparator=Comparator.NOT_DETECTED)


def as_should_be(item: str, result: str) -> Item:
    """What is looked at and not measured."""
    return Item(item, result, _PASS)


def tested(
    when: datetime, site: Site, amounts: Sequence[Amount], paper: Paper, items: Sequence[Item]
) -> Event:
    """The laboratory's report, issued at `when` about a sample of the same day."""
    number, standard = paper
    day = when.astimezone(CHINA).date()
    one = amounts[0][0].rpartition("/")[2] if len(amounts) == 1 else ""
    sample = Sample(f"{number}-1", day, place=site.city, lot=one)
    record = Examination(
        RecordKind.TEST,
        number,
        _PASS,
        tuple(items),
        standard=standard,
        issued=day,
        sample=sample,
        accreditations=(_CMA,),
    )
    return _told(record, when, LABORATORY.site, amounts)


def inspected(
    when: datetime, site: Site, amounts: Sequence[Amount], paper: Paper, items: Sequence[Item]
) -> Event:
    """An inspector's final check."""
    number, standard = paper
    record = Examination(
        RecordKind.INSPECTION, number, _PASS, tuple(items), standard=standard, stage=Stage.FINAL
    )
    return _told(record, when, site, amounts)


def _told(record: Examination, when: datetime, site: Site, amounts: Sequence[Amount]) -> Event:
    lots = [
        event_of(record, Occasion(lot, when, quantity=Decimal(str(amount)), uom=unit, site=site.uri))
        for lot, amount, unit in amounts
    ]
    return {**lots[0], "quantityList": [each["quantityList"][0] for each in lots]}
