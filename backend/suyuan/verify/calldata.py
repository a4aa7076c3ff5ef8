"""What a relayer sent to TraceLedger: the submissions in a transaction's calldata, decoded by hand.

Written from contracts/src/interfaces/ITraceLedger.sol and the ABI specification, on purpose without the code
that encodes: two readings of one rule find a mistake that one reading cannot.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from suyuan.kernel.hashing import keccak256
from suyuan.kernel.ledger import Kind, LedgerEntry

_ENTRIES = "(bytes32,bytes32,uint40,uint32,uint8)[]"
RECORD = keccak256(f"record(uint32,uint64,{_ENTRIES},bytes)".encode())[:4]
RECORD_MANY = keccak256(f"recordMany((uint32,uint64,{_ENTRIES},bytes)[])".encode())[:4]

_WORD = 32
#: lotId, eventHash, occurredAt, counterparty, kind.
_ENTRY = 5 * _WORD
_KINDS = frozenset(map(int, Kind))


class NotSubmissions(Exception):
    """No submission can be read from the calldata; the message goes on after "the transaction"."""


@dataclass(frozen=True, slots=True)
class Submission:
    """One party's signed set of entries as it was sent."""

    party: int
    sequence: int
    entries: tuple[LedgerEntry, ...]
    signature: bytes


def submissions_in(calldata: bytes) -> tuple[Submission, ...]:
    """All submissions of a `record` or `recordMany` call. Raises NotSubmissions.

    One submission of a bundle that cannot be read spoils only itself: the ledger skips it too.
    """
    selector, body = calldata[:4], calldata[4:]
    if selector == RECORD:
        return (_submission(body, 0),)
    if selector != RECORD_MANY:
        raise NotSubmissions(f"calls 0x{selector.hex()}, which is neither record nor recordMany")
    start = _uint(body, 0)
    count, first = _uint(body, start), start + _WORD
    _slice(body, first, count * _WORD)
    found = []
    for place in range(count):
        with suppress(NotSubmissions):
            found.append(_submission(body, first + _uint(body, first + place * _WORD)))
    return tuple(found)


def _submission(body: bytes, at: int) -> Submission:
    listed = at + _uint(body, at + 2 * _WORD)
    count, first = _uint(body, listed), listed + _WORD
    _slice(body, first, count * _ENTRY)
    return Submission(
        party=_uint(body, at),
        sequence=_uint(body, at + _WORD),
        entries=tuple(_entry(body, first + place * _ENTRY) for place in range(count)),
        signature=_bytes(body, at + _uint(body, at + 3 * _WORD)),
    )


def _entry(body: bytes, at: int) -> LedgerEntry:
    occurred_at, counterparty, kind = (_uint(body, at + place * _WORD) for place in (2, 3, 4))
    if occurred_at >> 40 or counterparty >> 32:
        raise NotSubmissions("carries an entry with a time or a number beyond its type")
    if kind not in _KINDS:
        raise NotSubmissions(f"carries an entry of the unknown kind {kind}")
    return LedgerEntry(
        lot_id=_slice(body, at, _WORD),
        event_hash=_slice(body, at + _WORD, _WORD),
        occurred_at=occurred_at,
        counterparty=counterparty,
        kind=Kind(kind),
    )


def _bytes(body: bytes, at: int) -> bytes:
    return _slice(body, at + _WORD, _uint(body, at))


def _uint(body: bytes, at: int) -> int:
    return int.from_bytes(_slice(body, at, _WORD), "big")


def _slice(body: bytes, at: int, length: int) -> bytes:
    if at + length > len(body):
        raise NotSubmissions("is cut short")
    return body[at : at + length]
