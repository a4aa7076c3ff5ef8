"""What travels to the chain, in which states, and by which rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from suyuan.kernel.ledger import Kind, LedgerEntry

#: A submission with more entries than this is queued in parts, so that each fits into one transaction.
PART_ENTRIES = 150


class State(StrEnum):
    """How far an operation has come. Only the last two are ends."""

    RECEIVED = "received"  # durable here; has no place on the way yet, or waits for its signature
    SIGNED = "signed"  # has its place (and number, and signature); waits for a transaction
    SUBMITTED = "submitted"  # in a stored transaction, which is sent until it is final
    MINED = "mined"  # its own log seen in a canonical block
    FINAL = "final"  # and that block is final by the chain's policy
    REJECTED = "rejected"  # the ledger refused it; `reason` says why


ENDED = (State.FINAL, State.REJECTED)
PENDING = (State.RECEIVED, State.SIGNED, State.SUBMITTED, State.MINED)
#: From the least to the most advanced; a whole of several parts is as far as its slowest part.
ORDER = {state: rank for rank, state in enumerate(State)}


class OperationKind(StrEnum):
    """What is done on chain. All but SUBMISSION and ANCHOR change PartyRegistry."""

    SUBMISSION = "submission"
    REGISTER = "party.register"
    ADD_KEY = "key.add"
    REVOKE_KEY = "key.revoke"
    ROLES = "party.roles"
    QUALIFICATION = "party.qualification"
    SUSPENDED = "party.suspended"
    PROFILE = "party.profile"
    ANCHOR = "anchor"


class Sending(StrEnum):
    """States of a transaction."""

    PREPARED = "prepared"  # nonce and bytes are stored; not seen in a canonical block
    MINED = "mined"
    FINAL = "final"
    VOID = "void"  # another transaction is final at this nonce


@dataclass(frozen=True, slots=True)
class Operation:
    """What people may see of an operation. `block_time` is the block's own, aware UTC; `parts` counts the
    operations that share the reference, and all other members speak of the least advanced of them.
    """

    id: int
    kind: OperationKind
    party: int
    reference: str | None
    state: State
    sequence: int | None
    transaction: bytes | None
    block: int | None
    block_hash: bytes | None
    block_time: datetime | None
    reason: str | None
    created_at: datetime
    updated_at: datetime
    parts: int = 1


@dataclass(frozen=True, slots=True)
class RecordedEntry:
    """One entry of a lot with what the chain added: `index` is its place in the lot's history (first is
    0).
    """

    operation: int
    position: int
    party: int
    sequence: int | None
    lot_id: bytes
    kind: Kind
    event_hash: bytes
    occurred_at: int
    counterparty: int
    state: State
    signature: bytes | None
    reason: str | None
    reference: str | None
    index: int | None = None
    in_custody: bool | None = None
    log_index: int | None = None
    transaction: bytes | None = None
    block: int | None = None
    block_hash: bytes | None = None
    block_time: datetime | None = None

    @property
    def entry(self) -> LedgerEntry:
        return LedgerEntry(self.lot_id, self.event_hash, self.occurred_at, self.counterparty, self.kind)


@dataclass(frozen=True, slots=True)
class LeafProof:
    """Why a leaf is under an anchor. `anchor` is the anchor's number on chain, None until it is mined."""

    anchor: int | None
    root: bytes
    leaf_count: int
    index: int
    path: tuple[bytes, ...]
    data: bytes
    kind: str
    state: State
    transaction: bytes | None
    block: int | None


@dataclass(frozen=True, slots=True)
class Backlog:
    """Figures for metrics. `oldest` is when the oldest operation that has not ended was received."""

    states: dict[State, int]
    oldest: datetime | None
    in_flight: int
    mined_not_final: int
    next_nonce: int | None
    final_nonce: int | None
    unsealed_leaves: int
    latch: str | None
    epoch: int | None


@dataclass(frozen=True, slots=True)
class Policy:
    """How the relayer works; the numbers are rules R4-R7 of the reliability research, or stated here.

    Gas is counted by formula, because an estimate says nothing while earlier transactions are still
    under way,
    and because the ledger skips a refused submission instead of reverting, which makes it look cheap.
    """

    bundle_entries: int = 500
    bundle_gas: int = 12_000_000  # below the 16.7 million that EIP-7825 allows one transaction
    bundle_bytes: int = 100_000  # nodes refuse transactions above 128 KiB
    in_flight: int = 16  # nodes keep about that many pending per account
    head_room: float = 1.25
    gas_transaction: int = 90_000
    gas_submission: int = 60_000
    gas_opening_entry: int = 75_000
    gas_entry: int = 30_000
    gas_administration: int = 300_000
    resend_seconds: float = 2.0
    bump_seconds: float = 48.0
    bump_percent: int = 13  # nodes want 10; by integers, rounded up
    fee_cap_times: int = 5
    lease_seconds: float = 15.0
    lag_seconds: float = 30.0  # how long a node may be behind what we saw final before it is believed
    seal_seconds: float = 1.0
    seal_leaves: int = 10_000
    tries: int = 3  # how often an operation may revert on chain before it is set aside
    pass_rows: int = 2_000  # most rows that one step of one pass takes up


@dataclass(frozen=True, slots=True)
class Safeguards:
    """Switches for negative controls: tests turn one off to see that it is needed. Never off in service."""

    guard: bool = True
    persist_first: bool = True


@dataclass(slots=True)
class Progress:
    """What one pass did; all zero means that there was nothing to do."""

    numbered: int = 0
    prepared: int = 0
    sent: int = 0
    mined: int = 0
    reopened: int = 0
    ended: int = 0
    sealed: int = 0
    idle: str | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def moved(self) -> bool:
        return any((self.numbered, self.prepared, self.mined, self.reopened, self.ended, self.sealed))
