"""What the way to the chain needs from outside: a chain that answers, and parties that sign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from suyuan.kernel.ledger import Kind, LedgerEntry


@dataclass(frozen=True, slots=True)
class Block:
    """A canonical block as the node sees it now; `timestamp` is Unix seconds."""

    number: int
    hash: bytes
    timestamp: int


@dataclass(frozen=True, slots=True)
class Identity:
    """What makes two chains the same to us. Code hashes are keccak256 of the runtime code at each address."""

    chain_id: int
    genesis_hash: bytes
    contracts: dict[str, str]  # contract name -> checksummed address
    code_hashes: dict[
        str, bytes
    ]  # contract name -> keccak256(runtime code); of empty code when there is none


@dataclass(frozen=True, slots=True)
class EntryRecorded:
    """The decoded log of one entry."""

    lot_id: bytes
    party: int
    sequence: int
    kind: Kind
    event_hash: bytes
    index: int
    occurred_at: int
    counterparty: int
    in_custody: bool
    log_index: int


@dataclass(frozen=True, slots=True)
class SubmissionRefused:
    """The decoded log of a skipped submission; `reason` is the custom error in words, e.g.
    `NotCustodian(...)`.
    """

    party: int
    sequence: int
    reason: str


@dataclass(frozen=True, slots=True)
class AnchorRecorded:
    """The decoded log of an anchor."""

    number: int
    root: bytes
    leaf_count: int


@dataclass(frozen=True, slots=True)
class PartyChanged:
    """Any decoded log of PartyRegistry; `event` is its name (`PartyRegistered`, `KeyAdded`, ...)."""

    event: str
    party: int


Log = EntryRecorded | SubmissionRefused | AnchorRecorded | PartyChanged


@dataclass(frozen=True, slots=True)
class Receipt:
    """A mined transaction, with those logs that came from our own contracts' addresses."""

    transaction_hash: bytes
    block: Block
    succeeded: bool
    logs: tuple[Log, ...]


class SendOutcome(Enum):
    """Classes of answer to eth_sendRawTransaction (research: reliability, rule R5)."""

    ACCEPTED = "accepted"  # taken now, or already known
    ASK_AGAIN = "ask_again"  # nonce too low: look for our own receipts
    UNDERPRICED = "underpriced"
    WAIT = "wait"  # pool full, gap, no funds, transport error
    FATAL = "fatal"  # can never be mined as it is


@dataclass(frozen=True, slots=True)
class Sent:
    """What the node said; `message` is for people."""

    outcome: SendOutcome
    message: str


@dataclass(frozen=True, slots=True)
class Fees:
    """Suggested fees in wei."""

    max_fee: int
    priority_fee: int


@dataclass(frozen=True, slots=True)
class Call:
    """A call to one of our contracts, ready to be put into a transaction."""

    to: str
    data: bytes


@dataclass(frozen=True, slots=True)
class SignedSubmission:
    """One party's signed set of entries with its place in the party's own numbering."""

    party: int
    sequence: int
    entries: tuple[LedgerEntry, ...]
    signature: bytes


@dataclass(frozen=True, slots=True)
class Signed:
    """Raw bytes of a signed transaction and their hash."""

    raw: bytes
    hash: bytes


class ChainUnavailable(Exception):
    """The node did not answer, or answered nonsense; nothing is known, ask again later."""


class Chain(Protocol):
    """A node. Every method may raise ChainUnavailable and nothing else; none retries by itself."""

    def identity(self) -> Identity: ...
    def head(self) -> Block: ...
    def finalized(self) -> int:
        """Greatest block number that the chain's finality policy calls final, or -1."""

    def block(self, number: int) -> Block | None: ...
    def receipt(self, transaction_hash: bytes) -> Receipt | None: ...
    def nonce(self, address: str) -> int:
        """Count of mined transactions (`latest`, never `pending`)."""

    def balance(self, address: str) -> int: ...
    def fees(self) -> Fees: ...
    def estimate(self, sender: str, call: Call) -> int | str:
        """Gas, or the revert's reason in words when the call would revert."""

    def send(self, raw: bytes) -> Sent: ...
    def next_sequence(self, party: int) -> int:
        """The sequence that the ledger expects next from this party (first is 1), at the latest block."""

    def submission_transaction(self, party: int, sequence: int) -> bytes | None:
        """Hash of the canonical transaction whose log records this submission, whoever sent it, or None."""

    def lot(self, lot_id: bytes) -> tuple[int, int, int, bytes]:
        """custodian, offered_to, count, head at the latest block."""

    def party_count(self) -> int: ...
    def anchor_head(self) -> tuple[int, bytes]:
        """Number of anchors and the newest root (32 zero bytes when none)."""


class Contracts(Protocol):
    """Builds calls to our contracts and the digests that parties sign; pure, no network."""

    def record_many(self, submissions: Sequence[SignedSubmission]) -> Call: ...
    def register_party(
        self, number: int, profile_hash: bytes, roles: int, qualified_until: int, key: str
    ) -> Call: ...
    def add_key(self, party: int, key: str) -> Call: ...
    def revoke_key(self, party: int, key: str) -> Call: ...
    def set_roles(self, party: int, roles: int) -> Call: ...
    def set_qualification(self, party: int, qualified_until: int) -> Call: ...
    def set_suspended(self, party: int, suspended: bool) -> Call: ...  # noqa: FBT001 - the contract's own
    def set_profile(self, party: int, profile_hash: bytes) -> Call: ...
    def anchor(self, root: bytes, leaf_count: int, previous_root: bytes) -> Call: ...
    def submission_digest(self, party: int, sequence: int, entries: Sequence[LedgerEntry]) -> bytes:
        """The EIP-712 digest that the party signs."""


class Relayer(Protocol):
    """The key that pays for transactions."""

    address: str

    def sign(self, call: Call, *, nonce: int, gas: int, fees: Fees, chain_id: int) -> Signed: ...


class PartySigners(Protocol):
    """Custodial keys of parties."""

    def sign(self, party: int, digest: bytes) -> bytes | None:
        """65-byte signature (r, s, v in 27/28; low s) by the party's current custodial key; None when
        the party
        keeps its own key, so that the submission waits for the party's signature.
        """
