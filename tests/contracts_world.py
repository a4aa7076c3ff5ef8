"""A chain in this process with our contracts on it, for tests of the contracts themselves.

Keys of parties and wallets are made from small numbers, so that a failing example can be repeated.
"""

import ast
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import coincurve
from eth_abi import decode, encode
from eth_tester import EthereumTester, PyEVMBackend
from eth_tester.exceptions import TransactionFailed

from suyuan.kernel import typed_data
from suyuan.kernel.hashing import keccak256, sha256
from suyuan.kernel.ledger import Kind, LedgerEntry, Role

ARTIFACTS = Path(__file__).parent.parent / "contracts" / "artifacts"
GAS = 25_000_000
FAR = 2**39
EVERY_ROLE = int(
    Role.PRODUCER
    | Role.PROCESSOR
    | Role.CARRIER
    | Role.WAREHOUSE
    | Role.RETAILER
    | Role.LABORATORY
    | Role.INSPECTOR
)


class Reverted(Exception):
    """A call reverted with one of our custom errors."""

    def __init__(self, name: str, *values: object) -> None:
        super().__init__(name, *values)
        self.name = name
        self.values = values


@dataclass(frozen=True)
class Log:
    name: str
    values: dict[str, object]


@dataclass(frozen=True)
class Mined:
    gas: int
    logs: tuple[Log, ...]
    succeeded: bool


@dataclass(frozen=True)
class Signed:
    """A submission as recordMany takes it."""

    party: int
    sequence: int
    entries: Sequence[LedgerEntry]
    signature: bytes

    def tuple(self) -> tuple[object, ...]:
        entries = [
            (each.lot_id, each.event_hash, each.occurred_at, each.counterparty, int(each.kind))
            for each in self.entries
        ]
        return self.party, self.sequence, entries, self.signature


def canonical_type(item: dict) -> str:
    if item["type"].startswith("tuple"):
        inner = ",".join(canonical_type(each) for each in item["components"])
        return f"({inner}){item['type'].removeprefix('tuple')}"
    return item["type"]


def signature_of(item: dict) -> bytes:
    return keccak256(f"{item['name']}({','.join(map(canonical_type, item['inputs']))})".encode())


def load(name: str) -> dict:
    return json.loads((ARTIFACTS / f"{name}.json").read_text(encoding="utf-8"))


@dataclass
class Contract:
    """One deployed contract. `call` asks, `send` changes; both raise Reverted with the error's values."""

    world: "World"
    name: str
    address: str
    functions: dict[str, dict] = field(default_factory=dict)

    def data(self, function: str, *arguments: object) -> bytes:
        item = self.functions[function]
        types = [canonical_type(each) for each in item["inputs"]]
        return signature_of(item)[:4] + encode(types, arguments)

    def call(self, function: str, *arguments: object, sender: str | None = None, gas: int = GAS):
        output = self.world.call(self.address, self.data(function, *arguments), sender, gas)
        values = decode([canonical_type(each) for each in self.functions[function]["outputs"]], output) or (
            None,
        )
        return values[0] if len(values) == 1 else values

    def send(self, function: str, *arguments: object, sender: str | None = None, gas: int = GAS) -> Mined:
        data = self.data(function, *arguments)
        mined = self.world.send(self.address, data, sender, gas)
        if not mined.succeeded:
            self.world.call(self.address, data, sender, gas)
            raise AssertionError("the transaction failed, and the same call did not")
        return mined


