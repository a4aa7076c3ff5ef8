"""What a relayer sent to TraceLedger: the submissions in a transaction's calldata, decoded by hand.

Written from contracts/src/interfaces/ITraceLedger.sol and the ABI specification, on purpose without the code
that encodes: two readings of one rule find a mistake that one reading cannot.
"""

from __future__ import annotations

from dataclasses import dataclass

from suyuan.kernel.hashing import keccak256
from suyuan.kernel.ledger import Kind, LedgerEntry

_ENTRY = "(bytes32,bytes32,uint40,uint32,uint8)"
RECORD = keccak256(f"record(uint32,uint64,{_ENTRY}[],bytes)".encode())[:4]
RECORD_MANY = keccak256(f"recordMany((uint32,uint64,{_ENTRY}[],bytes)[])".encode())[:4]

WORD = 32
_ENTRY_WORDS = 5
_KINDS = frozenset(map(int, Kind))


class NotSubmissions(Exception):
    """The calldata calls something else, or is malformed: no submission can be read from it."""


@dataclass(frozen=True, slots=True)
class Submission:
    """One party's signed set of entries as it was sent."""

    party: int
    sequence: int
    entries: tuple[LedgerEntry, ...]
    signature: bytes


def submissions_in(calldata: bytes) -> tuple[Submission, ...]:
    """All submissions of a `record` or `recordMany` call. Raises NotSubmissions."""
    selector, body = calldata[:4], calldata[4:]
    if selector == RECORD:
        return (_submission(body, 0),)
    if selector == RECORD_MANY:
        start = _uint(body, 0)
        count = _uint(body, start)
        first = start + WORD
        if count * WORD > len(body):
            raise NotSubmissions("a list longer than the calldata")
        return tuple(_submission(body, first + _uint(body, first + place * WORD)) for place in range(count))
    raise NotSubmissions(f"calls 0x{selector.hex()}, which is neither record nor recordMany")


def _submission(body: bytes, at: int) -> Submission:
    entries = at + _uint(body, at + 2 * WORD)
    signature = at + _uint(body, at + 3 * WORD)
    count = _uint(body, entries)
    if count * _ENTRY_WORDS * WORD > len(body):
        raise NotSubmissions("a list longer than the calldata")
    first = entries + WORD
    return Submission(
        party=_uint(body, at),
        sequence=_uint(body, at + WORD),
        entries=tuple(_entry(body, first + place * _ENTRY_WORDS * WORD) for place in range(count)),
        signature=_slice(body, signature + WORD, _uint(body, signature)),
    )


def _entry(body: bytes, at: int) -> LedgerEntry:
    kind = _uint(body, at + 4 * WORD)
    if kind not in _KINDS:
        raise NotSubmissions(f"kind {kind} is unknown")
    return LedgerEntry(
        lot_id=_slice(body, at, WORD),
        event_hash=_slice(body, at + WORD, WORD),
        occurred_at=_uint(body, at + 2 * WORD),
        counterparty=_uint(body, at + 3 * WORD),
        kind=Kind(kind),
    )


def _uint(body: bytes, at: int) -> int:
    return int.from_bytes(_slice(body, at, WORD), "big")


def _slice(body: bytes, at: int, length: int) -> bytes:
    if at + length > len(body):
        raise NotSubmissions("cut short")
    return body[at : at + length]
