"""What a node says of the three contracts, read by hand: logs, views, blocks, transactions.

Every answer is held to its form; what has another form raises Unreachable.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from suyuan.kernel.hashing import keccak256
from suyuan.kernel.ledger import Kind, LedgerEntry, LotState
from suyuan.verify.rpc import NodeRefused, Rpc, Unreachable, as_bytes, as_object, as_quantity
from suyuan.verify.trust import Trust

ENTRY_RECORDED = keccak256(b"EntryRecorded(bytes32,uint32,bytes32,uint256)")
ANCHORED = keccak256(b"Anchored(uint64,bytes32,uint32,bytes32)")
PARTY_REGISTERED = keccak256(b"PartyRegistered(uint32,bytes32,uint8,uint40)")
PROFILE_CHANGED = keccak256(b"ProfileChanged(uint32,bytes32)")
ERC1271_MAGIC = bytes.fromhex("1626ba7e")

_MIN_SPAN = 500
_KINDS = frozenset(map(int, Kind))


@dataclass(frozen=True, slots=True)
class SeenBlock:
    """A block that the node calls canonical."""

    number: int
    hash: bytes
    time: int


@dataclass(frozen=True, slots=True)
class SeenEntry:
    """One `EntryRecorded` log of the ledger."""

    entry: LedgerEntry
    party: int
    sequence: int
    index: int
    in_custody: bool
    transaction: bytes
    block: int
    block_hash: bytes
    log_index: int


@dataclass(frozen=True, slots=True)
class SeenTransaction:
    """Where a transaction went, and what it said; `to` is None for a deployment."""

    to: bytes | None
    calldata: bytes


@dataclass(frozen=True, slots=True)
class SeenKey:
    """Whose key an address is, its window in Unix seconds; `until` 0: not revoked, `party` 0: no one's."""

    party: int
    since: int
    until: int

    def valid_at(self, time: int) -> bool:
        """A key revoked in the very block of an entry may have signed it before; the ledger judged."""
        return self.since <= time and (self.until == 0 or time <= self.until)


class SeenChain:
    """Asks each question of the node once. Every method may raise Unreachable."""

    def __init__(self, rpc: Rpc, trust: Trust) -> None:
        self._rpc = rpc
        self._trust = trust
        self._blocks: dict[int, SeenBlock | None] = {}
        self._transactions: dict[bytes, SeenTransaction | None] = {}
        self._views: dict[tuple[str, str], bytes] = {}

    def chain_id(self) -> int:
        return as_quantity(self._rpc.ask("eth_chainId", []), "chain id")

    def code_hash(self, contract: str) -> bytes | None:
        """keccak256 of the runtime code, None when there is no code."""
        address = "0x" + self._trust.address(contract).hex()
        code = as_bytes(self._rpc.ask("eth_getCode", [address, "latest"]), "code")
        return keccak256(code) if code else None

    @cached_property
    def head(self) -> int:
        """The number of the newest block when first asked; views are asked at this block."""
        return as_quantity(self._rpc.ask("eth_blockNumber", []), "block number")

    def block(self, number: int) -> SeenBlock | None:
        if number not in self._blocks:
            self._blocks[number] = _block(self._rpc.ask("eth_getBlockByNumber", [hex(number), False]))
        block = self._blocks[number]
        if block is not None and block.number != number:
            raise Unreachable(f"asked for block {number}, got block {block.number}")
        return block

    def block_by_hash(self, block_hash: bytes) -> SeenBlock | None:
        return _block(self._rpc.ask("eth_getBlockByHash", ["0x" + block_hash.hex(), False]))

    def transaction(self, transaction_hash: bytes) -> SeenTransaction | None:
        if transaction_hash not in self._transactions:
            answer = self._rpc.ask("eth_getTransactionByHash", ["0x" + transaction_hash.hex()])
            self._transactions[transaction_hash] = _transaction(answer, transaction_hash)
        return self._transactions[transaction_hash]

    def entries_of(self, lot_id: bytes) -> tuple[SeenEntry, ...]:
        """All `EntryRecorded` logs of a lot up to `head`, in chain order."""
        topics = ["0x" + ENTRY_RECORDED.hex(), "0x" + lot_id.hex()]
        logs = self._logs("TraceLedger", topics, self._trust.first_block, self.head)
        entries = [_seen_entry(log, lot_id) for log in logs]
        return tuple(sorted(entries, key=lambda seen: (seen.block, seen.log_index)))

    def lot(self, lot_id: bytes) -> LotState:
        words = self._view("TraceLedger", "lot(bytes32)", lot_id, 4)
        return LotState(_number(words[0]), _number(words[1]), _number(words[2]), words[3])

    def anchored_root(self, number: int) -> tuple[bytes, int] | None:
        """Root and number of leaves of an anchor, from its log; None when there is no such anchor."""
        topics = ["0x" + ANCHORED.hex(), "0x" + number.to_bytes(32, "big").hex()]
        logs = self._logs("AnchorRegistry", topics, self._trust.first_block, self.head)
        if not logs:
            return None
        if len(logs) != 1:
            raise Unreachable(f"the node tells of {len(logs)} anchors with number {number}")
        data = as_bytes(logs[0].get("data"), "data of an anchor", 64)
        return _topic(logs[0], 2), _number(data[:32])

    def profile_hash(self, party: int) -> bytes:
        return self._view("PartyRegistry", "party(uint32)", party.to_bytes(32, "big"), 1)[0]

    def profile_hashes(self, party: int) -> frozenset[bytes]:
        """Every profile hash that the registry ever held for a party, from its logs."""
        number = "0x" + party.to_bytes(32, "big").hex()
        found = set()
        for event in (PARTY_REGISTERED, PROFILE_CHANGED):
            topics = ["0x" + event.hex(), number]
            for log in self._logs("PartyRegistry", topics, self._trust.first_block, self.head):
                found.add(as_bytes(log.get("data"), "data of a party")[:32])
        return frozenset(found)

    def key(self, address: bytes) -> SeenKey:
        words = self._view("PartyRegistry", "keyOf(address)", address.rjust(32, b"\0"), 3)
        return SeenKey(*map(_number, words))

    def wallet_accepts(self, wallet: bytes, digest: bytes, signature: bytes, block: int) -> bool | None:
        """EIP-1271 at the state after `block`; None when this node cannot tell."""
        data = (
            ERC1271_MAGIC
            + digest
            + (64).to_bytes(32, "big")
            + len(signature).to_bytes(32, "big")
            + signature
            + bytes(-len(signature) % 32)
        )
        call = {"to": "0x" + wallet.hex(), "data": "0x" + data.hex()}
        try:
            answer = as_bytes(self._rpc.ask("eth_call", [call, hex(block)]), "answer of a wallet")
        except NodeRefused:
            return None
        return answer[:4] == ERC1271_MAGIC

    def _view(self, contract: str, signature: str, argument: bytes, words: int) -> tuple[bytes, ...]:
        to = "0x" + self._trust.address(contract).hex()
        data = "0x" + (keccak256(signature.encode())[:4] + argument).hex()
        if (to, data) not in self._views:
            answer = self._rpc.ask("eth_call", [{"to": to, "data": data}, hex(self.head)])
            self._views[to, data] = as_bytes(answer, signature)
        answer = self._views[to, data]
        if len(answer) < 32 * words:
            raise Unreachable(f"{signature} answered {len(answer)} bytes")
        return tuple(answer[place * 32 : place * 32 + 32] for place in range(words))

    def _logs(self, contract: str, topics: list[str], first: int, last: int) -> list[dict[str, object]]:
        """Logs of a span of blocks; a node that refuses a long span is asked for its halves."""
        address = "0x" + self._trust.address(contract).hex()
        span = {"address": address, "topics": topics, "fromBlock": hex(first), "toBlock": hex(last)}
        try:
            answer = self._rpc.ask("eth_getLogs", [span])
        except NodeRefused:
            if last - first < _MIN_SPAN:
                raise
            middle = (first + last) // 2
            return [
                *self._logs(contract, topics, first, middle),
                *self._logs(contract, topics, middle + 1, last),
            ]
        if not isinstance(answer, list):
            raise Unreachable("eth_getLogs: the answer is no list")
        logs = [as_object(log, "log") for log in answer]
        for log in logs:
            _check_log(log, address, topics)
        return logs


