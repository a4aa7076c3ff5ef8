"""A lot's page as values, before it is put into words: no language, no HTML, no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from suyuan.kernel.ledger import Kind

#: language -> name; at least one of `zh` and `en`
Names = Mapping[str, str]

#: Entries that came this much after the fact are pointed out: nobody but the signer vouches for their time.
LATE = timedelta(days=3)


class State(StrEnum):
    """The verdict. Exactly one is shown; the first that applies, in this order."""

    BROKEN = "broken"  # what this server holds does not agree with itself
    DOUBTED = "doubted"  # the chain is not, at present, the one that was recorded on
    CONTRADICTION = "contradiction"
    EMPTY = "empty"
    PENDING = "pending"
    GAPS = "gaps"
    VERIFIED = "verified"


class Vouch(StrEnum):
    """Who stands behind a step."""

    SELF = "self"
    BOTH = "both"
    INDEPENDENT = "independent"


@dataclass(frozen=True, slots=True)
class Who:
    """A party as it is shown. `role` is a word of kernel.ledger.Role, or empty."""

    number: int
    names: Names
    role: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """Where an entry stands on the chain. Hashes are 0x text."""

    transaction: str
    block: int
    time: datetime
    sequence: int
    index: int
    in_custody: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """What one side says became of what was sent: plain decimals in `uom`, '' for pieces; `reason` is a code
    of handovers.
    """

    sent: str
    accepted: str
    refused: str
    missing: str
    uom: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Handed:
    """What is said of a handover. `sender`: its figures where it disputes the receiver's; `agrees`: None
    while the sender has not answered. `rules` are (verdict, rules) by their codes, the gravest first;
    `unproven`: those stored are not those that were signed. `limit` of the temperature, with its unit.
    """

    vouch: Vouch = Vouch.SELF
    receiver: Figures | None = None
    sender: Figures | None = None
    agrees: bool | None = None
    limit: str = ""
    rules: tuple[tuple[str, tuple[str, ...]], ...] = ()
    unproven: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One entry in the journey. `happened` keeps the event's own offset; `amounts` are (quantity, unit);
    `state` is a word of anchoring's State; `recorded` is None until the entry is final.
    """

    kind: Kind
    biz_step: str
    happened: datetime
    party: Who
    counterparty: Who | None
    place: Names | None
    amounts: tuple[tuple[str, str], ...]
    vouch: Vouch
    state: str
    recorded: Recorded | None
    event_hash: str
    event_id: str
    temperature: tuple[float, float] | None = None  # least and greatest told, in degrees Celsius
    alarm: bool = False  # a sensor reported an alarm condition
    hidden: int = 0
    declared: str = ""  # the reason of the event's own error declaration
    corrected: bool = False
    corrected_at: int | None = None  # place of the step in which its party declares it to be in error
    disputed: tuple[tuple[Who, int], ...] = ()  # other parties that declare it to be in error, and where
    refusal: str = ""
    key_doubted: datetime | None = None  # since when its signing key is doubted
    handed: Handed | None = None  # what it says of a handover

    @property
    def lag(self) -> timedelta | None:
        return self.recorded.time - self.happened if self.recorded else None


@dataclass(frozen=True, slots=True)
class Discord:
    """A contradiction; `place` is the step that it was found at, when it is one of this page's."""

    code: str
    facts: Mapping[str, str]
    place: int | None


@dataclass(frozen=True, slots=True)
class Relative:
    """A lot that this one was made from, or that was made of it. `path` is its own page."""

    uri: str
    short: str
    names: Names | None
    path: str


@dataclass(frozen=True, slots=True)
class Family:
    parents: tuple[Relative, ...] = ()
    children: tuple[Relative, ...] = ()
    more_parents: int = 0
    more_children: int = 0


@dataclass(frozen=True, slots=True)
class Gap:
    """`code` is a word under `gaps` in the words; `grave` ones change the verdict, others are notices."""

    code: str
    count: int
    grave: bool


@dataclass(frozen=True, slots=True)
class Product:
    names: Names
    anchored: bool


@dataclass(frozen=True, slots=True)
class ChainFacts:
    """`demo` is true on a chain that lives on the operator's own machine only."""

    chain_id: int
    ledger: str
    demo: bool


@dataclass(frozen=True, slots=True)
class Paper:
    """A licence or certificate that a party lets the page name. `standing`: whether it was valid when the
    party brought the lot into being (`valid`, `over`, `early`); the days are those printed on it, None: for
    good. `file` is the SHA-256 of the scan, 0x-hex.
    """

    party: Who
    kind: str
    number: str
    issuer: str
    begin: date | None
    until: date | None
    standing: str
    file: str


@dataclass(frozen=True, slots=True)
class ResultItem:
    """`verdict` is pass, fail or none; `contradicts`: it is not what was stated."""

    item: str
    result: str
    limit: str
    verdict: str
    contradicts: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """An inspection or a test report that the step at `place` tells, failed results first. `file` is the
    report's SHA-256; `corrects` the eventID of an earlier one; `old`: its party replaced it.
    """

    place: int
    party: Who
    vouch: Vouch
    is_test: bool
    number: str
    standard: str
    accreditations: tuple[str, ...]
    file: str
    failed: bool
    verdict: str
    items: tuple[ResultItem, ...]
    more: int = 0
    corrects: str = ""
    old: bool = False

    def superseded(self) -> Result:
        return replace(self, old=True)


@dataclass(frozen=True, slots=True)
class LotPage:
    """Everything that the page of one lot says."""

    uri: str
    path: str
    gtin: str | None
    lot: str
    lot_id: str
    product: Product | None
    steps: tuple[Step, ...]
    discords: tuple[Discord, ...]
    family: Family
    custodian: Who | None
    offered_to: Who | None
    chain: ChainFacts
    broken: str = ""
    as_of: tuple[int, datetime] | None = None  # the block up to which the final entries are complete
    doubt: tuple[str, datetime] | None = None  # a latch of anchoring, and since when
    gaps: tuple[Gap, ...] = field(default=())
    papers: tuple[Paper, ...] = ()
    results: tuple[Result, ...] = ()

    @property
    def final(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.recorded is not None)

    @property
    def pending(self) -> int:
        return sum(1 for step in self.steps if step.recorded is None and step.state != "rejected")

    @property
    def signers(self) -> int:
        return len({step.party.number for step in self.final})

    @property
    def since(self) -> datetime | None:
        """When the newest final entry was recorded: from then on nothing shown was changed."""
        return max((step.recorded.time for step in self.steps if step.recorded), default=None)

    @property
    def state(self) -> State:
        if self.broken:
            return State.BROKEN
        if self.doubt:
            return State.DOUBTED
        if self.discords:
            return State.CONTRADICTION
        if not self.final and not self.pending:
            return State.EMPTY
        if self.pending:
            return State.PENDING
        return State.GAPS if any(gap.grave for gap in self.gaps) else State.VERIFIED
