"""What is typed on the pages of handovers, as the acts that are sent; and where each fault belongs."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from suyuan.handovers.model import Act, Handover
from suyuan.handovers.schemas import SentAct
from suyuan.handovers.signing import SCHEMAS
from suyuan.kernel.errors import Malformed

PLACES = ("door", "middle", "front")

#: What the one question after the packaging means.
_PACKAGING = {
    "good": {"dry": True, "clean": True, "thawSigns": False, "ice": True},
    "wet": {"dry": False, "clean": True, "thawSigns": False},
    "dirty": {"dry": True, "clean": False, "thawSigns": False},
    "thaw": {"thawSigns": True},
    "no_ice": {"dry": True, "clean": True, "thawSigns": False, "ice": False},
}
_VEHICLE = {
    "good": {"vehicleClean": True, "forbiddenCoLoad": False},
    "dirty": {"vehicleClean": False, "forbiddenCoLoad": False},
    "co_load": {"forbiddenCoLoad": True},
}

#: Times are typed as in China, without an offset.
_BEIJING = "+08:00"

Values = Mapping[str, str]
Json = dict[str, Any]


def answer_json(found: Handover, act: Act, values: Values, photos: Sequence[str]) -> Json:
    """The act that the receiver's form means."""
    measured = measurements(found, values, photos)
    if act is Act.MEASURE:
        return {"measurements": measured}
    if act is Act.REFUSE:
        reason = values.get("reason", "") or None
        return {"reason": reason, "evidence": list(photos), "measurements": measured}
    lines = [_line(line.line, values, photos) for line in found.lines]
    body: Json = {"lines": lines, "measurements": measured}
    if values.get("choice"):
        body["choice"] = {"how": values["choice"], "reason": values.get("choice_reason", "")}
    return body


def _line(number: int, values: Values, photos: Sequence[str]) -> Json:
    refused, missing = values.get(f"r{number}") or "0", values.get(f"m{number}") or "0"
    told: Json = {"line": number, "accepted": values.get(f"a{number}") or "0"}
    told |= {"refused": refused, "missing": missing}
    reason = values.get(f"why{number}") or values.get("reason")
    if reason and (refused.strip("0.") or missing.strip("0.")):
        told |= {"reason": reason, "evidence": list(photos)}
    return told


def measurements(found: Handover, values: Values, photos: Sequence[str]) -> list[Json]:
    """One measurement for each line that anything was said of."""
    shared = _shared(values, photos)
    listed = []
    for line in found.lines:
        own = _own(line.line, values)
        if own or shared:
            told = {"line": line.line, **shared, **own}
            has_value = any(name in own for name in ("surface", "between", "core"))
            listed.append(told if has_value else {k: v for k, v in told.items() if k != "instrument"})
    return listed


def _shared(values: Values, photos: Sequence[str]) -> Json:
    told: Json = {}
    told |= _PACKAGING.get(values.get("packaging", ""), {})
    told |= _VEHICLE.get(values.get("vehicle", ""), {})
    if values.get("exposure"):
        told["exposureMinutes"] = values["exposure"]
    if values.get("precool"):
        told |= {"precool": values["precool"], "precoolMinutes": values.get("precool_minutes") or None}
    if values.get("lat") or values.get("lon"):
        told["place"] = {"lat": values.get("lat", ""), "lon": values.get("lon", "")}
    for name, member in (("sensor_closed", "sensorClosed"), ("sensor_opened", "sensorOpened")):
        if values.get(name):
            told[member] = values[name] + _BEIJING
    if values.get("instrument"):
        told["instrument"] = {
            "id": values["instrument"],
            "calibratedUntil": values.get("calibrated") or None,
            "uncertainty": values.get("uncertainty") or None,
        }
    if photos:
        told["photos"] = list(photos)
    if values.get("note"):
        told["note"] = values["note"]
    return told


def _own(number: int, values: Values) -> Json:
    told: Json = {}
    surface = [
        {"place": place, "celsius": values[f"t{number}_{place}"]}
        for place in PLACES
        if values.get(f"t{number}_{place}")
    ]
    if surface:
        told["surface"] = surface
    for depth in ("between", "core"):
        if values.get(f"t{number}_{depth}"):
            told[depth] = [{"place": depth, "celsius": values[f"t{number}_{depth}"]}]
    if values.get(f"p{number}"):
        told["packs"] = values[f"p{number}"]
    if values.get(f"s{number}"):
        told["seal"] = values[f"s{number}"]
    if values.get(f"scan{number}"):
        told["scanned"] = values[f"scan{number}"] == "yes"
    return told


