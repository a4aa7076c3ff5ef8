"""The parts that events are made of, from normalised texts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any
from urllib.parse import quote

from suyuan.kernel.digital_link import build
from suyuan.sheets.lots import lot_uri
from suyuan.sheets.model import Context
from suyuan.sheets.rows import moment

Row = Mapping[str, str]


def when(row: Row, context: Context) -> datetime:
    """The row's moment. Raises ValueError for a row without a date."""
    found = moment(row, context)
    if found is None:
        raise ValueError("a row without a date is no event")
    return found


def offset_of(moment: datetime) -> str:
    """EPCIS' eventTimeZoneOffset: `+08:00`."""
    text = moment.strftime("%z")
    return f"{text[:3]}:{text[3:5]}"


@lru_cache(maxsize=4096)
def json_number(text: str) -> int | float:
    """EPCIS states quantities as JSON numbers; a whole one stays whole."""
    value = Decimal(text)
    return int(value) if value == value.to_integral_value() else float(value)


def amount(row: Row) -> dict[str, Any]:
    """A quantity element; the lot alone where no amount is told."""
    found: dict[str, Any] = {"epcClass": lot_uri(row["product"], row["lot"])}
    if row.get("quantity"):
        found["quantity"] = json_number(row["quantity"])
    if row.get("quantity") and row.get("unit"):
        found["uom"] = row["unit"]
    return found


def container(row: Row) -> str:
    return build([("00", row["container"])]).uri


def goods(row: Row) -> dict[str, Any]:
    """A container by its number, or a lot with its amount."""
    return {"epcList": [container(row)]} if "container" in row else {"quantityList": [amount(row)]}


def place_uri(code: str) -> str:
    """A place by its GLN; a URI stays as it is."""
    return code if ":" in code else build([("414", code)]).uri


def party_uri(code: str) -> str:
    """A party by its GLN; a URI stays as it is."""
    return code if ":" in code else build([("417", code)]).uri


def told(members: Mapping[str, Any]) -> dict[str, Any]:
    """Members that say something."""
    return {name: value for name, value in members.items() if value or value not in (None, "", [], {})}


def own(row: Row, *names: str) -> dict[str, str]:
    """Columns that are told under our own namespace."""
    return {f"suyuan:{_camel(name)}": row[name] for name in names if row.get(name)}


@cache
def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(each.title() for each in rest)


def days(row: Row) -> dict[str, str | None]:
    """Production and best-before date as CBV master data."""
    return {
        "cbvmda:productionDate": row.get("production_date"),
        "cbvmda:itemExpirationDate": row.get("expiry_date"),
    }


def document_uri(party: str, number: str) -> str:
    """A party's paper by its number."""
    owner = quote(party.rpartition("/")[2].rpartition(":")[2], safe="")
    return f"urn:suyuan:document:{owner}:{quote(number, safe='')}"


def temperature(row: Row, context: Context) -> list[dict[str, Any]]:
    """One reading in degrees Celsius at the event's time."""
    if "temperature" not in row:
        return []
    report = {"type": "Temperature", "value": json_number(row["temperature"]), "uom": "CEL"}
    time = when(row, context).isoformat(timespec="milliseconds")
    return [{"sensorMetadata": {"time": time}, "sensorReport": [report]}]
