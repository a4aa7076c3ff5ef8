"""The contract ABI's encoding of values (Solidity documentation, "Contract ABI Specification").

By hand, for the types that our contracts use: eth_abi brings pydantic along and half a second to each start
of the command line. eth_abi is the oracle in the tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from suyuan.kernel.typed_data import address_bytes

WORD = 32


def encode(types: Sequence[str], values: Sequence[object]) -> bytes:
    """Raises ValueError when a value does not fit its type, or the type is none of ours."""
    if len(types) != len(values):
        raise ValueError(f"expected {len(types)} values, not {len(values)}")
    heads: list[bytes] = []
    tails: list[bytes] = []
    at = sum(_head_size(each) for each in types)
    for type_, value in zip(types, values, strict=True):
        encoded = _encode(type_, value)
        if _is_dynamic(type_):
            heads.append(at.to_bytes(WORD, "big"))
            tails.append(encoded)
            at += len(encoded)
        else:
            heads.append(encoded)
    return b"".join(heads + tails)


def decode(types: Sequence[str], data: bytes) -> tuple[Any, ...]:
    """Values of a frame that begins at `data[0]`; bytes after it are passed over. Raises ValueError."""
    values, at = [], 0
    for type_ in types:
        if _is_dynamic(type_):
            values.append(_decode(type_, data[_number(data, at) :]))
        else:
            values.append(_decode(type_, data[at:]))
        at += _head_size(type_)
    return tuple(values)


def _encode(type_: str, value: Any) -> bytes:
    element, members = _element(type_), _members(type_)
    if element is not None:
        values = list(value)
        return len(values).to_bytes(WORD, "big") + encode([element] * len(values), values)
    if members is not None:
        return encode(members, list(value))
    if type_ in {"bytes", "string"}:
        octets = value.encode() if type_ == "string" and isinstance(value, str) else _octets(value)
        return len(octets).to_bytes(WORD, "big") + octets + bytes(-len(octets) % WORD)
    return _encode_word(type_, value)


def _encode_word(type_: str, value: Any) -> bytes:
    if type_ == "address":
        return bytes(12) + address_bytes(str(value))
    if type_ == "bool":
        return _word(type_, int(value) if isinstance(value, bool) else None, 1)
    if type_.startswith("uint"):
        return _word(type_, value, int(type_[4:]))
    size = _fixed_size(type_)
    if len(_octets(value)) != size:
        raise ValueError(f"{type_} needs {size} bytes, not {len(value)}")
    return bytes(value) + bytes(WORD - size)


def _decode(type_: str, data: bytes) -> Any:
    element, members = _element(type_), _members(type_)
    if element is not None:
        count = _number(data, 0)
        if count * WORD > len(data):
            raise ValueError(f"{type_} says it has {count} elements")
        return decode([element] * count, data[WORD:])
    if members is not None:
        return decode(members, data)
    if type_ in {"bytes", "string"}:
        octets = _slice(data, WORD, _number(data, 0))
        return octets.decode() if type_ == "string" else octets
    word = _slice(data, 0, WORD)
    if type_.startswith("bytes"):
        size = _fixed_size(type_)
        return _padded(type_, word[:size], word[size:])
    bits = {"address": 160, "bool": 1}.get(type_) or int(type_.removeprefix("uint"))
    number = int.from_bytes(word, "big")
    if number >> bits:
        raise ValueError(f"{number} does not fit {type_}")
    if type_ == "address":
        return "0x" + word[12:].hex()
    return bool(number) if type_ == "bool" else number


def _word(type_: str, value: object, bits: int) -> bytes:
    if not isinstance(value, int) or (isinstance(value, bool) and bits > 1) or not 0 <= value < 1 << bits:
        raise ValueError(f"{value!r} does not fit {type_}")
    return int(value).to_bytes(WORD, "big")


def _octets(value: object) -> bytes:
    if not isinstance(value, bytes):
        raise ValueError(f"expected bytes, not {type(value).__name__}")  # noqa: TRY004 - one error for callers
    return value


def _padded(type_: str, value: bytes, padding: bytes) -> bytes:
    if any(padding):
        raise ValueError(f"{type_} has bytes in its padding")
    return value


def _number(data: bytes, at: int) -> int:
    return int.from_bytes(_slice(data, at, WORD), "big")


def _slice(data: bytes, at: int, size: int) -> bytes:
    if at + size > len(data):
        raise ValueError(f"{at + size} bytes are needed where {len(data)} are")
    return data[at : at + size]


@cache
def _fixed_size(type_: str) -> int:
    digits = type_.removeprefix("bytes")
    if not digits.isdecimal() or not 0 < int(digits) <= WORD:
        raise ValueError(f"{type_} is no type of our contracts")
    return int(digits)


@cache
def _element(type_: str) -> str | None:
    return type_[:-2] if type_.endswith("[]") else None


@cache
def _members(type_: str) -> tuple[str, ...] | None:
    """The types inside a tuple, None for anything else."""
    if not (type_.startswith("(") and type_.endswith(")")):
        return None
    found, depth, last = [], 0, 1
    for at, char in enumerate(type_):
        depth += (char == "(") - (char == ")")
        if (char == "," and depth == 1) or (depth == 0 and at > last):
            found.append(type_[last:at])
            last = at + 1
    return tuple(found)


@cache
def _is_dynamic(type_: str) -> bool:
    members = _members(type_)
    return type_ in {"bytes", "string"} or type_.endswith("[]") or any(map(_is_dynamic, members or ()))


@cache
def _head_size(type_: str) -> int:
    members = _members(type_)
    if members is None or _is_dynamic(type_):
        return WORD
    return sum(map(_head_size, members))
