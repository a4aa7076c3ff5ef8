"""Records of inspections and tests as values. docs/formats/inspection.md says what each member means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class RecordKind(StrEnum):
    """The event's member that tells the record."""

    INSPECTION = "inspection"
    TEST = "testReport"

    @property
    def member(self) -> str:
        return f"suyuan:{self}"


class Verdict(StrEnum):
    PASS = "pass"  # noqa: S105 - a verdict
    FAIL = "fail"
    NONE = "none"


class Stage(StrEnum):
    RECEIVING = "receiving"
    PROCESS = "process"
    FINAL = "final"


class Comparator(StrEnum):
    AT_MOST = "<="
    BELOW = "<"
    AT_LEAST = ">="
    ABOVE = ">"
    IS = "="
    BETWEEN = "between"
    NOT_DETECTED = "notDetected"


class Scheme(StrEnum):
    CMA = "CMA"
    CNAS = "CNAS"


@dataclass(frozen=True, slots=True)
class Item:
    """One result. `result`, `limit`, `limit_to` and `detection_limit` are texts as they were given."""

    item: str
    result: str
    verdict: Verdict
    method: str = ""
    unit: str = ""
    comparator: Comparator | None = None
    limit: str = ""
    limit_to: str = ""
    detection_limit: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    id: str
    taken: date | None
    place: str = ""
    sampler: str = ""
    lot: str = ""


@dataclass(frozen=True, slots=True)
class Accreditation:
    scheme: Scheme
    number: str
    valid_until: date | None = None
    valid_from: date | None = None


@dataclass(frozen=True, slots=True)
class ReportFile:
    """`hash` is SHA-256 as 0x and 64 hex digits."""

    hash: str
    name: str


@dataclass(frozen=True, slots=True)
class Examination:
    """An inspection or a test report. `corrects` is the eventID of the record that it replaces."""

    kind: RecordKind
    number: str
    verdict: Verdict
    items: tuple[Item, ...]
    standard: str = ""
    requested: tuple[str, ...] = ()
    file: ReportFile | None = None
    corrects: str = ""
    remark: str = ""
    stage: Stage | None = None
    inspector: str = ""
    issued: date | None = None
    sample: Sample | None = None
    accreditations: tuple[Accreditation, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in a record that does not fit. `place` is the index of the item, None for the whole;
    `facts` are texts for a sentence.
    """

    code: str
    place: int | None = None
    facts: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        return {"code": self.code, "item": self.place, "facts": list(self.facts)}
