"""What a relayer sent to TraceLedger: the submissions in a transaction's calldata, decoded by hand.

Written from contracts/src/interfaces/ITraceLedger.sol and the ABI specification, on purpose without the code
that encodes: two readings of one rule find a mistake that one reading cannot.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from suyuan.kernel.hashing import keccak256
from suyuan.kernel.ledger import Kind, LedgerEntry

RECORD = keccak256(b"record(uint32,uint64,bytes,bytes)")[:4]
RECORD_MANY = keccak256(b"recordMany((uint32,uint64,bytes,bytes)[])")[:4]

_WORD = 32
#: An entry is packed: lotId 32, eventHash 32, occurredAt 5, counterparty 4, kind 1 byte.
_ENTRY = 74
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
    packed = _bytes(body, at + _uint(body, at + 2 * _WORD))
    if len(packed) % _ENTRY:
        raise NotSubmissions("carries entries that are no whole number of entries")
    return Submission(
        party=_uint(body, at),
        sequence=_uint(body, at + _WORD),
        entries=tuple(_entry(packed[place : place + _ENTRY]) for place in range(0, len(packed), _ENTRY)),
        signature=_bytes(body, at + _uint(body, at + 3 * _WORD)),
    )


def _entry(packed: bytes) -> LedgerEntry:
    kind = packed[73]
    if kind not in _KINDS:
        raise NotSubmissions(f"carries an entry of the unknown kind {kind}")
    return LedgerEntry(
        lot_id=packed[:32],
        event_hash=packed[32:64],
        occurred_at=int.from_bytes(packed[64:69], "big"),
        counterparty=int.from_bytes(packed[69:73], "big"),
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
