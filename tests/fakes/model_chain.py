"""A chain in memory that answers JSON-RPC like a node: blocks, transactions, logs, views of three contracts.

What TraceLedger would do is taken from kernel.ledger; the ABI is encoded by eth_abi, not by ourselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from eth_abi import encode

from suyuan.kernel.hashing import keccak256
from suyuan.kernel.ledger import ANY_ROLE, LedgerEntry, LotState, record_entry
from suyuan.kernel.typed_data import address_of, sign, submission_digest
from suyuan.verify.rpc import NodeRefused

SUBMISSION = "(uint32,uint64,(bytes32,bytes32,uint40,uint32,uint8)[],bytes)"


def selector(signature: str) -> bytes:
    return keccak256(signature.encode())[:4]


def tuples(entries: Sequence[LedgerEntry]) -> list[tuple]:
    return [
        (each.lot_id, each.event_hash, each.occurred_at, each.counterparty, int(each.kind))
        for each in entries
    ]


@dataclass(frozen=True)
class Signed:
    """A submission on its way."""

    party: int
    sequence: int
    entries: tuple[LedgerEntry, ...]
    signature: bytes


@dataclass
class Member:
    profiles: list[tuple[int, bytes]]
    keys: dict[str, list[tuple[int, int | None]]] = field(default_factory=dict)


@dataclass
class ModelChain:
    """`key` is a party's private key; times are Unix seconds; each change mines one block."""

    chain_id: int = 31337
    time: int = 1_795_000_000
    contracts: dict[str, str] = field(
        default_factory=lambda: {
            name: address_of(keccak256(name.encode()))
            for name in ("PartyRegistry", "TraceLedger", "AnchorRegistry")
        }
    )

    def __post_init__(self) -> None:
        self.blocks: list[dict] = []
        self.transactions: dict[str, dict] = {}
        self.logs: list[dict] = []
        self.members: dict[int, Member] = {}
        self.lots: dict[bytes, LotState] = {}
        self.sequences: dict[int, int] = {}
        #: wallet -> (block, whether it accepts) from the newest back; older blocks than all are forgotten
        self.wallets: dict[str, list[tuple[int, bool]]] = {}
        self.code = {address.lower(): b"\x60" + name.encode() for name, address in self.contracts.items()}
        self.mine()

    # -- what happens on the chain

    def mine(self, seconds: int = 12) -> dict:
        self.time += seconds
        number = len(self.blocks)
        block_hash = "0x" + keccak256(f"block {number} {self.time} {self.chain_id}".encode()).hex()
        self.blocks.append({"number": hex(number), "hash": block_hash, "timestamp": hex(self.time)})
        return self.blocks[-1]

    def register(self, profile_hash: bytes, key: bytes) -> int:
        self.mine()
        number = len(self.members) + 1
        self.members[number] = Member([(self.time, profile_hash)])
        self.members[number].keys[address_of(key).lower()] = [(self.time, None)]
        self._registry_log("ProfileChanged(uint32,bytes32)", number, profile_hash)
        return number

    def add_key(self, party: int, address: str) -> None:
        self.mine()
        self.members[party].keys.setdefault(address.lower(), []).append((self.time, None))

    def revoke_key(self, party: int, address: str) -> None:
        self.mine()
        since, _ = self.members[party].keys[address.lower()].pop()
        self.members[party].keys[address.lower()].append((since, self.time))

    def set_profile(self, party: int, profile_hash: bytes) -> None:
        self.mine()
        self.members[party].profiles.append((self.time, profile_hash))
        self._registry_log("ProfileChanged(uint32,bytes32)", party, profile_hash)

    def signed(self, party: int, key: bytes, entries: Sequence[LedgerEntry]) -> Signed:
        sequence = self.sequences[party] = self.sequences.get(party, 0) + 1
        ledger = self.contracts["TraceLedger"]
        digest = submission_digest(self.chain_id, ledger, party, sequence, tuple(entries))
        return Signed(party, sequence, tuple(entries), sign(digest, key))

    def record_many(self, submissions: Sequence[Signed], *, skip: Sequence[int] = ()) -> str:
        """Mines one transaction; submissions at the places in `skip` are sent but refused."""
        sent = [(each.party, each.sequence, tuples(each.entries), each.signature) for each in submissions]
        calldata = selector(f"recordMany({SUBMISSION}[])") + encode([f"{SUBMISSION}[]"], [sent])
        block, transaction = self._send("TraceLedger", calldata)
        for place, each in enumerate(submissions):
            for entry in () if place in skip else each.entries:
                self._record(each.party, each.sequence, entry, block, transaction)
        return transaction

    def anchor(self, number: int, root: bytes, leaf_count: int) -> None:
        block, transaction = self._send("AnchorRegistry", b"\0" * 4)
        topics = [
            keccak256(b"Anchored(uint64,bytes32,uint32,bytes32)"), number.to_bytes(32, "big"), root,
        ]  # fmt: skip
        self._log("AnchorRegistry", topics, leaf_count.to_bytes(32, "big") + bytes(32), block, transaction)

    def _record(self, party: int, sequence: int, entry: LedgerEntry, block: dict, transaction: str) -> None:
        before = self.lots.get(entry.lot_id, LotState())
        after, in_custody = record_entry(before, party, ANY_ROLE, entry, may_open=True)
        self.lots[entry.lot_id] = after
        facts = (
            int(entry.kind) | in_custody << 8 | entry.counterparty << 16 | entry.occurred_at << 48
            | before.count << 88 | sequence << 120
        )  # fmt: skip
        event = keccak256(b"EntryRecorded(bytes32,uint32,bytes32,uint256)")
        topics = [event, entry.lot_id, party.to_bytes(32, "big")]
        self._log("TraceLedger", topics, entry.event_hash + facts.to_bytes(32, "big"), block, transaction)

    def _send(self, contract: str, calldata: bytes) -> tuple[dict, str]:
        block = self.mine()
        transaction = "0x" + keccak256(calldata + block["hash"].encode()).hex()
        self.transactions[transaction] = {
            "hash": transaction,
            "to": self.contracts[contract].lower(),
            "input": "0x" + calldata.hex(),
        }
        return block, transaction

    def _log(self, contract: str, topics: list[bytes], data: bytes, block: dict, transaction: str) -> None:
        same_block = [log for log in self.logs if log["blockNumber"] == block["number"]]
        self.logs.append(
            {
                "address": self.contracts[contract].lower(),
                "topics": ["0x" + topic.hex() for topic in topics],
                "data": "0x" + data.hex(),
                "blockNumber": block["number"],
                "blockHash": block["hash"],
                "transactionHash": transaction,
                "logIndex": hex(len(same_block)),
                "removed": False,
            }
        )

    def _registry_log(self, signature: str, party: int, data: bytes) -> None:
        topics = [keccak256(signature.encode()), party.to_bytes(32, "big")]
        self._log("PartyRegistry", topics, data, self.blocks[-1], "0x" + keccak256(data).hex())

    # -- what a node answers

    def ask(self, method: str, params: Sequence) -> object:
        answer = getattr(self, "_" + method, None)
        if answer is None:
            raise NodeRefused(f"{method}: the method does not exist")
        return answer(*params)

    def _eth_chainId(self) -> str:  # noqa: N802
        return hex(self.chain_id)

    def _eth_blockNumber(self) -> str:  # noqa: N802
        return hex(len(self.blocks) - 1)

    def _eth_getCode(self, address: str, _tag: str) -> str:  # noqa: N802
        return "0x" + self.code.get(address, b"").hex()

    def _eth_getBlockByNumber(self, number: str, _full: bool) -> dict | None:  # noqa: N802
        return self.blocks[int(number, 16)] if int(number, 16) < len(self.blocks) else None

    def _eth_getBlockByHash(self, block_hash: str, _full: bool) -> dict | None:  # noqa: N802
        return next((block for block in self.blocks if block["hash"] == block_hash), None)

    def _eth_getTransactionByHash(self, transaction: str) -> dict | None:  # noqa: N802
        return self.transactions.get(transaction)

    def _eth_getLogs(self, span: dict) -> list[dict]:  # noqa: N802
        return [
            log
            for log in self.logs
            if log["address"] == span["address"]
            and log["topics"][: len(span["topics"])] == span["topics"]
            and int(span["fromBlock"], 16) <= int(log["blockNumber"], 16) <= int(span["toBlock"], 16)
        ]

    def _eth_call(self, call: dict, tag: str) -> str:
        data = bytes.fromhex(call["data"][2:])
        if call["to"] in self.wallets:
            return self._wallet(call["to"], int(tag, 16))
        views = {
            selector("lot(bytes32)"): self._view_lot,
            selector("party(uint32)"): self._view_party,
            selector("keyOf(address)"): self._view_key_of,
        }
        if data[:4] not in views:
            raise NodeRefused("execution reverted")
        return "0x" + views[data[:4]](data[4:]).hex()

    def _wallet(self, address: str, block: int) -> str:
        for since, accepts in self.wallets[address]:
            if block >= since:
                return "0x" + (bytes.fromhex("1626ba7e") if accepts else b"\xff" * 4).ljust(32, b"\0").hex()
        raise NodeRefused("missing trie node")

    def _view_lot(self, data: bytes) -> bytes:
        state = self.lots.get(data, LotState())
        return encode(
            ["uint32", "uint32", "uint32", "bytes32"],
            [state.custodian, state.offered_to, state.count, state.head],
        )

    def _view_party(self, data: bytes) -> bytes:
        member = self.members.get(int.from_bytes(data, "big"))
        return encode(
            ["bytes32", "uint8", "uint40", "bool"],
            [member.profiles[-1][1] if member else bytes(32), 127, 2**40 - 1, False],
        )

    def _view_key_of(self, data: bytes) -> bytes:
        address = "0x" + data[12:].hex()
        found = [
            (number, since, until or 0)
            for number, member in self.members.items()
            for since, until in member.keys.get(address, [])
        ]
        return encode(["uint32", "uint40", "uint40"], found[-1] if found else (0, 0, 0))
