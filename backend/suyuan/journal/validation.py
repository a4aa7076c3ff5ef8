"""Validation against the official EPCIS 2.0 JSON Schema, and its errors in words that say what to do.

The validator reports every branch of every `anyOf`; what helps a supplier is the one place that is wrong.
"""

from __future__ import annotations

import difflib
import hashlib
from functools import cache
from importlib.resources import files
from typing import Any

import jsonschema_rs
import orjson

from suyuan.journal.event import EVENT_TYPES
from suyuan.kernel.errors import Fault

SCHEMA_FILE = "EPCISDocument.schema.json"
SCHEMA_SHA256 = "70b7ecb60eb605c6edd230761557763e4d470333510d28619291476de635bf20"

#: More faults than this help nobody; the rest is found when these are mended.
MAX_FAULTS = 100


@cache
def schema() -> dict[str, Any]:
    """The official schema. Raises RuntimeError when the shipped file is not the one it should be."""
    raw = files("suyuan.journal").joinpath("schema", SCHEMA_FILE).read_bytes()
    if hashlib.sha256(raw).hexdigest() != SCHEMA_SHA256:
        raise RuntimeError(f"{SCHEMA_FILE} has been changed; take it anew from its origin (schema/ORIGIN.md)")
    found: dict[str, Any] = orjson.loads(raw)
    _add_biz_rules(found["definitions"]["sensorReport"])
    return found


def _add_biz_rules(report: dict[str, Any]) -> None:
    """EPCIS 2.0, section 7.3.7.3: sensorReport has bizRules; the shipped copy is older than that
    correction.
    """
    report["properties"]["bizRules"] = {"$ref": "#/definitions/uri"}
    report["propertyNames"]["anyOf"][1]["enum"].append("bizRules")


@cache
def _validator() -> jsonschema_rs.Draft7Validator:
    return jsonschema_rs.Draft7Validator(schema(), validate_formats=True)


def is_valid(document: object) -> bool:
    """Whether the document obeys the schema."""
    return _validator().is_valid(document)


def schema_faults(document: object) -> list[Fault]:
    """Every fault by the schema, in document order, at most MAX_FAULTS; empty when it is valid."""
    if is_valid(document):
        return []
    errors = list(_validator().iter_errors(document))
    plain = [error for error in errors if error.kind.name != "anyOf"]
    deep = {tuple(error.instance_path) for error in plain}
    found: dict[Fault, tuple[Any, ...]] = {}
    for error in errors:
        path = tuple(error.instance_path)
        if error.kind.name == "anyOf" and any(other[: len(path)] == path for other in deep):
            continue  # a consequence of what is reported further inside
        found.setdefault(_fault(error, path), path)
    ordered = sorted(found, key=lambda fault: tuple((isinstance(p, str), p) for p in found[fault]))
    return ordered[:MAX_FAULTS]


