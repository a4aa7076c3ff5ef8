"""What is typed on the form of an inspection or a test report, as the record that is told."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from suyuan.inspections.model import RecordKind
from suyuan.kernel.errors import Malformed

#: Rows of results: at first, and how many more each time.
ROWS, MORE, MOST = 3, 3, 60
_ITEM = ("item", "method", "result", "unit", "comparator", "limit", "verdict")

Values = Mapping[str, str]


def rows_of(values: Values) -> int:
    """How many rows the form has."""
    given = values.get("rows", "")
    shown = int(given) if given.isascii() and given.isdecimal() and len(given) < 4 else ROWS
    return min(shown + (MORE if values.get("act") == "more" else 0), MOST)


def body_of(kind: RecordKind, values: Values, file: Mapping[str, str] | None) -> dict[str, Any]:
    """The body that POST /api/v1/inspections or /test-reports takes; rows without anything are left out."""
    items, places = [], []
    for at in range(rows_of(values)):
        item = _filled({name: values.get(f"{name}{at}", "") for name in _ITEM})
        if set(item) - {"verdict", "comparator"}:
            items.append(item)
            places.append(at)
    record = {name: values.get(name, "") for name in ("number", "verdict", "standard", "remark")}
    if kind is RecordKind.TEST:
        record |= {"issued": values.get("issued", "")}
    else:
        record |= {"stage": values.get("stage", ""), "inspector": values.get("inspector", "")}
    told: dict[str, Any] = {**_filled(record), "items": items}
    if kind is RecordKind.TEST:
        told["sample"] = _filled(
            {
                "id": values.get("sample_id", ""),
                "taken": values.get("taken", ""),
                "place": values.get("place", ""),
                "sampler": values.get("sampler", ""),
                "lot": values.get("sample_lot", ""),
            }
        )
        marks = [(scheme, values.get(scheme.lower(), "")) for scheme in ("CMA", "CNAS")]
        until = values.get("until", "")
        told["accreditations"] = [
            _filled({"scheme": scheme, "number": number, "validUntil": until})
            for scheme, number in marks
            if number
        ]
    if file:
        told["file"] = dict(file)
    body: dict[str, Any] = {"lot": values.get("lot", ""), str(kind): told}
    if kind is RecordKind.INSPECTION and values.get("time"):
        body["time"] = f"{values['time']}+08:00" if len(values["time"]) > 16 else f"{values['time']}:00+08:00"
    return body


def _filled(given: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in given.items() if value}


def control_of(pointer: str) -> str:
    """The control that a fault's pointer is about: `/testReport/items/2/result` is `result2`."""
    parts = pointer.strip("/").split("/")
    if parts[0] in set(RecordKind):
        parts = parts[1:]
    if len(parts) >= 3 and parts[0] == "items":
        return f"{parts[2]}{parts[1]}"
    if len(parts) == 2 and parts[0] == "sample":
        return {"id": "sample_id", "lot": "sample_lot"}.get(parts[1], parts[1])
    if parts[0] == "items":
        return "item0"
    if parts[0] == "accreditations":
        return {"validUntil": "until"}.get(parts[-1], "cma")
    return parts[0]


def packed(body: Mapping[str, Any]) -> str:
    """What stands in the page that is signed."""
    return base64.urlsafe_b64encode(json.dumps(body, ensure_ascii=False).encode()).decode()


def unpacked(text: str) -> dict[str, Any]:
    """Raises Malformed."""
    try:
        found = json.loads(base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True))
    except (UnicodeEncodeError, binascii.Error, ValueError) as error:
        raise Malformed(
            "The form was changed on its way; fill it in again.", code="form.malformed"
        ) from error
    if not isinstance(found, dict):
        raise Malformed("The form was changed on its way; fill it in again.", code="form.malformed")
    return found
