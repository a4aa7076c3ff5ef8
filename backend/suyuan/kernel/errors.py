"""Errors of every room: a stable code for programs, a kind for the doors, a sentence for people.

A room subclasses one of these; only the doors know HTTP, and map `kind` to a status in one place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, ClassVar


class ErrorKind(StrEnum):
    """What sort of trouble it is; the doors map each to one status."""

    MALFORMED = "malformed"  # 400: cannot be read at all
    UNAUTHENTICATED = "unauthenticated"  # 401
    FORBIDDEN = "forbidden"  # 403
    NOT_FOUND = "not_found"  # 404
    CONFLICT = "conflict"  # 409
    TOO_LARGE = "too_large"  # 413
    REFUSED = "refused"  # 422: readable, but not acceptable
    TOO_MANY = "too_many"  # 429: wait, then try again
    UNAVAILABLE = "unavailable"  # 503: try again later
    INTERNAL = "internal"  # 500


class SuyuanError(Exception):
    """The root. `code` is stable (`lot.unknown`); `str(error)` is one sentence and names the values."""

    code: str = "internal"
    kind: ClassVar[ErrorKind] = ErrorKind.INTERNAL

    def __init__(self, message: str = "", *, code: str | None = None) -> None:
        super().__init__(message or (code or self.code))
        if code is not None:
            self.code = code

    @property
    def message(self) -> str:
        return str(self)

    @property
    def members(self) -> dict[str, Any]:
        """What an answer says besides, as JSON."""
        return {}


class Malformed(SuyuanError):
    """The input cannot be read."""

    code = "malformed"
    kind = ErrorKind.MALFORMED


class Unauthenticated(SuyuanError):
    """Nobody we know is calling."""

    code = "unauthenticated"
    kind = ErrorKind.UNAUTHENTICATED


class Forbidden(SuyuanError):
    """The caller is known but may not do this."""

    code = "forbidden"
    kind = ErrorKind.FORBIDDEN


class NotFound(SuyuanError):
    """There is no such thing, or the caller may not know of it."""

    code = "not_found"
    kind = ErrorKind.NOT_FOUND


class Conflict(SuyuanError):
    """It contradicts what is already recorded."""

    code = "conflict"
    kind = ErrorKind.CONFLICT


class TooLarge(SuyuanError):
    """More than the stated limit."""

    code = "too_large"
    kind = ErrorKind.TOO_LARGE


class TooMany(SuyuanError):
    """Too often; `retry_after` says in how many seconds the next may come."""

    code = "too_many"
    kind = ErrorKind.TOO_MANY

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(SuyuanError):
    """Something outside does not answer; the same request may succeed later."""

    code = "unavailable"
    kind = ErrorKind.UNAVAILABLE


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of an input: `pointer` is a JSON Pointer (RFC 6901), "" the whole; `fix` says what to do."""

    pointer: str
    code: str
    message: str
    fix: str = ""

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


class Refused(SuyuanError):
    """The input was read and is not acceptable; every fault found is reported at once, in order."""

    code = "refused"
    kind = ErrorKind.REFUSED

    def __init__(self, faults: Iterable[Fault], message: str = "", *, code: str | None = None) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        first = self.faults[0].message if self.faults else "refused"
        rest = len(self.faults) - 1
        super().__init__(message or (f"{first} (and {rest} more)" if rest > 0 else first), code=code)