def pointer_of(path: tuple[Any, ...]) -> str:
    """RFC 6901 pointer of a path of names and indexes."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def _fault(error: Any, path: tuple[Any, ...]) -> Fault:
    explain = _EXPLAINED.get(error.kind.name)
    if explain is not None:
        return explain(error, path)
    fix = "see the EPCIS 2.0 standard, section 7"
    return Fault(pointer_of(path), f"schema.{error.kind.name}", _short(error.message), fix)


def _missing(error: Any, path: tuple[Any, ...]) -> Fault:
    member = error.kind.property
    return Fault(pointer_of((*path, member)), "schema.required", f"{member} is missing", _how_to_fill(member))


def _bad_pattern(error: Any, path: tuple[Any, ...]) -> Fault:
    fix = {
        "uom": "give a UN/CEFACT Recommendation 20 code, e.g. KGM",
        "eventTimeZoneOffset": 'give hours and minutes between -14:00 and +14:00, e.g. "+08:00"',
    }.get(str(path[-1]) if path else "", f"make it match {error.kind.pattern}")
    return Fault(pointer_of(path), "schema.pattern", f"{_short(error.instance)} has not the form needed", fix)


def _bad_term(error: Any, path: tuple[Any, ...]) -> Fault:
    return _not_one_of(path, error.instance, [str(each) for each in error.kind.options])


def _how_to_fill(member: str) -> str:
    return {
        "eventTimeZoneOffset": 'give the local offset at the place of the event, e.g. "+08:00"',
        "eventTime": 'give the moment with its offset, e.g. "2026-05-01T08:30:00+08:00"',
        "@context": 'give "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"',
        "schemaVersion": 'give "2.0"',
        "action": "give ADD, OBSERVE or DELETE",
        "epcClass": "give the URI of the lot",
        "eventList": "give the list of events",
    }.get(member, f"add {member}")


def _unknown_member(error: Any, path: tuple[Any, ...]) -> Fault:
    member = str(error.kind.error.instance)
    message = f"{_short(member)} is no member that EPCIS 2.0 has here"
    fix = f"mend its spelling, or give an extension its namespace, e.g. example:{_short(member)}"
    return Fault(pointer_of((*path, member)), "schema.unknown_member", message, fix)


def _bad_format(error: Any, path: tuple[Any, ...]) -> Fault:
    if path[-1:] == ("type",):
        return _not_one_of(path, error.instance, list(EVENT_TYPES))
    fix = {
        "uri": "give an absolute URI (Digital Link, EPC URN or another); percent-encode what is not ASCII",
        "date-time": 'give date, time and offset (RFC 3339), e.g. "2026-05-01T08:30:00+08:00"',
    }.get(error.kind.format, f"give a {error.kind.format}")
    message = f"{_short(error.instance)} is no {error.kind.format}"
    return Fault(pointer_of(path), f"schema.{error.kind.format}", message, fix)


def _not_one_of(path: tuple[Any, ...], value: object, options: list[str]) -> Fault:
    near = difflib.get_close_matches(str(value)[:100], options, n=1)
    fix = f"did you mean {near[0]}?" if near else f"give one of {', '.join(options[:12])}"
    if len(options) > 12 and not near:
        fix += ", ..."
    name = str(path[-1]) if path else "value"
    return Fault(pointer_of(path), "schema.enum", f"{_short(value)} is no {name} of EPCIS 2.0", fix)


def _no_branch(error: Any, path: tuple[Any, ...]) -> Fault:
    """No branch of an `anyOf` holds and nothing inside is wrong by itself: a term, a set of members, or
    ilmd.
    """
    branches = [branch for branch in error.kind.context if branch]
    flat = [(tuple(each.instance_path), each) for branch in branches for each in branch]
    for _, each in flat:
        if each.kind.name == "enum":
            options = [str(option) for option in each.kind.options]
            fault = _not_one_of(path, error.instance, options)
            return Fault(fault.pointer, fault.code, fault.message, fault.fix + " (or a URI of your own)")
    for where, each in flat:
        if where[-1:] == ("ilmd",):
            message = "ilmd is only allowed where the action is ADD"
            return Fault(
                pointer_of(where), f"schema.{each.kind.name}", message, "leave ilmd out, or make it an ADD"
            )
    missing = [
        " with ".join(each.kind.property for each in branch if each.kind.name == "required")
        for branch in branches
    ]
    wanted = list(dict.fromkeys(each for each in missing if each))
    if wanted:
        message = f"at least one of these is needed: {', '.join(wanted)}"
        return Fault(pointer_of(path), "schema.required", message, f"add {wanted[0]}")
    return Fault(
        pointer_of(path), "schema.anyOf", "this has none of the forms that EPCIS 2.0 allows here", ""
    )


_EXPLAINED = {
    "required": _missing,
    "propertyNames": _unknown_member,
    "anyOf": _no_branch,
    "format": _bad_format,
    "enum": _bad_term,
    "pattern": _bad_pattern,
}


def _short(value: object) -> str:
    text = value if isinstance(value, str) else orjson.dumps(value, default=str).decode()
    return text if len(text) <= 80 else text[:79] + "…"
