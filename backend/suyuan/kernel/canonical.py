"""Canonical JSON (RFC 8785) and the strict reader before it.

Two programs that read the same event must hash the same bytes, so the reader refuses whatever two JSON
readers may understand differently (I-JSON, RFC 7493), and the writer is the `rfc8785` library, or orjson
where both provably write the same bytes (docs/formats/canonical.md).
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum, auto
from typing import Any

import orjson
import rfc8785

from suyuan.kernel import json_faults
from suyuan.kernel.json_faults import MAX_DEPTH, MAX_INTEGER, MalformedJson

__all__ = [
    "MAX_DEPTH",
    "MAX_INTEGER",
    "MalformedJson",
    "NotCanonical",
    "canonical_json",
    "is_plain",
    "parse_json",
]

_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER | orjson.OPT_PASSTHROUGH_SUBCLASS
_TEXT = frozenset({str, bool, type(None)})
_PLAIN = frozenset({str, int, bool, type(None)})
_ONLY_TEXT = frozenset({str})
_BOM = b"\xef\xbb\xbf"
# Fractions that ECMAScript and orjson write alike: neither uses an exponent.
_LEAST, _MOST = 1e-5, 1e15
_ASTRAL = bytes(range(0xF0, 0x100))


class _Writing(Enum):
    """How far orjson's text of a value can be trusted."""

    ALIKE = auto()
    WHOLE_FLOATS = auto()  # 26.0 where ECMAScript writes 26; alike once they are integers
    UNLIKE = auto()


class NotCanonical(ValueError):
    """The value is no I-JSON value; a fault of our own code, never of a caller's input."""


def canonical_json(value: object, *, plain: bool = False) -> bytes:
    """The RFC 8785 form of dicts, lists, strings, booleans, None, finite floats, integers within +-(2^53-1).

    `plain`: `is_plain` was asked of it, or of what it is a part of. Raises NotCanonical on anything else.
    """
    try:
        text = orjson.dumps(value, option=_OPTIONS)
        writing = _Writing.ALIKE if plain else _compare(value)
        if writing is _Writing.WHOLE_FLOATS:
            text = orjson.dumps(_with_integers(value), option=_OPTIONS)
    except orjson.JSONEncodeError:
        return _by_library(value)
    # Code points and UTF-16 units sort differently only where characters beyond U+FFFF occur.
    astral = not text.isascii() and len(text.translate(None, _ASTRAL)) != len(text)
    return _by_library(value) if astral or writing is _Writing.UNLIKE else text


def is_plain(value: object) -> bool:
    """Whether it and all its parts are of types and numbers that need no second look when they are written:
    one look for many values that are written by themselves.
    """
    return _compare(value) is _Writing.ALIKE


def _by_library(value: object) -> bytes:
    try:
        return rfc8785.dumps(value)  # type: ignore[arg-type]  # its type is recursive over JSON values
    except (rfc8785.CanonicalizationError, RecursionError, TypeError) as error:
        raise NotCanonical(str(error)) from error


def _compare(value: object) -> _Writing:
    """One look at the types per container, at C speed where there is only text and integers."""
    writing = _Writing.ALIKE
    containers: list[Any] = [[value]]
    for container in containers:
        children = container.values() if type(container) is dict else container
        if _PLAIN.issuperset(map(type, children)):
            continue
        for child in children:
            kind = type(child)
            if kind is str:
                continue
            if kind is dict or kind is list:
                containers.append(child)
            elif kind is float:
                if child % 1 == 0 and -MAX_INTEGER <= child <= MAX_INTEGER:
                    writing = _Writing.WHOLE_FLOATS
                elif not _LEAST <= abs(child) < _MOST:
                    return _Writing.UNLIKE
            elif kind not in _PLAIN:
                return _Writing.UNLIKE
    return writing


def _with_integers(value: Any) -> Any:
    """A copy with whole floats as integers; as deep as orjson has already gone."""
    kind = type(value)
    if kind is dict:
        return {name: _with_integers(child) for name, child in value.items()}
    if kind is list:
        return [_with_integers(child) for child in value]
    return int(value) if kind is float and value % 1 == 0 else value


def parse_json(data: bytes) -> object:
    """Read UTF-8 JSON strictly; a byte order mark is tolerated. Time and memory grow linearly with the input.

    Raises MalformedJson (code, offset, pointer) for: not JSON, bad UTF-8, lone surrogates, a name given twice
    in one object, more than 64 levels, numbers that are not finite or beyond +-(2^53-1).
    """
    body = data[3:] if data.startswith(_BOM) else data
    try:
        root = [orjson.loads(body)]
    except orjson.JSONDecodeError as error:
        raise json_faults.explain(body, error) from error
    if not _settle(body, root):
        raise json_faults.locate(body)
    return root[0]


def _settle(body: bytes, root: list[Any]) -> bool:
    """Whether the only child of `root` is strict: depth, numbers, and no string of the text lost on the way.

    Whole floats become integers, so that 26.0 and 26 are the same from here on.
    """
    strings = 0
    level: list[Any] = [root]
    for _ in range(MAX_DEPTH + 1):
        deeper: list[Any] = []
        for container in level:
            children = container
            if type(container) is dict:
                strings += len(container)
                children = container.values()
            if _ONLY_TEXT.issuperset(map(type, children)):
                strings += len(children)
                continue
            found = _settle_one(container, children, deeper)
            if found is None:
                return False
            strings += found
        level = deeper
    return not level and strings * 2 == _count_quotes(body)


def _settle_one(container: Any, children: Iterable[Any], deeper: list[Any]) -> int | None:
    """How many strings are directly in the container, or None for a number that is too large."""
    strings, whole = 0, False
    for child in children:
        kind = type(child)
        if kind is str:
            strings += 1
        elif kind is dict or kind is list:
            deeper.append(child)
        elif kind is int or kind is float:
            if not -MAX_INTEGER <= child <= MAX_INTEGER:
                return None
            whole = whole or (kind is float and child % 1 == 0)
    if whole:
        _make_integers(container)
    return strings


def _make_integers(container: Any) -> None:
    for place, child in container.items() if type(container) is dict else enumerate(container):
        if type(child) is float and child % 1 == 0:
            container[place] = int(child)


def _count_quotes(body: bytes) -> int:
    """Quotes around strings. A name given twice leaves more of them than the value has strings."""
    if b"\\" in body:
        body = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    return body.count(b'"')
