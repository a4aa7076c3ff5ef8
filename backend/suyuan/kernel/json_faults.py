"""Why a JSON text was refused, in words: the slow second look, taken only after the quick reader said no."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from suyuan.kernel.errors import Malformed

MAX_DEPTH = 64
MAX_INTEGER = 2**53 - 1


class MalformedJson(Malformed):
    """`code` is one of json.syntax, json.encoding, json.duplicate, json.depth, json.number, json.surrogate.

    `offset` counts bytes after an optional byte order mark, `pointer` is a JSON Pointer; each may be unknown.
    """

    code = "json.syntax"

    def __init__(
        self, code: str, message: str, *, offset: int | None = None, pointer: str | None = None
    ) -> None:
        where = f" at {pointer or 'the root'}" if pointer is not None else ""
        super().__init__(f"{message}{where}" + (f" (byte {offset})" if offset is not None else ""), code=code)
        self.offset = offset
        self.pointer = pointer


def explain(body: bytes, error: json.JSONDecodeError) -> MalformedJson:
    """The fault of a text that is not readable at all."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as fault:
        return MalformedJson("json.encoding", "not UTF-8", offset=fault.start)
    deep = _offset_of_depth(body)
    if deep is not None:
        return MalformedJson("json.depth", f"more than {MAX_DEPTH} levels", offset=deep)
    reason = error.msg
    offset = len(text[: error.pos].encode("utf-8", "surrogatepass"))
    if "surrogate" in reason:
        return MalformedJson("json.surrogate", "half of a surrogate pair", offset=offset)
    if "infinity" in reason or re.match(r"-?(NaN|Infinity)", text[error.pos : error.pos + 9]):
        return MalformedJson("json.number", "a number that is not finite", offset=offset)
    return MalformedJson("json.syntax", f"not JSON: {reason}", offset=offset)


# Strings and everything else between two brackets are passed over in one step. The end counts as a bracket: a
# match that failed there would be tried again from every byte.
_BRACKET = re.compile(rb'(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+"?)*+([\[\]{}]|\Z)', re.DOTALL)


def _offset_of_depth(body: bytes) -> int | None:
    depth = 0
    for match in _BRACKET.finditer(body):
        depth += 1 if match[1] in (b"[", b"{") else -1
        if depth > MAX_DEPTH:
            return match.start(1)
    return None


class _Twice:
    """Stands in the tree where an object gives a name twice."""

    def __init__(self, name: str) -> None:
        self.name = name


def _object(pairs: list[tuple[str, object]]) -> object:
    value = dict(pairs)
    if len(value) == len(pairs):
        return value
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            return _Twice(name)
        seen.add(name)
    raise AssertionError("unreachable: a name must occur twice")


def _integer(literal: str) -> object:
    # Python refuses to convert thousands of digits; they are out of range anyway.
    return int(literal) if len(literal) < 20 else float("inf")


def locate(body: bytes) -> MalformedJson:
    """The first fault of a text that is JSON but not strict."""
    deep = _offset_of_depth(body)
    if deep is not None:
        return MalformedJson("json.depth", f"more than {MAX_DEPTH} levels", offset=deep)
    tree = json.loads(body, object_pairs_hook=_object, parse_int=_integer)
    for pointer, value in _walk(tree):
        if isinstance(value, _Twice):
            return MalformedJson("json.duplicate", f"the name {value.name!r} is given twice", pointer=pointer)
        if isinstance(value, (int, float)) and not -MAX_INTEGER <= value <= MAX_INTEGER:
            return MalformedJson(
                "json.number", "a number beyond 2^53-1; write it as a string", pointer=pointer
            )
    return MalformedJson("json.syntax", "not strict JSON")


def _walk(tree: object) -> Iterator[tuple[str, object]]:
    """Every value with its JSON Pointer, in the order of the text, without recursion."""
    stack = [("", tree)]
    while stack:
        pointer, value = stack.pop()
        yield pointer, value
        if isinstance(value, dict):
            steps = [(f"{pointer}/{escape_pointer(name)}", child) for name, child in value.items()]
        elif isinstance(value, list):
            steps = [(f"{pointer}/{index}", child) for index, child in enumerate(value)]
        else:
            continue
        stack.extend(reversed(steps))


def escape_pointer(name: str) -> str:
    """One reference token of a JSON Pointer (RFC 6901, 3)."""
    return name.replace("~", "~0").replace("/", "~1")