def offer_json(values: Values) -> Json:
    """The offer that the form of new handovers means: the lots that were ticked."""
    numbers = sorted(int(name[3:]) for name in values if name.startswith("lot") and name[3:].isdecimal())
    lines = [
        {
            "lot": values[f"lot{number}"],
            "quantity": values.get(f"q{number}", ""),
            "uom": values.get(f"u{number}", ""),
            "packs": values.get(f"packs{number}") or None,
            "profile": values.get(f"profile{number}") or None,
        }
        for number in numbers
        if values.get(f"take{number}")
    ]
    told = {name: values.get(name) or None for name in ("seal", "reference", "note")}
    ticked = [number for number in numbers if values.get(f"take{number}")]
    measured = _at_offering(ticked, {k: v for k, v in values.items() if k != "note"})
    return {"receiver": values.get("receiver", ""), "lines": lines, "measurements": measured, **told}


def _at_offering(ticked: Sequence[int], values: Values) -> list[Json]:
    """What the sender measured while loading, by the lines as they are sent."""
    shared, listed = _shared(values, ()), []
    for line, number in enumerate(ticked, 1):
        reading = values.get(f"t{number}_door")
        own = {"surface": [{"place": PLACES[0], "celsius": reading}]} if reading else {}
        plain = shared if own else {k: v for k, v in shared.items() if k != "instrument"}
        if own or plain:
            listed.append({"line": line, **plain, **own})
    return listed


def dispute_json(found: Handover, values: Values) -> Json:
    """The sender's own figures."""
    lines = [
        {
            "line": line.line,
            "accepted": values.get(f"a{line.line}") or "0",
            "refused": values.get(f"r{line.line}") or "0",
            "missing": values.get(f"m{line.line}") or "0",
        }
        for line in found.lines
        if values.get(f"a{line.line}")
    ]
    return {"agrees": False, "lines": lines, "note": values.get("note") or None}


def packed(body: Json) -> str:
    """An act for a hidden field or an address."""
    return base64.urlsafe_b64encode(json.dumps(body, ensure_ascii=False).encode()).decode()


def unpacked(act: str, text: str) -> tuple[Act, SentAct]:
    """The act behind it. Raises Malformed for what no page of ours has made."""
    try:
        named = Act(act)
        body = json.loads(base64.urlsafe_b64decode(text.encode()))
        return named, SCHEMAS[named].model_validate(body)
    except (ValueError, binascii.Error) as error:
        raise Malformed("That is no act of this page.", code="handover.form") from error


def field_of(error: Mapping[str, Any], body: Json) -> str:
    """The id of the field in which a fault of the form lies; empty when it is none's."""
    at = list(error["loc"])
    if at[:1] == ["measurements"] and len(at) > 2:
        told = body["measurements"][at[1]]
        number, member = told["line"], at[2]
        if member in ("surface", "between", "core") and len(at) > 3:
            return f"t{number}_{told[member][at[3]]['place']}"
        if member in ("packs", "seal"):
            return f"{member[0]}{number}"
        return _SHARED_FIELDS.get(str(at[-1]), "")
    if at[:1] == ["lines"] and len(at) > 2:
        column = {"accepted": "a", "refused": "r", "missing": "m", "quantity": "q", "packs": "packs"}
        return f"{column[at[2]]}{at[1] + 1}" if at[2] in column else ""
    return {"choice": "choice_reason"}.get(str(at[0]), str(at[0])) if at else ""


_SHARED_FIELDS = {
    "exposureMinutes": "exposure",
    "precool": "precool",
    "precoolMinutes": "precool_minutes",
    "lat": "lat",
    "lon": "lon",
    "sensorClosed": "sensor_closed",
    "sensorOpened": "sensor_opened",
    "calibratedUntil": "calibrated",
    "uncertainty": "uncertainty",
    "id": "instrument",
    "note": "note",
}


def faults_of(error: ValidationError, body: Json) -> list[tuple[str, str]]:
    """(field, word) for each fault of the form, once a field."""
    found: dict[str, str] = {}
    for each in error.errors(include_url=False, include_context=False):
        found.setdefault(field_of(each, body), word_of(str(each["loc"][-1]) if each["loc"] else ""))
    return list(found.items())


def word_of(member: str) -> str:
    """Which sentence says what a member must be."""
    if member in ("celsius", "precool"):
        return "temperature"
    if member in ("accepted", "refused", "missing", "quantity"):
        return "quantity"
    if member in ("packs", "exposureMinutes", "precoolMinutes"):
        return "count"
    known = ("calibratedUntil", "uncertainty", "receiver", "lines", "reason")
    return member if member in known else "other"
