"""The members of an event that tell a record, read and written. Every fault is reported with its pointer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from suyuan.inspections.model import (
    Accreditation,
    Comparator,
    Examination,
    Item,
    RecordKind,
    ReportFile,
    Sample,
    Scheme,
    Stage,
    Verdict,
)
from suyuan.kernel.errors import Fault

MAX_TEXT = 300
MAX_ITEMS = 500

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_HASH = re.compile(r"0x[0-9a-f]{64}")
_WHOLE = ("number", "verdict", "items", "standard", "requested", "file", "corrects", "remark")
_OF = {
    RecordKind.INSPECTION: frozenset({*_WHOLE, "stage", "inspector"}),
    RecordKind.TEST: frozenset({*_WHOLE, "issued", "sample", "accreditations"}),
}
_ITEM = frozenset(
    {
        "item",
        "result",
        "verdict",
        "method",
        "unit",
        "comparator",
        "limit",
        "limitTo",
        "detectionLimit",
    }
)
_RESERVED = frozenset({"_sd"})  # digests of confidential members

_Word = TypeVar("_Word", bound=StrEnum)
_Value = TypeVar("_Value")


def record_kind(event: Mapping[str, Any]) -> RecordKind | None:
    """Which record an event tells; None for none. One that has both members tells a test report."""
    return next((kind for kind in (RecordKind.TEST, RecordKind.INSPECTION) if kind.member in event), None)


def read(value: object, kind: RecordKind, pointer: str = "") -> tuple[Examination | None, list[Fault]]:
    """The record that a member's value tells, or every fault of it. What stands as a digest is left out."""
    reader = _Reader()
    if not isinstance(value, Mapping):
        return None, [Fault(pointer, "record.form", "this is no record", "give an object with its members")]
    reader.known(value, _OF[kind], pointer)
    found = Examination(
        kind=kind,
        number=reader.text(value, "number", pointer, needed=True),
        verdict=reader.word(value, "verdict", pointer, Verdict, Verdict.NONE),
        items=reader.items(value.get("items"), f"{pointer}/items"),
        standard=reader.text(value, "standard", pointer),
        requested=reader.listed(value.get("requested"), f"{pointer}/requested"),
        file=reader.file(value.get("file"), f"{pointer}/file"),
        corrects=reader.text(value, "corrects", pointer),
        remark=reader.text(value, "remark", pointer),
        stage=reader.stage(value, pointer) if kind is RecordKind.INSPECTION else None,
        inspector=reader.text(value, "inspector", pointer),
        issued=reader.day(value, "issued", pointer, needed=kind is RecordKind.TEST),
        sample=reader.sample(value, pointer) if kind is RecordKind.TEST else None,
        accreditations=reader.accreditations(value.get("accreditations"), f"{pointer}/accreditations"),
    )
    return (None, reader.faults) if reader.faults else (found, [])


