"""Calls, answers, logs and errors of a contract, by its ABI; pure.

Custom errors are put into words for people: `NotCustodian(lotId=0x…, party=3, custodian=1)`. The contract's
name, which stands first in our errors, is left out: it says nothing to a reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from suyuan.adapters.evm.abi_codec import decode, encode
from suyuan.anchoring.ports import ChainUnavailable
from suyuan.kernel.hashing import keccak256, to_hex
from suyuan.kernel.typed_data import checksum_address

ERROR_STRING = keccak256(b"Error(string)")[:4]
PANIC = keccak256(b"Panic(uint256)")[:4]
NO_REASON = "Reverted without a reason"
_PREFIX = re.compile(r"^[A-Za-z0-9]+_+(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Entry:
    """A function, event or error of an ABI: its name and its inputs' names and canonical types."""

    name: str
    names: tuple[str, ...]
    types: tuple[str, ...]
    indexed: tuple[bool, ...]
    outputs: tuple[str, ...]

    @property
    def signature(self) -> bytes:
        return keccak256(f"{self.name}({','.join(self.types)})".encode())


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
        except (ValueError, TypeError) as error:
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


def _entry(item: Mapping[str, Any]) -> Entry:
    inputs = item.get("inputs", [])
    return Entry(
        name=item.get("name", ""),
        names=tuple(each.get("name") or f"value{n}" for n, each in enumerate(inputs)),
        types=tuple(_type(each) for each in inputs),
        indexed=tuple(bool(each.get("indexed")) for each in inputs),
        outputs=tuple(_type(each) for each in item.get("outputs", [])),
    )


def _type(item: Mapping[str, Any]) -> str:
    """The canonical type: a struct is the tuple of its members."""
    name: str = item["type"]
    if name.startswith("tuple"):
        return "(" + ",".join(_type(each) for each in item["components"]) + ")" + name.removeprefix("tuple")
    return name


def _word(value: object) -> str:
    if isinstance(value, bytes):
        return to_hex(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and re.fullmatch(r"0x[0-9a-f]{40}", value):
        return checksum_address(value)
    return str(value)
