"""Calls, answers, logs and errors of a contract, by its ABI; pure.

Custom errors are put into words for people: `NotCustodian(lotId=0x…, party=3, custodian=1)`. The contract's
name, which stands first in our errors, is left out: it says nothing to a reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from eth_abi.exceptions import DecodingError, EncodingError
from eth_typing import ABIElement
from eth_utils.abi import abi_to_signature, get_abi_input_types, get_abi_output_types
from web3 import Web3
from web3.providers.base import BaseProvider

from suyuan.anchoring.ports import ChainUnavailable
from suyuan.kernel.hashing import keccak256, to_hex
from suyuan.kernel.typed_data import checksum_address

ERROR_STRING = keccak256(b"Error(string)")[:4]
PANIC = keccak256(b"Panic(uint256)")[:4]
NO_REASON = "Reverted without a reason"
#: web3's codec and not eth_abi's own, which pads a bytes32 that is too short instead of refusing it.
_CODEC = Web3(BaseProvider()).codec
_PREFIX = re.compile(r"^[A-Za-z0-9]+_+(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Entry:
    """A function, event or error of an ABI. `signature` is the keccak256 of its name and canonical types; the
    first 4 bytes are the selector.
    """

    name: str
    signature: bytes
    names: tuple[str, ...]
    types: tuple[str, ...]
    indexed: tuple[bool, ...]
    outputs: tuple[str, ...]


class Abi:
    """One contract's ABI, or several together."""

    def __init__(self, items: Iterable[Mapping[str, Any]]) -> None:
        self.functions: dict[str, Entry] = {}
        self.events: dict[bytes, Entry] = {}
        self.errors: dict[bytes, Entry] = {}
        self.constructor: tuple[str, ...] = ()
        for item in items:
            entry = _entry(item)
            match item.get("type"):
                case "function":
                    self.functions[entry.name] = entry
                case "event":
                    self.events[entry.signature] = entry
                case "error":
                    self.errors[entry.signature[:4]] = entry
                case "constructor":
                    self.constructor = entry.types

    def call(self, function: str, *arguments: object) -> bytes:
        """Calldata. Raises ValueError when an argument does not fit its type."""
        entry = self.functions[function]
        try:
            return entry.signature[:4] + encode(entry.types, arguments)
        except ValueError as error:
            raise ValueError(f"{function} cannot be called with these values: {error}") from error

    def answer(self, function: str, data: bytes) -> tuple[Any, ...]:
        """What a view returned. Raises ChainUnavailable when the bytes are something else."""
        try:
            return tuple(decode(self.functions[function].outputs, data))
        except ValueError as error:
            raise ChainUnavailable(f"the node gave no readable answer to {function}") from error

    def event(self, topics: Sequence[bytes], data: bytes) -> tuple[str, dict[str, Any]] | None:
        """Name and values of a log, or None for an event that the ABI does not have."""
        entry = self.events.get(topics[0]) if topics else None
        if entry is None:
            return None
        kept = [each for each in zip(entry.names, entry.types, entry.indexed, strict=True) if not each[2]]
        found = [each for each in zip(entry.names, entry.types, entry.indexed, strict=True) if each[2]]
        try:
            values = dict(zip([e[0] for e in kept], decode([e[1] for e in kept], data), strict=True))
            for (name, type_, _), topic in zip(found, topics[1:], strict=True):
                values[name] = decode([type_], topic)[0]
        except ValueError as error:
            raise ChainUnavailable(f"the node gave a log of {entry.name} that cannot be read") from error
        return entry.name, values

    def reason(self, data: bytes) -> str:
        """Revert data in words; never fails."""
        selector, rest = data[:4], data[4:]
        entry = self.errors.get(selector)
        try:
            if entry is not None:
                values = decode(entry.types, rest)
                words = ", ".join(f"{n}={_word(v)}" for n, v in zip(entry.names, values, strict=True))
                return f"{_PREFIX.sub('', entry.name)}({words})" if words else _PREFIX.sub("", entry.name)
            if selector == ERROR_STRING:
                return str(decode(["string"], rest)[0])
            if selector == PANIC:
                return f"Panic({decode(['uint256'], rest)[0]:#04x})"
        except ValueError:
            pass
        return f"Reverted with {to_hex(data)}" if data else NO_REASON


def encode(types: Sequence[str], values: Sequence[object]) -> bytes:
    """Raises ValueError when a value does not fit its type; bytes of a fixed size must have that size."""
    try:
        return _CODEC.encode(types, values)
    except (EncodingError, AttributeError, TypeError) as error:  # the last two for values of a strange type
        raise ValueError(str(error)) from error


def decode(types: Sequence[str], data: bytes) -> tuple[Any, ...]:
    """Bytes after the values are passed over. Raises ValueError when the bytes are no such values."""
    try:
        return _CODEC.decode(types, data)
    except (DecodingError, OverflowError) as error:
        raise ValueError(str(error)) from error


def _entry(item: Mapping[str, Any]) -> Entry:
    inputs = item.get("inputs", [])
    element = cast("ABIElement", item)
    kind = item.get("type")
    named = kind in {"function", "event", "error"}
    return Entry(
        name=item.get("name", ""),
        signature=keccak256(abi_to_signature(element).encode()) if named else b"",
        names=tuple(each.get("name") or f"value{n}" for n, each in enumerate(inputs)),
        types=tuple(get_abi_input_types(element)) if inputs else (),
        indexed=tuple(bool(each.get("indexed")) for each in inputs),
        outputs=tuple(get_abi_output_types(element)) if kind == "function" else (),
    )


def _word(value: object) -> str:
    if isinstance(value, bytes):
        return to_hex(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and re.fullmatch(r"0x[0-9a-f]{40}", value):
        return checksum_address(value)
    return str(value)
