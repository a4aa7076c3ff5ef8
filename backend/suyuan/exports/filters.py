"""What somebody asks for in words: dates and names, checked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone

from suyuan.exports.errors import FilterRefused
from suyuan.exports.model import Wanted
from suyuan.kernel.errors import Fault
from suyuan.kernel.identity import NotAnIdentifier, from_argument

_CHINA = timezone(timedelta(hours=8))


def wanted_of(party: int, given: Mapping[str, str | None]) -> Wanted:
    """`from` and `to` as dates in China (both days included) or as moments with an offset, `lot` and
    `product` as LOT is named everywhere. Raises FilterRefused with every fault.
    """
    faults: list[Fault] = []
    found = Wanted(
        party,
        since=_moment(given.get("from"), "from", faults, days=0),
        before=_moment(given.get("to"), "to", faults, days=1),
        lot=_uri(given.get("lot"), "lot", faults),
        product=_uri(given.get("product"), "product", faults),
    )
    if faults:
        raise FilterRefused(faults)
    return found


def _moment(text: str | None, name: str, faults: list[Fault], *, days: int) -> datetime | None:
    if not text:
        return None
    try:
        if len(text) == 10:
            day = date.fromisoformat(text)
            return datetime(day.year, day.month, day.day, tzinfo=_CHINA) + timedelta(days=days)
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment
    except (ValueError, OverflowError):
        pass
    fix = "give a day as 2026-11-23, or a moment with its offset"
    faults.append(Fault(f"/{name}", "export.time", f"{text[:40]} is no such time", fix))
    return None


def _uri(text: str | None, name: str, faults: list[Fault]) -> str:
    if not text:
        return ""
    try:
        found = from_argument(text)
    except NotAnIdentifier as error:
        faults.append(Fault(f"/{name}", error.code, error.message, "give a Digital Link, a URN or GTIN/LOT"))
        return ""
    if isinstance(found, bytes):
        fix = "give a Digital Link, a URN or GTIN/LOT"
        faults.append(Fault(f"/{name}", "export.lot_id", "a lot id is a hash and names nothing here", fix))
        return ""
    if name == "product":
        return found.class_uri or found.uri
    return found.uri
