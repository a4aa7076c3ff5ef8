"""What goes into the next transaction: the first signed operation, and as many submissions behind it as
fit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, Select, exists, func, select

from suyuan.anchoring import repository
from suyuan.anchoring.model import OperationKind, Policy, Sending, State
from suyuan.anchoring.ports import Call, Contracts, SignedSubmission
from suyuan.anchoring.repository import Queued
from suyuan.anchoring.tables import entries, operations, transactions
from suyuan.kernel.hashing import from_hex
from suyuan.kernel.ledger import OPENING

_CONTRACT_WALLET_GAS = 200_000


@dataclass(frozen=True, slots=True)
class Bundle:
    """Operations of one transaction, in order: many submissions, or one of another kind."""

    operations: tuple[Queued, ...]

    @property
    def purpose(self) -> OperationKind:
        return self.operations[0].kind

    @property
    def alone(self) -> bool:
        """It failed before, and is only sent when nothing else is under way, so that it can be simulated."""
        return any(operation.tries for operation in self.operations)

    def first(self, count: int) -> Bundle:
        return Bundle(self.operations[:count])


def choose(conn: Connection, epoch: int, policy: Policy) -> Bundle | None:
    """The next bundle, or None when nothing can be sent now.

    What comes behind a number that waits for its party's signature is passed over, and with it whatever is
    about the same lots and comes later: the ledger would refuse it, or record it before its time.
    """
    held = _Held(_lots_behind_unsigned(conn))
    anchor_under_way = _anchor_under_way(conn, epoch)
    taken: list[Queued] = []
    gas, count = policy.gas_transaction, 0
    for operation in _queue(conn, policy.bundle_entries, taken):
        if held.holds(operation):
            continue
        if operation.kind is OperationKind.ANCHOR and anchor_under_way:
            continue  # its previous root is not known before that one is mined; nothing else depends on it
        if operation.kind is not OperationKind.SUBMISSION:
            return Bundle(tuple(taken)) if taken else Bundle((operation,))
        gas += gas_of(operation, policy)
        count += len(operation.entries)
        full = gas > policy.bundle_gas or count > policy.bundle_entries
        if taken and (full or operation.tries or taken[0].tries):
            break
        taken.append(operation)
    return Bundle(tuple(taken)) if taken else None


@dataclass(slots=True)
class _Held:
    """What waits with those that stand behind an unsigned number: `lots` are theirs, each with its
    first place on the way.
    """

    lots: dict[bytes, int]
    parties: set[int] = field(default_factory=set)

    def holds(self, operation: Queued) -> bool:
        """Also keeps what an operation that is held holds up in its turn."""
        if operation.sequence is None:
            return False
        place = operation.place or 0
        shared = any(self.lots.get(entry.lot_id, place) < place for entry in operation.entries)
        if not shared and operation.party not in self.parties:
            return False
        self.parties.add(operation.party)
        for entry in operation.entries:
            self.lots[entry.lot_id] = min(self.lots.get(entry.lot_id, place), place)
        return True


def _queue(conn: Connection, page: int, taken: Sequence[Queued]) -> Iterator[Queued]:
    """What is signed, in its order; without the numbers behind an unsigned one, which may be thousands. One
    page, unless nothing was taken of it.
    """
    lowest = _unsigned().subquery()
    behind = exists().where(lowest.c.party == operations.c.party, lowest.c.lowest < operations.c.sequence)
    last = (-1, -1)
    while not taken:
        after = (operations.c.place > last[0]) | (
            (operations.c.place == last[0]) & (operations.c.id > last[1])
        )
        found = repository.load(conn, operations.c.state == State.SIGNED, ~behind, after, limit=page)
        yield from found
        if len(found) < page:
            return
        last = (found[-1].place or 0, found[-1].id)


def gas_of(operation: Queued, policy: Policy) -> int:
    """An upper bound by formula; what is not used is not paid."""
    if operation.kind is not OperationKind.SUBMISSION:
        return policy.gas_administration
    gas = policy.gas_submission
    for entry in operation.entries:
        gas += policy.gas_opening_entry if entry.kind in OPENING else policy.gas_entry
    if operation.signature is not None and len(operation.signature) > 65:
        gas += _CONTRACT_WALLET_GAS
    return gas


def gas_of_bundle(chosen: Bundle, policy: Policy) -> int:
    return policy.gas_transaction + sum(gas_of(operation, policy) for operation in chosen.operations)


def call_of(contracts: Contracts, chosen: Sequence[Queued], previous_root: bytes) -> Call:
    """The contract call of a bundle; `previous_root` matters to an anchor only."""
    first = chosen[0]
    if first.kind is OperationKind.SUBMISSION:
        return contracts.record_many([_signed(operation) for operation in chosen])
    if first.kind is OperationKind.ANCHOR:
        return contracts.anchor(from_hex(first.payload["root"]), first.payload["leafCount"], previous_root)
    return _administration(contracts, first)


def _administration(contracts: Contracts, operation: Queued) -> Call:
    party, its = operation.party, operation.payload
    calls: dict[OperationKind, Callable[[], Call]] = {
        OperationKind.REGISTER: lambda: contracts.register_party(
            party, from_hex(its["profileHash"]), its["roles"], its["qualifiedUntil"], its["key"]
        ),
        OperationKind.ADD_KEY: lambda: contracts.add_key(party, its["key"]),
        OperationKind.REVOKE_KEY: lambda: contracts.revoke_key(party, its["key"]),
        OperationKind.ROLES: lambda: contracts.set_roles(party, its["roles"]),
        OperationKind.QUALIFICATION: lambda: contracts.set_qualification(party, its["qualifiedUntil"]),
        OperationKind.SUSPENDED: lambda: contracts.set_suspended(party, its["suspended"]),
        OperationKind.PROFILE: lambda: contracts.set_profile(party, from_hex(its["profileHash"])),
    }
    return calls[operation.kind]()


def _signed(operation: Queued) -> SignedSubmission:
    if operation.sequence is None or operation.signature is None:
        raise AssertionError(f"operation {operation.id} is not signed")
    return SignedSubmission(operation.party, operation.sequence, operation.entries, operation.signature)


def _unsigned() -> Select[tuple[int, int]]:
    """The lowest number of each party that still waits for a signature."""
    unsigned = (operations.c.state == State.RECEIVED) & operations.c.place.is_not(None)
    return (
        select(operations.c.party, func.min(operations.c.sequence).label("lowest"))
        .where(unsigned, operations.c.sequence.is_not(None))
        .group_by(operations.c.party)
    )


def _lots_behind_unsigned(conn: Connection) -> dict[bytes, int]:
    """Lots of what is signed and stands behind an unsigned number, each with the first such place."""
    lowest = _unsigned().subquery()
    query = (
        select(entries.c.lot_id, func.min(operations.c.place).label("place"))
        .join(operations, operations.c.id == entries.c.operation_id)
        .join(lowest, lowest.c.party == operations.c.party)
        .where(operations.c.state == State.SIGNED, operations.c.sequence > lowest.c.lowest)
        .group_by(entries.c.lot_id)
    )
    return {row.lot_id: row.place for row in conn.execute(query)}


def _anchor_under_way(conn: Connection, epoch: int) -> bool:
    query = select(transactions.c.id).where(
        transactions.c.epoch == epoch,
        transactions.c.state == Sending.PREPARED,
        transactions.c.purpose == OperationKind.ANCHOR,
    )
    return conn.execute(query.limit(1)).scalar() is not None