class World:
    """eth-tester with all that a deployment consists of; account 0 is the admin."""

    def __init__(self) -> None:
        parameters = PyEVMBackend.generate_genesis_params({"gas_limit": 60_000_000})
        self.tester = EthereumTester(PyEVMBackend(parameters))
        self.admin, self.stranger, *_ = self.tester.get_accounts()
        self.chain_id = int(self.tester.backend.chain.chain_id)
        self._errors: dict[bytes, dict] = {}
        self._events: dict[bytes, dict] = {}
        self.manager = self.deploy("AccessManager", self.admin)
        self.parties = self.deploy("PartyRegistry", self.manager.address)
        self.ledger = self.deploy("TraceLedger", self.manager.address, self.parties.address)
        self.anchors = self.deploy("AnchorRegistry", self.manager.address)
        self.wallets: dict[int, str] = {}

    # --- the chain -------------------------------------------------------------------------------------

    def deploy(self, name: str, *arguments: object) -> Contract:
        found = load(name)
        constructor = next((each for each in found["abi"] if each["type"] == "constructor"), {"inputs": []})
        for item in found["abi"]:
            if item["type"] == "error":
                self._errors[signature_of(item)[:4]] = item
            if item["type"] == "event":
                self._events[signature_of(item)] = item
        types = [canonical_type(each) for each in constructor["inputs"]]
        code = found["bytecode"] + encode(types, arguments).hex()
        receipt = self._receipt(self.tester.send_transaction({"from": self.admin, "gas": GAS, "data": code}))
        if receipt["status"] != 1:
            self.call("", bytes.fromhex(code[2:]), None, GAS)
        functions = {each["name"]: each for each in found["abi"] if each["type"] == "function"}
        self.deployment_gas = receipt["gas_used"]
        return Contract(self, name, receipt["contract_address"], functions)

    def call(self, to: str, data: bytes, sender: str | None, gas: int) -> bytes:
        request = {"from": sender or self.admin, "to": to, "gas": gas, "data": "0x" + data.hex()}
        try:
            return bytes.fromhex(self.tester.call(request).removeprefix("0x"))
        except TransactionFailed as failure:
            raise self.error(_revert_data(failure)) from None

    def send(self, to: str, data: bytes, sender: str | None, gas: int) -> Mined:
        request = {"from": sender or self.admin, "to": to, "gas": gas, "data": "0x" + data.hex()}
        receipt = self._receipt(self.tester.send_transaction(request))
        logs = tuple(self._log(each) for each in receipt["logs"])
        return Mined(receipt["gas_used"], logs, receipt["status"] == 1)

    def error(self, data: bytes) -> Reverted:
        item = self._errors.get(data[:4])
        if item is None:
            return Reverted(data.hex() or "nothing")
        types = [canonical_type(each) for each in item["inputs"]]
        return Reverted(item["name"], *decode(types, data[4:]))

    def now(self) -> int:
        """Unix second of the newest block; the next block is one second later unless moved."""
        return int(self.tester.get_block_by_number("latest")["timestamp"])

    def move_to(self, second: int) -> None:
        """Mines an empty block at that second."""
        self.tester.time_travel(second)
        self.tester.mine_block()

    def _receipt(self, transaction: str) -> dict:
        return self.tester.get_transaction_receipt(transaction)

    def _log(self, log: dict) -> Log:
        topics = [bytes.fromhex(each.removeprefix("0x")) for each in log["topics"]]
        item = self._events[topics[0]]
        kept = [each for each in item["inputs"] if not each["indexed"]]
        data = bytes.fromhex(log["data"].removeprefix("0x"))
        values = dict(zip([e["name"] for e in kept], decode([e["type"] for e in kept], data), strict=True))
        indexed = [each for each in item["inputs"] if each["indexed"]]
        for each, topic in zip(indexed, topics[1:], strict=True):
            values[each["name"]] = decode([each["type"]], topic)[0]
        return Log(item["name"], values)

    # --- parties ---------------------------------------------------------------------------------------

    def register(self, roles: int = EVERY_ROLE, qualified_until: int = FAR) -> int:
        """A new party with the key `key_of(number)`; answers its number."""
        number = self.parties.call("partyCount") + 1
        profile = sha256(b"profile %d" % number)
        self.parties.send("register", number, profile, roles, qualified_until, address_of(key_of(number)))
        return number

    def digest(self, party: int, sequence: int, entries: Sequence[LedgerEntry]) -> bytes:
        return typed_data.submission_digest(self.chain_id, self.ledger.address, party, sequence, entries)

    def sign(
        self, party: int, sequence: int, entries: Sequence[LedgerEntry], key: bytes | None = None
    ) -> Signed:
        digest = self.digest(party, sequence, entries)
        return Signed(party, sequence, entries, typed_data.sign(digest, key or key_of(party)))

    def next(self, party: int, *entries: LedgerEntry) -> Signed:
        """The party's next submission, signed."""
        return self.sign(party, self.ledger.call("nextSequence", party), entries)

    def record(self, party: int, *entries: LedgerEntry) -> Mined:
        return self.ledger.send("record", *self.next(party, *entries).tuple())

    def record_many(self, *submissions: Signed, gas: int = GAS, sender: str | None = None) -> Mined:
        listed = [each.tuple() for each in submissions]
        return self.ledger.send("recordMany", listed, gas=gas, sender=sender)

    def reason(self, mined: Mined) -> list[Reverted]:
        refused = [log for log in mined.logs if log.name == "SubmissionRefused"]
        return [self.error(log.values["reason"]) for log in refused]


def key_of(number: int) -> bytes:
    return sha256(b"key of party %d" % number)


def address_of(key: bytes) -> str:
    point = coincurve.PrivateKey(key).public_key.format(compressed=False)[1:]
    return "0x" + keccak256(point)[-20:].hex()


def lot(name: object) -> bytes:
    return sha256(f"urn:test:lot:{name}".encode())


def entry(kind: Kind, lot_id: bytes, *, counterparty: int = 0, about: object = 0, at: int = 1_790_000_000):
    return LedgerEntry(lot_id, sha256(f"event {kind} {about}".encode()), at, counterparty, kind)


def _revert_data(failure: TransactionFailed) -> bytes:
    """eth-tester gives revert data as the text of a bytes literal."""
    said = str(failure.args[0]) if failure.args else ""
    try:
        found = ast.literal_eval(said)
    except (ValueError, SyntaxError):
        return b""
    return found if isinstance(found, bytes) else b""
