"""Applications and papers as values, and the states that they pass through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum

#: Papers run out at midnight in Beijing: the day that is printed on one is its last whole day.
BEIJING = timezone(timedelta(hours=8))


class State(StrEnum):
    """Where an application is. The first three are live; the others are ends."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ASKED = "asked"  # the registrar wants something made clear or mended
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


#: Whoever applied may still write, in these.
WRITABLE = frozenset({State.DRAFT, State.ASKED})
#: One application of a firm may be in these at a time.
LIVE = frozenset({State.SUBMITTED, State.ASKED})
NEXT: Mapping[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.SUBMITTED, State.WITHDRAWN}),
    State.SUBMITTED: frozenset({State.ASKED, State.APPROVED, State.REFUSED, State.WITHDRAWN}),
    State.ASKED: frozenset({State.SUBMITTED, State.REFUSED, State.WITHDRAWN}),
    State.APPROVED: frozenset(),
    State.REFUSED: frozenset(),
    State.WITHDRAWN: frozenset(),
}


class Kind(StrEnum):
    """What a paper is."""

    BUSINESS_LICENCE = "business-licence"
    PRODUCTION_LICENCE = "production-licence"  # SC
    TRADE_LICENCE = "trade-licence"  # JY, or YB where filing is enough
    LABORATORY = "laboratory"  # the CMA or CNAS certificate of a laboratory that joins
    ORGANIC = "organic"
    HACCP = "haccp"
    ISO22000 = "iso22000"
    HALAL = "halal"
    QUARANTINE = "quarantine"
    CUSTOMS = "customs"
    CONFORMITY = "conformity"  # 承诺达标合格证
    TEST_REPORT = "test-report"
    OTHER = "other"


#: Papers that a role cannot do without, by the role's word; any one of a set will do.
NEEDED: Mapping[str, frozenset[Kind]] = {
    "processor": frozenset({Kind.PRODUCTION_LICENCE}),
    "retailer": frozenset({Kind.TRADE_LICENCE}),
    "laboratory": frozenset({Kind.LABORATORY}),
}
#: Papers that may be for good (长期): every other one states its last day.
ENDLESS = frozenset({Kind.BUSINESS_LICENCE, Kind.TEST_REPORT, Kind.CONFORMITY, Kind.OTHER})


class DocumentState(StrEnum):
    """Where a paper is. A renewal stands beside the paper that it renews until it is approved."""

    DRAFT = "draft"  # part of an application
    REMOVED = "removed"  # taken out of an application before it was decided
    SUBMITTED = "submitted"  # waits for the registrar
    APPROVED = "approved"
    REFUSED = "refused"
    REPLACED = "replaced"  # a newer version was approved


@dataclass(frozen=True, slots=True)
class SiteForm:
    """A place that is applied for. Without GLN it is named after the credit code."""

    names: Mapping[str, str]
    gln: str | None = None
    address: str | None = None
    latitude: str | None = None
    longitude: str | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """What a firm says of itself. May be incomplete while it is a draft. `roles` are words
    (`producer`, …), `goods` food categories as in SC numbers (`122`).
    """

    names: Mapping[str, str] = field(default_factory=dict)
    credit_code: str = ""
    roles: tuple[str, ...] = ()
    gln: str | None = None
    goods: tuple[str, ...] = ()
    sites: tuple[SiteForm, ...] = ()
    key_address: str | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """Who answers for the firm. Personal: erasable, never anchored."""

    name: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a paper says. Dates are the days printed on it. A test report has the laboratory's part too:
    `sample`, `standard`, and `lab_until`, the last day of the laboratory's accreditation.
    """

    number: str = ""
    issuer: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    sample: str | None = None
    standard: str | None = None
    cma: str | None = None
    cnas: str | None = None
    lab_until: date | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A paper. `series` is shared by its versions; `shown`: the party lets the passport name it."""

    id: str
    series: str
    version: int
    application: str | None
    party: int | None
    kind: Kind
    facts: Facts
    file: bytes
    file_name: str
    state: DocumentState
    shown: bool
    reason: str | None
    created_at: datetime
    created_by: str
    decided_at: datetime | None

    @property
    def ends_at(self) -> datetime | None:
        """The moment from which it is no longer valid; None: for good."""
        return end_of(self.facts.valid_until)

    def is_valid(self, at: datetime) -> bool:
        """Whether the paper's own dates cover this moment."""
        begin = self.facts.valid_from
        is_begun = begin is None or day_of(at) >= begin
        return is_begun and (self.ends_at is None or at < self.ends_at)


@dataclass(frozen=True, slots=True)
class Question:
    """What the registrar wants to know of one field."""

    pointer: str
    text: str


@dataclass(frozen=True, slots=True)
class Application:
    """One firm's application. `account`: who fills it in; `entered_by`: whoever opened it."""

    id: str
    account: str
    entered_by: str
    state: State
    revision: int
    form: Form
    questions: tuple[Question, ...]
    reason: str | None
    party: int | None
    created_at: datetime
    submitted_at: datetime | None
    submitted_by: str | None
    decided_at: datetime | None
    decided_by: str | None


def end_of(day: date | None) -> datetime | None:
    """Midnight in Beijing after this last valid day."""
    if day is None or day == date.max:
        return None
    return datetime(day.year, day.month, day.day, tzinfo=BEIJING) + timedelta(days=1)


def day_of(moment: datetime) -> date:
    """The day in Beijing."""
    return moment.astimezone(BEIJING).date()


def needed_kinds(roles: tuple[str, ...]) -> list[frozenset[Kind]]:
    """What firms in these roles cannot do without: any one of each set."""
    return [frozenset({Kind.BUSINESS_LICENCE}), *(NEEDED[role] for role in roles if role in NEEDED)]
