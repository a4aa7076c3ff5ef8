"""Canonical JSON (RFC 8785) and the strict reader before it.

Two programs that read the same event must hash the same bytes, so the reader refuses whatever two JSON
readers may understand differently (I-JSON, RFC 7493), and the writer is the `rfc8785` library, or orjson
where both provably write the same bytes (docs/formats/canonical.md).
"""

from __future__ import annotations

import orjson
import rfc8785

from suyuan.kernel import json_faults
from suyuan.kernel.json_faults import MAX_DEPTH, MAX_INTEGER, MalformedJson

__all__ = ["MAX_DEPTH", "MAX_INTEGER", "MalformedJson", "NotCanonical", "canonical_json", "parse_json"]

_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER | orjson.OPT_PASSTHROUGH_SUBCLASS
_PLAIN = frozenset({str, int, bool, type(None)})
_KNOWN = frozenset({str, int, bool, type(None), float, dict, list})
_BOM = b"\xef\xbb\xbf"
# Floats that ECMAScript and orjson write alike: fractions without exponent in either notation.
_LEAST, _MOST = 1e-5, 1e15
_ASTRAL = bytes(range(0xF0, 0x100))


class NotCanonical(ValueError):
    """The value is no I-JSON value; a fault of our own code, never of a caller's input."""


def canonical_json(value: object) -> bytes:
    """The RFC 8785 form of dicts, lists, strings, booleans, None, finite floats, integers within +-(2^53-1).

    Raises NotCanonical on anything else.
    """
    try:
        fast = orjson.dumps(value, option=_OPTIONS)
    except orjson.JSONEncodeError:
        return _by_library(value)
    # Code points and UTF-16 units sort differently only where characters beyond U+FFFF occur.
    if not fast.isascii() and len(fast.translate(None, _ASTRAL)) != len(fast):
        return _by_library(value)
    return fast if _written_alike(value) else _by_library(value)


def _by_library(value: object) -> bytes:
    try:
        return rfc8785.dumps(value)  # type: ignore[arg-type]  # its type is recursive over JSON values
    except (rfc8785.CanonicalizationError, RecursionError, TypeError) as error:
        raise NotCanonical(str(error)) from error


def _written_alike(value: object) -> bool:
    """Whether orjson wrote each number as ECMAScript does; one C-speed look at the types per container."""
    if type(value) not in (dict, list):
        return type(value) in _PLAIN or (type(value) is float and _fraction_alike(value))
    containers: list[object] = [value]
    for container in containers:
        children = container.values() if type(container) is dict else container
        types = set(map(type, children))  # type: ignore[call-overload]  # a list or a dict's values
        if types <= _PLAIN:
            continue
        if not types <= _KNOWN:
            return False
        for child in children:  # type: ignore[attr-defined]
            kind = type(child)
            if kind is dict or kind is list:
                containers.append(child)
            elif kind is float and not _fraction_alike(child):
                return False
    return True


def _fraction_alike(number: float) -> bool:
    return _LEAST <= abs(number) < _MOST and number % 1 != 0


def parse_json(data: bytes) -> object:
    """Read UTF-8 JSON strictly; a byte order mark is tolerated. Time and memory grow linearly with the input.

    Raises MalformedJson (code, offset, pointer) for: not JSON, bad UTF-8, lone surrogates, a name given twice
    in one object, more than 64 levels, numbers that are not finite or beyond +-(2^53-1).
    """
    body = data[3:] if data.startswith(_BOM) else data
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise json_faults.explain(body, error) from error
    if not _is_strict(body, value):
        raise json_faults.locate(body)
    return value


def _is_strict(body: bytes, value: object) -> bool:
    strings = 0
    level: list[object] = [value]
    depth = -1  # the list around the root is no level
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            return False
        deeper: list[object] = []
        for container in level if depth else [level]:
            if type(container) is dict:
                strings += len(container)
                children = list(container.values())
            else:
                children = container  # type: ignore[assignment]
            types = list(map(type, children))
            strings += types.count(str)
            for child in children:
                kind = type(child)
                if kind is dict or kind is list:
                    deeper.append(child)
                elif (kind is int or kind is float) and not -MAX_INTEGER <= child <= MAX_INTEGER:
                    return False
        level = deeper
    return strings * 2 == _count_quotes(body)


def _count_quotes(body: bytes) -> int:
    """Quotes around strings. A name given twice leaves more of them than the value has strings."""
    if b"\\" in body:
        body = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    return body.count(b'"')
