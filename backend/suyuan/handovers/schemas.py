"""The acts as they are sent: JSON members in camelCase, numbers of measurement as text."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from suyuan.handovers.numbers import amount_text, celsius, centi, plain, quantity
from suyuan.kernel.clock import as_utc


def _utc(value: datetime) -> datetime:
    try:
        return as_utc(value)
    except OverflowError:
        raise ValueError("the time is beyond the years 1 to 9999 in UTC") from None


def _degrees(text: str) -> str:
    value = Decimal(plain(text)) if plain(text).lstrip("-").replace(".", "", 1).isdecimal() else None
    if value is None or abs(value) > 180:
        raise ValueError("not an angle in degrees, e.g. 31.2304")
    return format(value, "f")


def _clean(text: str) -> str:
    if "\0" in text:
        raise ValueError("the text holds the character U+0000")
    return text.strip()


Time = Annotated[AwareDatetime, AfterValidator(_utc)]
Celsius = Annotated[str, Field(max_length=20), AfterValidator(lambda text: celsius(centi(text)))]
Quantity = Annotated[str, Field(max_length=40), AfterValidator(lambda text: amount_text(quantity(text)))]
Degrees = Annotated[str, Field(max_length=20), AfterValidator(_degrees)]
Word = Annotated[str, Field(min_length=1, max_length=80), AfterValidator(_clean)]
Text = Annotated[str, Field(max_length=1000), AfterValidator(_clean)]
Hash = Annotated[str, Field(pattern="^0x[0-9a-f]{64}$")]
Minutes = Annotated[int, Field(ge=0, le=100_000)]
ActId = Annotated[str, Field(min_length=1, max_length=255), AfterValidator(_clean)]
Reason = Literal[
    "too_warm",
    "too_cold",
    "thawed",
    "damaged",
    "wet",
    "dirty",
    "odour",
    "wrong_goods",
    "count",
    "seal_broken",
    "expired",
    "label",
    "papers",
    "late",
    "not_arrived",
    "other",
]


class Sent(BaseModel):
    """Unknown members are refused, so that no typing error passes in silence."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True)


class PackReading(Sent):
    """One pack: `place` is door, middle, front, top, bottom or another word. `refused`: it is turned down."""

    place: Word
    celsius: Celsius
    refused: bool = False


class Thermometer(Sent):
    """What it was measured with; `uncertainty` in kelvin."""

    id: Word
    calibrated_until: date
    uncertainty: Celsius


class Spot(Sent):
    lat: Degrees
    lon: Degrees


class Measurement(Sent):
    """What was found on one line; what is left out was not looked at."""

    line: Annotated[int, Field(ge=1, le=200)]
    surface: Annotated[tuple[PackReading, ...], Field(max_length=50)] = ()
    between: Annotated[tuple[PackReading, ...], Field(max_length=50)] = ()
    core: Annotated[tuple[PackReading, ...], Field(max_length=50)] = ()
    instrument: Thermometer | None = None
    packs: Annotated[int, Field(ge=0, le=10_000_000)] | None = None
    seal: Word | None = None
    scanned: bool | None = None
    exposure_minutes: Minutes | None = None
    precool: Celsius | None = None
    precool_minutes: Minutes | None = None
    dry: bool | None = None
    clean: bool | None = None
    thaw_signs: bool | None = None
    ice: bool | None = None
    vehicle_clean: bool | None = None
    forbidden_co_load: bool | None = None
    place: Spot | None = None
    sensor_closed: Time | None = None
    sensor_opened: Time | None = None
    logger_file: Hash | None = None
    photos: Annotated[tuple[Hash, ...], Field(max_length=20)] = ()
    note: Text | None = None


class SentAct(Sent):
    """`actId` is the client's own number of this act; `at` when it happened by the client's clock."""

    act_id: ActId | None = None
    at: Time | None = None


class OfferLine(Sent):
    """`lot` as a Digital Link, a URN or GTIN/LOT. `uom` left out counts pieces. `profile`: a code of the
    temperature profiles, or NONE.
    """

    lot: Annotated[str, Field(min_length=1, max_length=2048)]
    quantity: Quantity
    uom: Annotated[str, Field(pattern="^[A-Z0-9]{0,3}$")] = ""
    packs: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    seal: Word | None = None
    profile: Annotated[str, Field(max_length=10)] | None = None


class Offer(SentAct):
    """Goods for another party. `receiver` is its number or URI; `id` may be chosen by the sender."""

    id: UUID | None = None
    receiver: Annotated[str, Field(min_length=1, max_length=2048)]
    lines: Annotated[tuple[OfferLine, ...], Field(min_length=1, max_length=200)]
    reference: Word | None = None
    seal: Word | None = None
    note: Text | None = None
    measurements: Annotated[tuple[Measurement, ...], Field(max_length=200)] = ()


class Depart(SentAct):
    pass


class Measure(SentAct):
    measurements: Annotated[tuple[Measurement, ...], Field(min_length=1, max_length=200)]


class LineAnswer(Sent):
    """Accepted, refused and missing of one line, in the unit in which it was sent."""

    line: Annotated[int, Field(ge=1, le=200)]
    accepted: Quantity
    refused: Quantity = "0"
    missing: Quantity = "0"
    uom: Annotated[str, Field(pattern="^[A-Z0-9]{0,3}$")] | None = None
    reason: Reason | None = None
    evidence: Annotated[tuple[Hash, ...], Field(max_length=20)] = ()


class Choice(Sent):
    """Doubtful goods are let in knowingly: `conditional` for use, `hold` for quality staff to look at."""

    how: Literal["conditional", "hold"]
    reason: Annotated[str, Field(min_length=2, max_length=1000), AfterValidator(_clean)]


class Accept(SentAct):
    """Without `lines` everything is accepted as it was sent. `offline`: may arrive before its offer."""

    lines: Annotated[tuple[LineAnswer, ...], Field(max_length=200)] = ()
    measurements: Annotated[tuple[Measurement, ...], Field(max_length=200)] = ()
    choice: Choice | None = None
    offline: bool = False


class Refuse(SentAct):
    """Everything goes back."""

    reason: Reason
    evidence: Annotated[tuple[Hash, ...], Field(max_length=20)] = ()
    note: Text | None = None
    measurements: Annotated[tuple[Measurement, ...], Field(max_length=200)] = ()
    offline: bool = False


class Withdraw(SentAct):
    reason: Text | None = None


class Figures(Sent):
    """The sender's own figures of a line; what he leaves out he does not dispute."""

    line: Annotated[int, Field(ge=1, le=200)]
    accepted: Quantity
    refused: Quantity = "0"
    missing: Quantity = "0"


class Answer(SentAct):
    """What the sender says of the receiver's answer; nothing is overwritten by it."""

    agrees: bool
    lines: Annotated[tuple[Figures, ...], Field(max_length=200)] = ()
    note: Text | None = None
