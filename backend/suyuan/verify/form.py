"""Strict reading of JSON values: every object names its members, every member has one form."""

from __future__ import annotations

import re
from collections.abc import Mapping

from suyuan.kernel.typed_data import checksum_address

UINT32 = 2**32 - 1
UINT40 = 2**40 - 1
UINT53 = 2**53 - 1

_HASH = re.compile(r"0x[0-9a-f]{64}")


class BundleFault(Exception):
    """The bytes leave the form at `pointer` (RFC 6901)."""

    def __init__(self, pointer: str, message: str) -> None:
        super().__init__(f"{pointer or '/'}: {message}")
        self.pointer = pointer


class Reader:
    """An object with exactly these `members`. Raises BundleFault for any other shape."""

    def __init__(self, value: object, pointer: str, members: tuple[str, ...]) -> None:
        self.pointer = pointer
        if not isinstance(value, dict):
            raise BundleFault(pointer, "must be an object")
        missing = [name for name in members if name not in value]
        unknown = [name for name in value if name not in members]
        if missing or unknown:
            raise BundleFault(pointer, f"missing members {missing}, unknown members {unknown}"[:300])
        self._value: Mapping[str, object] = value

    def text(self, name: str) -> str:
        value = self._value[name]
        if not isinstance(value, str):
            raise BundleFault(f"{self.pointer}/{name}", "must be a string")
        return value

    def boolean(self, name: str) -> bool:
        value = self._value[name]
        if not isinstance(value, bool):
            raise BundleFault(f"{self.pointer}/{name}", "must be true or false")
        return value

    def integer(self, name: str, greatest: int) -> int:
        value = self._value[name]
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= greatest:
            raise BundleFault(f"{self.pointer}/{name}", f"must be an integer from 0 to {greatest}")
        return value

    def hash32(self, name: str) -> bytes:
        return _hash32(self._value[name], f"{self.pointer}/{name}")

    def hashes32(self, name: str) -> tuple[bytes, ...]:
        pointer = f"{self.pointer}/{name}"
        return tuple(_hash32(value, f"{pointer}/{place}") for place, value in enumerate(self._list(name)))

    def address(self, name: str) -> str:
        value = self.text(name)
        try:
            spelled = checksum_address(value)
        except ValueError:
            spelled = ""
        if spelled != value:
            raise BundleFault(f"{self.pointer}/{name}", "must be an address with its EIP-55 check")
        return value

    def mapping(self, name: str) -> dict[str, object]:
        value = self._value[name]
        if not isinstance(value, dict):
            raise BundleFault(f"{self.pointer}/{name}", "must be an object")
        return value

    def part(self, name: str, members: tuple[str, ...]) -> Reader:
        return Reader(self._value[name], f"{self.pointer}/{name}", members)

    def parts(self, name: str, members: tuple[str, ...]) -> list[Reader]:
        pointer = f"{self.pointer}/{name}"
        return [Reader(value, f"{pointer}/{place}", members) for place, value in enumerate(self._list(name))]

    def _list(self, name: str) -> list[object]:
        value = self._value[name]
        if not isinstance(value, list):
            raise BundleFault(f"{self.pointer}/{name}", "must be a list")
        return value


def _hash32(value: object, pointer: str) -> bytes:
    if not isinstance(value, str) or not _HASH.fullmatch(value):
        raise BundleFault(pointer, "must be 0x and 64 lower-case hexadecimal digits")
    return bytes.fromhex(value[2:])
