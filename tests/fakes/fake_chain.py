"""A chain in memory behind the port `Chain`: blocks, pool, reorganisations, rollbacks, resets, lies.

What the contracts do is kernel.ledger's model. Time does not pass by itself: a test mines.
"""

from __future__ import annotations

import copy
import hashlib
import pickle
from collections.abc import Sequence
from dataclasses import dataclass, field

from suyuan.anchoring.ports import (
    AnchorRecorded,
    Block,
    Call,
    ChainUnavailable,
    EntryRecorded,
    Fees,
    Identity,
    Log,
    PartyChanged,
    Receipt,
    SendOutcome,
    Sent,
    Signed,
    SignedSubmission,
    SubmissionRefused,
)
from suyuan.kernel.hashing import keccak256, sha256
from suyuan.kernel.ledger import LedgerEntry, LedgerRefusal, LotState, Role, record_entry

NO_ROOT = bytes(32)
NAMES = ("AnchorRegistry", "PartyRegistry", "TraceLedger")


def key(party: int, version: int = 0) -> str:
    """The address of a party's key."""
    return "0x" + keccak256(f"{party} {version}".encode())[12:].hex()


def signature_by(address: str, digest: bytes) -> bytes:
    return sha256(address.encode() + digest).ljust(65, b"\x1b")


@dataclass
class Party:
    roles: int
    suspended: bool
    keys: set[str]


@dataclass
class World:
    """Everything that a block leaves behind."""

    nonces: dict[str, int] = field(default_factory=dict)
    parties: dict[int, Party] = field(default_factory=dict)
    taken: dict[str, int] = field(default_factory=dict)
    sequences: dict[int, int] = field(default_factory=dict)
    lots: dict[bytes, LotState] = field(default_factory=dict)
    roots: list[bytes] = field(default_factory=list)
    deployed: bool = True


@dataclass
class Mined:
    block: Block
    world: World
    receipts: dict[bytes, Receipt]


@dataclass(frozen=True)
class Transaction:
    sender: str
    nonce: int
    to: str
    data: bytes
    gas: int
    max_fee: int
    chain_id: int


class Reverted(Exception):
    pass


class FakeContracts:
    """Calls are pickles; `ledger` stands for the ledger's address in the digest."""

    def __init__(self, ledger: str = "0xledger-1") -> None:
        self.ledger = ledger

    def submission_digest(self, party: int, sequence: int, entries: Sequence[LedgerEntry]) -> bytes:
        return digest_of(self.ledger, party, sequence, entries)

    def record_many(self, submissions: Sequence[SignedSubmission]) -> Call:
        return self._call("record_many", list(submissions))

    def register_party(
        self, number: int, profile_hash: bytes, roles: int, qualified_until: int, key: str
    ) -> Call:
        return self._call("register", number, roles, key, profile_hash, qualified_until)

    def add_key(self, party: int, key: str) -> Call:
        return self._call("add_key", party, key)

    def revoke_key(self, party: int, key: str) -> Call:
        return self._call("revoke_key", party, key)

    def set_roles(self, party: int, roles: int) -> Call:
        return self._call("set_roles", party, roles)

    def set_qualification(self, party: int, qualified_until: int) -> Call:
        return self._call("set_qualification", party, qualified_until)

    def set_suspended(self, party: int, suspended: bool) -> Call:
        return self._call("set_suspended", party, suspended)

    def set_profile(self, party: int, profile_hash: bytes) -> Call:
        return self._call("set_profile", party, profile_hash)

    def anchor(self, root: bytes, leaf_count: int, previous_root: bytes) -> Call:
        return self._call("anchor", root, leaf_count, previous_root)

    def _call(self, *what: object) -> Call:
        return Call(to=self.ledger, data=pickle.dumps(what) + b"".join(map(word, what[1:])))


def word(value: object) -> bytes:
    """A value as it would stand in call data."""
    if isinstance(value, str):
        return bytes.fromhex(value[2:]).rjust(32, b"\0")
    if isinstance(value, int):
        return int(value).to_bytes(32, "big")
    return value if isinstance(value, bytes) else b""