def _check_log(log: dict[str, object], address: str, topics: Sequence[str]) -> None:
    """The node must have kept to the filter, and must not give logs that a reorganisation took back."""
    if as_bytes(log.get("address"), "address", 20).hex() != address[2:]:
        raise Unreachable("eth_getLogs: a log of another contract")
    for place, topic in enumerate(topics):
        if _topic(log, place).hex() != topic[2:]:
            raise Unreachable("eth_getLogs: a log that was not asked for")
    if log.get("removed") is True:
        raise Unreachable("eth_getLogs: a log of a block that was reorganised away")


def _topic(log: dict[str, object], place: int) -> bytes:
    topics = log.get("topics")
    if not isinstance(topics, list) or len(topics) <= place:
        raise Unreachable("a log without its topics")
    return as_bytes(topics[place], "topic", 32)


def _seen_entry(log: dict[str, object], lot_id: bytes) -> SeenEntry:
    data = as_bytes(log.get("data"), "data of an entry", 64)
    facts = _number(data[32:])
    kind = facts & 0xFF
    if kind not in _KINDS:
        raise Unreachable(f"an entry of the unknown kind {kind}")
    return SeenEntry(
        entry=LedgerEntry(
            lot_id=lot_id,
            event_hash=data[:32],
            occurred_at=facts >> 48 & 0xFFFFFFFFFF,
            counterparty=facts >> 16 & 0xFFFFFFFF,
            kind=Kind(kind),
        ),
        party=_number(_topic(log, 2)),
        sequence=facts >> 120 & 0xFFFFFFFFFFFFFFFF,
        index=facts >> 88 & 0xFFFFFFFF,
        in_custody=bool(facts >> 8 & 0xFF),
        transaction=as_bytes(log.get("transactionHash"), "transaction hash", 32),
        block=as_quantity(log.get("blockNumber"), "block number"),
        block_hash=as_bytes(log.get("blockHash"), "block hash", 32),
        log_index=as_quantity(log.get("logIndex"), "log index"),
    )


def _block(answer: object) -> SeenBlock | None:
    if answer is None:
        return None
    block = as_object(answer, "block")
    return SeenBlock(
        as_quantity(block.get("number"), "block number"),
        as_bytes(block.get("hash"), "block hash", 32),
        as_quantity(block.get("timestamp"), "timestamp"),
    )


def _transaction(answer: object, transaction_hash: bytes) -> SeenTransaction | None:
    if answer is None:
        return None
    fields = as_object(answer, "transaction")
    if as_bytes(fields.get("hash"), "transaction hash", 32) != transaction_hash:
        raise Unreachable("the node gave another transaction than asked for")
    to = fields.get("to")
    calldata = fields.get("input", fields.get("data"))
    return SeenTransaction(
        None if to is None else as_bytes(to, "receiver", 20), as_bytes(calldata, "calldata")
    )


def _number(word: bytes) -> int:
    return int.from_bytes(word, "big")
