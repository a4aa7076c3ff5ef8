"""The rules of TraceLedger as plain values: what an entry is, and what it does to a lot.

The Solidity contract is the authority; this model is held against it by random call sequences
(tests/contracts). The gateway uses it to foresee what the chain will say, the verifier to replay a lot's
history from the chain's own logs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum, IntFlag

from suyuan.kernel.hashing import keccak256

ZERO_HEAD = bytes(32)
#: The last bytes of a head are the lot's count of entries, big endian.
COUNT_SIZE = 4


class Kind(IntEnum):
    """Kinds of entry, numbered as in `ITraceLedger.Kind`; 0 is never written."""

    INTRODUCED = 1
    PRODUCED = 2
    PROCESSED = 3
    CONSUMED = 4
    PACKED = 5
    COLD_CHAIN = 6
    INSPECTED = 7
    TESTED = 8
    OFFERED = 9
    ACCEPTED = 10
    REFUSED = 11
    RECEIVED = 12
    OBSERVED = 13
    SOLD = 14
    DISPOSED = 15
    CORRECTED = 16


class Role(IntFlag):
    """Role bits of a party, as in `IPartyRegistry`."""

    PRODUCER = 1
    PROCESSOR = 2
    CARRIER = 4
    WAREHOUSE = 8
    RETAILER = 16
    LABORATORY = 32
    INSPECTOR = 64


TRADE = Role.PRODUCER | Role.PROCESSOR | Role.CARRIER | Role.WAREHOUSE | Role.RETAILER
ANY_ROLE = TRADE | Role.LABORATORY | Role.INSPECTOR

OPENING = frozenset({Kind.INTRODUCED, Kind.PRODUCED, Kind.PROCESSED})

#: Which roles may write which kind; INSPECTED is also open to the lot's custodian and to the party it is
#: offered to (receivers inspect).
ROLES_FOR: dict[Kind, Role] = {
    Kind.INTRODUCED: TRADE,
    Kind.PRODUCED: Role.PRODUCER,
    Kind.PROCESSED: Role.PRODUCER | Role.PROCESSOR,
    Kind.CONSUMED: Role.PRODUCER | Role.PROCESSOR,
    Kind.PACKED: TRADE,
    Kind.COLD_CHAIN: TRADE,
    Kind.INSPECTED: Role.INSPECTOR,
    Kind.TESTED: Role.LABORATORY,
    Kind.OFFERED: TRADE,
    Kind.ACCEPTED: TRADE,
    Kind.REFUSED: TRADE,
    Kind.RECEIVED: TRADE,
    Kind.OBSERVED: ANY_ROLE,
    Kind.SOLD: TRADE,
    Kind.DISPOSED: TRADE,
    Kind.CORRECTED: ANY_ROLE,
}
#: The same as plain numbers: a flag's own `&` takes longer than all the rest of an entry.
_ROLE_BITS = {kind: int(roles) for kind, roles in ROLES_FOR.items()}


def may_write(roles: Role, kind: Kind) -> bool:
    """Whether one of the roles writes this kind."""
    return bool(int(roles) & _ROLE_BITS[kind])


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One entry as it is signed. `occurred_at` is Unix seconds (uint40), `counterparty` a party or 0."""

    lot_id: bytes
    event_hash: bytes
    occurred_at: int
    counterparty: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class LotState:
    """What the contract says of a lot: custodian and offered_to are party numbers, 0 is nobody. `count`
    is the one in the head, where the contract keeps it.
    """

    custodian: int = 0
    offered_to: int = 0
    count: int = 0
    head: bytes = ZERO_HEAD


class LedgerRefusal(Exception):
    """The contract would revert; `reason` is the name of its custom error without the contract's prefix."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def extend_head(head: bytes, party: int, entry: LedgerEntry) -> bytes:
    """keccak256(abi.encode(head, kind, party, eventHash, occurredAt, counterparty)), six 32-byte words, with
    its last 4 bytes replaced by the count, one more than in `head`. Raises OverflowError beyond 2^32 - 1.
    """
    linked = keccak256(
        head
        + int(entry.kind).to_bytes(32, "big")
        + party.to_bytes(32, "big")
        + entry.event_hash
        + entry.occurred_at.to_bytes(32, "big")
        + entry.counterparty.to_bytes(32, "big")
    )
    return linked[:-COUNT_SIZE] + (count_in(head) + 1).to_bytes(COUNT_SIZE, "big")


def count_in(head: bytes) -> int:
    """How many entries lead to this head; 0 for ZERO_HEAD."""
    return int.from_bytes(head[-COUNT_SIZE:], "big")


def record_entry(  # noqa: PLR0913 - what the contract reads, nothing bundled
    state: LotState, party: int, roles: Role, entry: LedgerEntry, *, may_open: bool, held: bool = False
) -> tuple[LotState, bool]:
    """Apply one entry by `party`; returns the new state and `inCustody`.

    `may_open`: the party is qualified and not suspended. `held`: the lot is held or recalled.
    Raises LedgerRefusal where the contract reverts.
    """
    kind = entry.kind
    _check_role(state, party, roles, kind)
    if state.count == 0:
        if kind not in OPENING:
            raise LedgerRefusal("LotUnknown")
        if not may_open:
            raise LedgerRefusal("NotQualified")
        state = LotState(party, state.offered_to, state.count, state.head)
    state = _move_custody(state, party, entry, held=held)
    in_custody = state.custodian == party
    head = extend_head(state.head, party, entry)
    return LotState(state.custodian, state.offered_to, count_in(head), head), in_custody


def _check_role(state: LotState, party: int, roles: Role, kind: Kind) -> None:
    if may_write(roles, kind):
        return
    if kind is Kind.INSPECTED and state.count and party in (state.custodian, state.offered_to):
        return
    raise LedgerRefusal("RoleMissing")


def _move_custody(state: LotState, party: int, entry: LedgerEntry, *, held: bool) -> LotState:
    kind = entry.kind
    if kind in (Kind.OFFERED, Kind.SOLD, Kind.DISPOSED) and state.custodian != party:
        raise LedgerRefusal("NotCustodian")
    if kind in (Kind.OFFERED, Kind.SOLD) and held:
        raise LedgerRefusal("LotHeld")
    if kind is Kind.OFFERED:
        if entry.counterparty in (0, party):
            raise LedgerRefusal("BadCounterparty")
        return replace(state, offered_to=entry.counterparty)
    if kind in (Kind.ACCEPTED, Kind.REFUSED):
        if state.offered_to != party:
            raise LedgerRefusal("NotOffered")
        if entry.counterparty != state.custodian:
            raise LedgerRefusal("BadCounterparty")
        if kind is Kind.REFUSED:
            return replace(state, offered_to=0)
        return replace(state, custodian=party, offered_to=0)
    return state