class _Reader:
    """Reads members and gathers the faults."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def fault(self, pointer: str, code: str, message: str, fix: str) -> None:
        self.faults.append(Fault(pointer, f"record.{code}", message, fix))

    def known(self, value: Mapping[str, Any], members: Iterable[str], pointer: str) -> None:
        for name in sorted(set(value) - set(members) - _RESERVED):
            self.fault(f"{pointer}/{name}"[:400], "member", f"{name[:80]} is no member of it", "leave it out")

    def text(self, value: Mapping[str, Any], name: str, pointer: str, *, needed: bool = False) -> str:
        found = value.get(name)
        if found is None:
            if needed:
                self.fault(f"{pointer}/{name}", "missing", f"{name} is missing", "give it as a text")
            return ""
        if not isinstance(found, str) or len(found) > MAX_TEXT or (needed and not found.strip()):
            fix = f"give a text of at most {MAX_TEXT} characters; a number as a text, too"
            self.fault(f"{pointer}/{name}", "text", f"{name} is no such text", fix)
            return ""
        return found.strip()

    def word(
        self, value: Mapping[str, Any], name: str, pointer: str, words: type[_Word], default: _Word
    ) -> _Word:
        try:
            return words(str(value.get(name)))
        except ValueError:
            options = ", ".join(words)
            self.fault(f"{pointer}/{name}", "word", f"{name} is none of {options}", f"give one of {options}")
            return default

    def day(self, value: Mapping[str, Any], name: str, pointer: str, *, needed: bool = False) -> date | None:
        text = self.text(value, name, pointer, needed=needed)
        if not text:
            return None
        with suppress(ValueError):
            if _DATE.fullmatch(text):
                return date.fromisoformat(text)
        self.fault(f"{pointer}/{name}", "date", f"{name} is no date", "give YYYY-MM-DD")
        return None

    def _each(self, value: object, pointer: str, read: Callable[[Any, str], _Value | None]) -> list[_Value]:
        if value is None:
            return []
        if not isinstance(value, list) or len(value) > MAX_ITEMS:
            self.fault(pointer, "list", f"this is no list of at most {MAX_ITEMS}", "give a list")
            return []
        found = [read(each, f"{pointer}/{at}") for at, each in enumerate(value)]
        return [each for each in found if each is not None]

    def listed(self, value: object, pointer: str) -> tuple[str, ...]:
        return tuple(self._each(value, pointer, lambda each, at: self.text({"": each}, "", at, needed=True)))

    def _object(self, value: object, members: Iterable[str], pointer: str) -> Mapping[str, Any] | None:
        if not isinstance(value, Mapping):
            self.fault(pointer, "form", "this is no object", "give an object with its members")
            return None
        self.known(value, members, pointer)
        return value

    def items(self, value: object, pointer: str) -> tuple[Item, ...]:
        found = tuple(self._each(value, pointer, self._item))
        if not value:
            self.fault(pointer, "missing", "there are no results", "give at least one item")
        return found

    def _item(self, value: Any, pointer: str) -> Item | None:
        its = self._object(value, _ITEM, pointer)
        if its is None:
            return None
        compared = "comparator" in its
        return Item(
            item=self.text(its, "item", pointer, needed=True),
            result=self.text(its, "result", pointer, needed=True),
            verdict=self.word(its, "verdict", pointer, Verdict, Verdict.NONE),
            method=self.text(its, "method", pointer),
            unit=self.text(its, "unit", pointer),
            comparator=self.word(its, "comparator", pointer, Comparator, Comparator.IS) if compared else None,
            limit=self.text(its, "limit", pointer),
            limit_to=self.text(its, "limitTo", pointer),
            detection_limit=self.text(its, "detectionLimit", pointer),
        )

    def stage(self, value: Mapping[str, Any], pointer: str) -> Stage:
        return self.word(value, "stage", pointer, Stage, Stage.RECEIVING)

    def sample(self, value: Mapping[str, Any], pointer: str) -> Sample | None:
        where = f"{pointer}/sample"
        its = self._object(value.get("sample"), ("id", "taken", "place", "sampler", "lot"), where)
        if its is None:
            return None
        return Sample(
            id=self.text(its, "id", where, needed=True),
            taken=self.day(its, "taken", where, needed=True),
            place=self.text(its, "place", where),
            sampler=self.text(its, "sampler", where),
            lot=self.text(its, "lot", where),
        )

    def accreditations(self, value: object, pointer: str) -> tuple[Accreditation, ...]:
        return tuple(self._each(value, pointer, self._accreditation))

    def _accreditation(self, value: Any, pointer: str) -> Accreditation | None:
        its = self._object(value, ("scheme", "number", "validUntil", "validFrom"), pointer)
        if its is None:
            return None
        return Accreditation(
            scheme=self.word(its, "scheme", pointer, Scheme, Scheme.CMA),
            number=self.text(its, "number", pointer, needed=True),
            valid_until=self.day(its, "validUntil", pointer),
            valid_from=self.day(its, "validFrom", pointer),
        )

    def file(self, value: object, pointer: str) -> ReportFile | None:
        its = self._object(value, ("hash", "name"), pointer) if value is not None else None
        if its is None:
            return None
        found = ReportFile(
            self.text(its, "hash", pointer, needed=True), self.text(its, "name", pointer, needed=True)
        )
        if found.hash and not _HASH.fullmatch(found.hash):
            fix = "give the file's SHA-256 as 0x and 64 small hex digits"
            self.fault(f"{pointer}/hash", "hash", "this is no SHA-256", fix)
        return found


def written(record: Examination) -> dict[str, Any]:
    """The member's value, as `read` takes it; what is empty is left out."""
    sample, file = record.sample, record.file
    found = {
        "number": record.number,
        "verdict": str(record.verdict),
        "stage": str(record.stage) if record.stage else None,
        "inspector": record.inspector,
        "issued": _day(record.issued),
        "standard": record.standard,
        "sample": sample
        and _filled(
            id=sample.id, taken=_day(sample.taken), place=sample.place, sampler=sample.sampler, lot=sample.lot
        ),
        "accreditations": [
            _filled(
                scheme=str(each.scheme),
                number=each.number,
                validUntil=_day(each.valid_until),
                validFrom=_day(each.valid_from),
            )
            for each in record.accreditations
        ],
        "requested": list(record.requested),
        "items": [_item(each) for each in record.items],
        "file": file and {"hash": file.hash, "name": file.name},
        "corrects": record.corrects,
        "remark": record.remark,
    }
    return _filled(**found)


def _item(each: Item) -> dict[str, str]:
    return _filled(
        item=each.item,
        method=each.method,
        result=each.result,
        unit=each.unit,
        comparator=str(each.comparator) if each.comparator else None,
        limit=each.limit,
        limitTo=each.limit_to,
        detectionLimit=each.detection_limit,
        verdict=str(each.verdict),
    )


def _filled(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value not in (None, "", [])}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