def digest_of(ledger: str, party: int, sequence: int, entries: Sequence[LedgerEntry]) -> bytes:
    words = [ledger.encode(), party.to_bytes(4, "big"), sequence.to_bytes(8, "big")]
    words += [e.lot_id + e.event_hash + bytes([e.kind]) + e.counterparty.to_bytes(4, "big") for e in entries]
    return hashlib.sha256(b"".join(words)).digest()


class FakeRelayer:
    def __init__(self, address: str = "0xrelayer") -> None:
        self.address = address

    def sign(self, call: Call, *, nonce: int, gas: int, fees: Fees, chain_id: int) -> Signed:
        raw = pickle.dumps(Transaction(self.address, nonce, call.to, call.data, gas, fees.max_fee, chain_id))
        return Signed(raw, keccak256(raw))


class FakeSigners:
    """Custodial keys; the parties in `own` keep theirs."""

    def __init__(self) -> None:
        self.own: set[int] = set()
        self.keys: dict[int, str] = {}

    def key_of(self, party: int) -> str:
        return self.keys.get(party, key(party))

    def sign(self, party: int, digest: bytes) -> bytes | None:
        return None if party in self.own else signature_by(self.key_of(party), digest)


class FakeChain:
    def __init__(self, *, depth: int = 2, chain_id: int = 7, salt: int = 0) -> None:
        self.depth = depth
        self.chain_id = chain_id
        self.salt = salt
        self.ledger = "0xledger-1"
        self.base_fee = 100
        self.pool: dict[tuple[str, int], bytes] = {}
        self.down = False
        self.lose_replies = False
        self.lag = 0
        self.unauthorised = False
        self.block_gas = 10**9
        self.sent: list[bytes] = []
        self._made = 0
        self.blocks = [Mined(Block(0, self._hash(0), 1_000), World(), {})]

    # -- what tests do to it

    def mine(self, count: int = 1, *, limit: int = 100) -> None:
        for _ in range(count):
            self._mine_one(limit)

    def reorganise(self, depth: int, raws: Sequence[bytes] = ()) -> None:
        """The last blocks are replaced by empty ones; their transactions vanish, as with anvil_reorg."""
        depth = min(depth, len(self.blocks) - 1)
        del self.blocks[len(self.blocks) - depth :]
        self.pool.clear()
        for raw in raws:
            self._accept(raw)
        for _ in range(depth):
            self._mine_one(100)

    def roll_back(self, count: int) -> None:
        """A node that comes back from an older state: its head is lower, its pool is empty."""
        del self.blocks[max(1, len(self.blocks) - count) :]
        self.pool.clear()

    def reset(self, *, deployed: bool, ledger: str | None = None) -> None:
        """Another chain with the same chain id."""
        self.salt += 1_000
        self.ledger = ledger or self.ledger
        self.pool.clear()
        self.blocks = [Mined(Block(0, self._hash(0), 1_000), World(deployed=deployed), {})]

    def deploy(self, ledger: str) -> None:
        self.ledger = ledger
        self.blocks[-1].world.deployed = True

    def forget_pool(self) -> None:
        self.pool.clear()

    @property
    def world(self) -> World:
        return self.blocks[-1].world

    def logs(self) -> list[Log]:
        return [log for mined in self.blocks for receipt in mined.receipts.values() for log in receipt.logs]

    # -- the port

    def identity(self) -> Identity:
        self._up()
        code = keccak256(b"code") if self.world.deployed else keccak256(b"")
        addresses = dict(zip(NAMES, ("0xanchors", "0xparties", self.ledger), strict=True))
        return Identity(self.chain_id, self.blocks[0].block.hash, addresses, dict.fromkeys(NAMES, code))

    def head(self) -> Block:
        return self._seen()[-1].block

    def finalized(self) -> int:
        return self.head().number - self.depth + 1 if self.head().number - self.depth + 1 >= 0 else -1

    def block(self, number: int) -> Block | None:
        seen = self._seen()
        return seen[number].block if 0 <= number < len(seen) else None

    def receipt(self, transaction_hash: bytes) -> Receipt | None:
        for mined in self._seen():
            if transaction_hash in mined.receipts:
                return mined.receipts[transaction_hash]
        return None

    def nonce(self, address: str) -> int:
        return self._seen()[-1].world.nonces.get(address, 0)

    def balance(self, address: str) -> int:
        self._up()
        return 10**18

    def fees(self) -> Fees:
        self._up()
        return Fees(2 * self.base_fee, 1)

    def estimate(self, sender: str, call: Call) -> int | str:
        world = copy.deepcopy(self._seen()[-1].world)
        try:
            self._execute(world, call.data)
        except Reverted as reason:
            return str(reason)
        return 100_000

    def send(self, raw: bytes) -> Sent:
        self._up()
        self.sent.append(raw)
        sent = self._accept(raw)
        return Sent(SendOutcome.WAIT, "the reply was lost") if self.lose_replies else sent

    def next_sequence(self, party: int) -> int:
        return self._seen()[-1].world.sequences.get(party, 0) + 1

    def submission_transaction(self, party: int, sequence: int) -> bytes | None:
        for mined in self._seen():
            for receipt in mined.receipts.values():
                if any(
                    isinstance(log, EntryRecorded) and (log.party, log.sequence) == (party, sequence)
                    for log in receipt.logs
                ):
                    return receipt.transaction_hash
        return None

    def lot(self, lot_id: bytes) -> tuple[int, int, int, bytes]:
        state = self._seen()[-1].world.lots.get(lot_id, LotState())
        return state.custodian, state.offered_to, state.count, state.head

    def party_count(self) -> int:
        return len(self._seen()[-1].world.parties)

    def anchor_head(self) -> tuple[int, bytes]:
        roots = self._seen()[-1].world.roots
        return len(roots), roots[-1] if roots else NO_ROOT

    # -- inside

    def _up(self) -> None:
        if self.down:
            raise ChainUnavailable("down")

    def _seen(self) -> list[Mined]:
        self._up()
        return self.blocks[: max(1, len(self.blocks) - self.lag)]

    def _hash(self, number: int) -> bytes:
        self._made += 1
        return sha256(f"{self.salt} {number} {self._made}".encode())

    def _accept(self, raw: bytes) -> Sent:
        it: Transaction = pickle.loads(raw)  # noqa: S301 - our own bytes
        if it.chain_id != self.chain_id:
            return Sent(SendOutcome.FATAL, "wrong chain id")
        if it.gas > self.block_gas:
            return Sent(SendOutcome.FATAL, "exceeds block gas limit")
        if it.nonce < self.world.nonces.get(it.sender, 0):
            return Sent(SendOutcome.ASK_AGAIN, "nonce too low")
        if it.max_fee < self.base_fee:
            return Sent(SendOutcome.UNDERPRICED, "max fee below base fee")
        pooled = self.pool.get((it.sender, it.nonce))
        if pooled is not None and pooled != raw:
            other: Transaction = pickle.loads(pooled)  # noqa: S301 - our own bytes
            if it.max_fee * 10 < other.max_fee * 11:
                return Sent(SendOutcome.UNDERPRICED, "replacement transaction underpriced")
        self.pool[it.sender, it.nonce] = raw
        return Sent(SendOutcome.ACCEPTED, "")

    def _mine_one(self, limit: int) -> None:
        before = self.blocks[-1]
        world = copy.deepcopy(before.world)
        block = Block(
            before.block.number + 1, self._hash(before.block.number + 1), before.block.timestamp + 1
        )
        receipts: dict[bytes, Receipt] = {}
        for _ in range(limit):
            raw = next(
                (raw for (sender, nonce), raw in self.pool.items() if nonce == world.nonces.get(sender, 0)),
                None,
            )
            if raw is None:
                break
            it: Transaction = pickle.loads(raw)  # noqa: S301 - our own bytes
            del self.pool[it.sender, it.nonce]
            world, logs, succeeded = self._run(world, it)
            world.nonces[it.sender] = it.nonce + 1
            receipts[keccak256(raw)] = Receipt(keccak256(raw), block, succeeded, logs)
        self.blocks.append(Mined(block, world, receipts))

    def _run(self, world: World, it: Transaction) -> tuple[World, tuple[Log, ...], bool]:
        if not it.data or not world.deployed or it.to != self.ledger:
            return world, (), True  # a payment, or an empty address: success, and no log
        after = copy.deepcopy(world)
        try:
            return after, tuple(self._execute(after, it.data)), True
        except Reverted:
            return world, (), False

    def _execute(self, world: World, data: bytes) -> list[Log]:
        name, *arguments = pickle.loads(data)  # noqa: S301 - our own bytes
        if self.unauthorised:
            raise Reverted("AccessManagedUnauthorized(0xrelayer)")
        done: list[Log] = getattr(self, f"_{name}")(world, *arguments)
        return done

    def _record_many(self, world: World, submissions: list[SignedSubmission]) -> list[Log]:
        logs: list[Log] = []
        for it in submissions:
            try:
                logs += self._record(world, it, len(logs))
            except LedgerRefusal as refusal:
                logs.append(SubmissionRefused(it.party, it.sequence, refusal.reason))
        return logs

    def _record(self, world: World, it: SignedSubmission, first: int) -> list[Log]:
        party = world.parties.get(it.party)
        if party is None:
            raise LedgerRefusal("KeyNotValid")
        if it.sequence != world.sequences.get(it.party, 0) + 1:
            raise LedgerRefusal(f"WrongSequence({it.sequence})")
        digest = digest_of(self.ledger, it.party, it.sequence, it.entries)
        if it.signature not in {signature_by(key, digest) for key in party.keys}:
            raise LedgerRefusal("KeyNotValid")
        lots, logs = dict(world.lots), []
        for at, entry in enumerate(it.entries):
            before = lots.get(entry.lot_id, LotState())
            after, held = record_entry(
                before, it.party, Role(party.roles), entry, may_open=not party.suspended
            )
            lots[entry.lot_id] = after
            logs.append(
                EntryRecorded(
                    entry.lot_id,
                    it.party,
                    it.sequence,
                    entry.kind,
                    entry.event_hash,
                    before.count,
                    entry.occurred_at,
                    entry.counterparty,
                    held,
                    first + at,
                )
            )
        world.lots = lots
        world.sequences[it.party] = it.sequence
        return logs

    def _register(self, world: World, number: int, roles: int, key: str, *_rest: object) -> list[Log]:
        if number != len(world.parties) + 1:
            raise Reverted("NumberNotNext")
        self._take_key(world, number, key)
        world.parties[number] = Party(roles, suspended=False, keys={key})
        return [PartyChanged("PartyRegistered", number), PartyChanged("KeyAdded", number)]

    def _take_key(self, world: World, party: int, key: str) -> None:
        if world.taken.setdefault(key, party) != party:
            raise Reverted(f"KeyTaken({key})")

    def _party(self, world: World, party: int) -> Party:
        if party not in world.parties:
            raise Reverted(f"PartyUnknown({party})")
        return world.parties[party]

    def _add_key(self, world: World, party: int, key: str) -> list[Log]:
        its = self._party(world, party)
        self._take_key(world, party, key)
        its.keys.add(key)
        return [PartyChanged("KeyAdded", party)]

    def _revoke_key(self, world: World, party: int, key: str) -> list[Log]:
        its = self._party(world, party)
        if key not in its.keys:
            raise Reverted("KeyNotOfParty")
        its.keys.remove(key)
        return [PartyChanged("KeyRevoked", party)]

    def _set_roles(self, world: World, party: int, roles: int) -> list[Log]:
        self._party(world, party).roles = roles
        return [PartyChanged("RolesChanged", party)]

    def _set_suspended(self, world: World, party: int, suspended: bool) -> list[Log]:
        self._party(world, party).suspended = suspended
        return [PartyChanged("SuspensionChanged", party)]

    def _set_qualification(self, world: World, party: int, *_rest: object) -> list[Log]:
        self._party(world, party)
        return [PartyChanged("QualificationChanged", party)]

    def _set_profile(self, world: World, party: int, *_rest: object) -> list[Log]:
        self._party(world, party)
        return [PartyChanged("ProfileChanged", party)]

    def _anchor(self, world: World, root: bytes, leaf_count: int, previous_root: bytes) -> list[Log]:
        head = world.roots[-1] if world.roots else NO_ROOT
        if previous_root != head:
            raise Reverted("PreviousRootDiffers")
        world.roots.append(root)
        return [AnchorRecorded(len(world.roots), root, leaf_count)]
