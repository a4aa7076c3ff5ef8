"""What rules look at and what they say."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

#: Named in every stored check; a changed rule or limit gets a new one, old checks keep theirs.
VERSION = "HA/1"


class Verdict(StrEnum):
    """From fine to impossible. HOLD and CONDITIONAL let goods in by an explicit choice with a reason."""

    PASS = "pass"  # noqa: S105 - a word of the rules
    UNMEASURED = "not_measured"
    WARN = "warn"
    CONDITIONAL = "conditional"
    HOLD = "hold"
    BLOCK = "block"


#: How bad it is, for the one word over a list of findings.
SEVERITY = {verdict: place for place, verdict in enumerate(Verdict)}


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule's answer. `says` is a stable code of `sentences`; `value` and `limit` are texts with their
    unit. `line` None: about the handover as a whole.
    """

    rule: str
    verdict: Verdict
    says: str
    value: str = ""
    limit: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """One pack's temperature. `refused`: the pack is among those that are refused."""

    place: str
    centi: int
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Instrument:
    """`uncertainty` in hundredths of a degree (expanded, k = 2)."""

    id: str
    calibrated_until: date
    uncertainty: int


@dataclass(frozen=True, slots=True)
class Profile:
    """Limits of a sort of goods, inclusive. `surface_high` with `core_high`: for frozen goods a warmer
    surface passes when the core does not. `tolerance`: added to `high` at handovers.
    """

    code: str
    names: dict[str, str]
    low: int | None
    high: int | None
    tolerance: int = 0
    surface_high: int | None = None
    frozen: bool = False
    needs_ice: bool = False
    words: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one party found on one line; None where nothing was said. Times aware UTC, `lat`/`lon` in 1e-7
    degrees.
    """

    at: datetime
    surface: tuple[Reading, ...] = ()
    between: tuple[Reading, ...] = ()
    core: tuple[Reading, ...] = ()
    instrument: Instrument | None = None
    packs: int | None = None
    seal: str | None = None
    scanned: bool | None = None
    exposure_minutes: int | None = None
    precool: int | None = None
    precool_minutes: int | None = None
    dry: bool | None = None
    clean: bool | None = None
    thaw_signs: bool | None = None
    ice: bool | None = None
    vehicle_clean: bool | None = None
    forbidden_co_load: bool | None = None
    place: tuple[int, int] | None = None
    sensor_closed: datetime | None = None
    sensor_opened: datetime | None = None
    logger_file: str | None = None
    photos: tuple[str, ...] = ()

    @property
    def has_temperature(self) -> bool:
        return bool(self.surface or self.between or self.core)


@dataclass(frozen=True, slots=True)
class Sums:
    """How the receiver divides what was sent of a line."""

    sent: Decimal
    accepted: Decimal
    refused: Decimal
    missing: Decimal

    @property
    def difference(self) -> Decimal:
        """What is unaccounted for; zero when it closes."""
        return self.sent - self.accepted - self.refused - self.missing


@dataclass(frozen=True, slots=True)
class Trip:
    """What telemetry knows of the way since the last handover. `coverage` in permille; ages in seconds."""

    coverage: int
    last_age: int
    interval: int
    open_excursions: int
    budget_left: int


@dataclass(frozen=True, slots=True)
class LineFacts:
    """Everything that is known of one line when it is judged. `sums` None while only measuring."""

    line: int
    profile: Profile | None
    packs_sent: int | None = None
    seal_sent: str | None = None
    sender: Measured | None = None
    receiver: Measured | None = None
    sums: Sums | None = None
    trip: Trip | None = None
    today: date | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """Claimed times of the acts, and when the answer reached us."""

    offered: datetime
    answered: datetime
    received: datetime
    departed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is said of goods that are turned down. `evidence` counts photos, files and measurements."""

    line: int
    reason: str | None
    evidence: int


@dataclass(frozen=True, slots=True)
class Facts:
    """A whole handover to be judged."""

    order: Order
    lines: tuple[LineFacts, ...]
    refusals: tuple[Refusal, ...] = field(default=())
