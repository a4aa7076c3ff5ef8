"""A node as the way to the chain sees it: `EvmChain` answers `anchoring.ports.Chain` over JSON-RPC.

Nothing is cached and nothing is repeated, so that a chain that was reset or a node that lags shows at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from suyuan.adapters.evm import answers
from suyuan.adapters.evm.abi import Abi
from suyuan.adapters.evm.logs import ANCHORS, ENTRY_RECORDED, LEDGER, PARTIES, LogReader
from suyuan.adapters.evm.policy import FinalityPolicy
from suyuan.adapters.evm.rpc import Rpc, RpcError
from suyuan.adapters.evm.sending import classify
from suyuan.anchoring.ports import (
    Block,
    Call,
    ChainUnavailable,
    EntryRecorded,
    Fees,
    Identity,
    Receipt,
    SendOutcome,
    Sent,
)
from suyuan.kernel.hashing import keccak256, to_hex

#: A block's base fee can double in about six full blocks; twice as much leaves room for that.
BASE_FEE_ROOM = 2
OUT_OF_GAS = "OutOfGas"
#: Blocks that one search asks for: public nodes refuse wider ranges.
LOG_WINDOW = 5_000


class EvmChain:
    """One node and our contracts on it. `addresses` and `abis` go by contract name; `first_block` is the one
    that the ledger was deployed in: nothing of ours is older.
    """

    def __init__(
        self,
        rpc: Rpc,
        policy: FinalityPolicy,
        addresses: Mapping[str, str],
        abis: Mapping[str, Abi],
        first_block: int = 0,
    ) -> None:
        self.rpc = rpc
        self._policy = policy
        self._first_block = first_block
        self._addresses = dict(addresses)
        self._abis = abis
        self._errors = merge_errors(abis)
        self._logs = LogReader(addresses, abis, self._errors)

    def identity(self) -> Identity:
        asked: list[tuple[str, Sequence[object]]] = [
            ("eth_chainId", ()),
            ("eth_getBlockByNumber", ("0x0", False)),
        ]
        asked += [("eth_getCode", (address, "latest")) for address in self._addresses.values()]
        chain_id, genesis, *codes = self._ask_all(asked)
        return Identity(
            chain_id=answers.quantity(chain_id, "the chain's id"),
            genesis_hash=answers.block(genesis).hash,
            contracts=dict(self._addresses),
            code_hashes={
                name: keccak256(answers.octets(code, f"the code of {name}"))
                for name, code in zip(self._addresses, codes, strict=True)
            },
        )

    def head(self) -> Block:
        return answers.block(self._ask("eth_getBlockByNumber", "latest", False))

    def finalized(self) -> int:
        return self._policy.finalized(self.rpc)

    def block(self, number: int) -> Block | None:
        found = answers.optional_block(self._ask("eth_getBlockByNumber", hex(number), False))
        if found is not None and found.number != number:
            raise ChainUnavailable(f"the node answered with block {found.number} instead of {number}")
        return found

    def receipt(self, transaction_hash: bytes) -> Receipt | None:
        return self.receipts([transaction_hash])[transaction_hash]

    def receipts(self, hashes: Sequence[bytes]) -> dict[bytes, Receipt | None]:
        """The receipt of each transaction, None where it is in no canonical block; two requests in all."""
        found = self._ask_all([("eth_getTransactionReceipt", (to_hex(each),)) for each in hashes])
        mined: dict[bytes, Mapping[str, object]] = {}
        for each, answer in zip(hashes, found, strict=True):
            receipt = {} if answer is None else answers.members(answer, "a receipt")
            if receipt.get("blockHash") is not None:
                mined[each] = receipt
        numbers = sorted({answers.quantity(each.get("blockNumber"), "a block") for each in mined.values()})
        asked = self._ask_all([("eth_getBlockByNumber", (hex(number), False)) for number in numbers])
        blocks = {n: answers.optional_block(block) for n, block in zip(numbers, asked, strict=True)}
        return {each: self._receipt(each, mined[each], blocks) if each in mined else None for each in hashes}

    def _receipt(
        self, wanted: bytes, receipt: Mapping[str, object], blocks: Mapping[int, Block | None]
    ) -> Receipt | None:
        if answers.octets(receipt.get("transactionHash"), "a receipt's transaction", 32) != wanted:
            raise ChainUnavailable("the node gave the receipt of another transaction")
        block = blocks[answers.quantity(receipt.get("blockNumber"), "a receipt's block")]
        if block is None or block.hash != answers.octets(receipt.get("blockHash"), "a block's hash", 32):
            return None  # mined in a block that is not, or no longer, part of the chain
        return Receipt(
            transaction_hash=wanted,
            block=block,
            succeeded=answers.quantity(receipt.get("status"), "a receipt's status") == 1,
            logs=self._logs.read(receipt.get("logs")),
        )

    def nonce(self, address: str) -> int:
        return answers.quantity(self._ask("eth_getTransactionCount", address, "latest"), "a nonce")

    def balance(self, address: str) -> int:
        return answers.quantity(self._ask("eth_getBalance", address, "latest"), "a balance")

    def fees(self) -> Fees:
        newest = answers.members(self._ask("eth_getBlockByNumber", "latest", False), "a block")
        answers.block(newest)
        if newest.get("baseFeePerGas") is None:
            price = answers.quantity(self._ask("eth_gasPrice"), "the gas price")
            return Fees(max_fee=price, priority_fee=price)
        base = answers.quantity(newest["baseFeePerGas"], "the base fee")
        tip = self._tip(base)
        return Fees(max_fee=BASE_FEE_ROOM * base + tip, priority_fee=tip)

    def _tip(self, base: int) -> int:
        try:
            return answers.quantity(self.rpc.call("eth_maxPriorityFeePerGas"), "the priority fee")
        except RpcError:  # not every client has it; the gas price is base fee and tip in one
            return max(0, answers.quantity(self._ask("eth_gasPrice"), "the gas price") - base)

    def estimate(self, sender: str, call: Call) -> int | str:
        request = {"from": sender, "to": call.to, "data": to_hex(call.data)}
        try:
            return answers.quantity(self.rpc.call("eth_estimateGas", request), "an estimate")
        except RpcError as error:
            reason = revert_reason(error, self._errors)
            if reason is None:
                raise self._refused("eth_estimateGas", error) from error
            return reason

    def send(self, raw: bytes) -> Sent:
        """Broadcast. A node that does not answer is WAIT: it may have taken the bytes, or not."""
        try:
            answer = self.rpc.call("eth_sendRawTransaction", to_hex(raw))
            if answers.octets(answer, "a transaction's hash", 32) != keccak256(raw):
                return Sent(SendOutcome.WAIT, "the node answered with the hash of another transaction")
        except RpcError as error:
            return classify(error)
        except ChainUnavailable as error:
            return Sent(SendOutcome.WAIT, str(error))
        return Sent(SendOutcome.ACCEPTED, "accepted")

    def next_sequence(self, party: int) -> int:
        return int(self._view(LEDGER, "nextSequence", party)[0])

    def submission_transaction(self, party: int, sequence: int) -> bytes | None:
        """Searched backwards; a party's sequences only grow, so a smaller one ends the search."""
        newest = self.head().number
        while newest >= self._first_block:
            oldest = max(self._first_block, newest - LOG_WINDOW + 1)
            for log in reversed(self._entries_of(party, oldest, newest)):
                (entry,) = self._logs.read([log])
                if isinstance(entry, EntryRecorded) and entry.sequence <= sequence:
                    found = answers.octets(log.get("transactionHash"), "a log's transaction", 32)
                    return found if entry.sequence == sequence else None
            newest = oldest - 1
        return None

    def _entries_of(self, party: int, oldest: int, newest: int) -> list[dict[str, object]]:
        wanted = {
            "address": self._addresses[LEDGER],
            "fromBlock": hex(oldest),
            "toBlock": hex(newest),
            "topics": [to_hex(ENTRY_RECORDED), None, to_hex(party.to_bytes(32, "big"))],
        }
        logs = self._ask("eth_getLogs", wanted)
        if not isinstance(logs, list):
            raise ChainUnavailable("the node gave no list of logs")
        return [answers.members(log, "a log") for log in logs]

    def lot(self, lot_id: bytes) -> tuple[int, int, int, bytes]:
        custodian, offered_to, count, head = self._view(LEDGER, "lot", lot_id)
        return int(custodian), int(offered_to), int(count), bytes(head)

    def party_count(self) -> int:
        return int(self._view(PARTIES, "partyCount")[0])

    def anchor_head(self) -> tuple[int, bytes]:
        number, root = self._view(ANCHORS, "head")
        return int(number), bytes(root)

    def _view(self, contract: str, function: str, *arguments: object) -> tuple[Any, ...]:
        abi = self._abis[contract]
        request = {"to": self._addresses[contract], "data": to_hex(abi.call(function, *arguments))}
        data = answers.octets(self._ask("eth_call", request, "latest"), f"{contract}.{function}")
        if not data:
            raise ChainUnavailable(f"there is no {contract} at {self._addresses[contract]} on this chain")
        return abi.answer(function, data)

    def _ask(self, method: str, *params: object) -> object:
        try:
            return self.rpc.call(method, *params)
        except RpcError as error:
            raise self._refused(method, error) from error

    def _ask_all(self, calls: Sequence[tuple[str, Sequence[object]]]) -> list[object]:
        try:
            return self.rpc.batch(calls)
        except RpcError as error:
            raise self._refused(calls[0][0], error) from error

    def _refused(self, method: str, error: RpcError) -> ChainUnavailable:
        return ChainUnavailable(f"{self.rpc.where} refused {method}: {error}")


def merge_errors(abis: Mapping[str, Abi]) -> Abi:
    """One table of all custom errors: a refusal may come from any contract that ours calls."""
    merged = Abi([])
    for abi in abis.values():
        merged.errors.update(abi.errors)
    return merged


def revert_reason(error: RpcError, errors: Abi) -> str | None:
    """The words of a revert that a node reports for a call, or None when it reports something else.

    geth, besu and anvil put the bytes into `data`, hardhat into `data.data`, nethermind behind a word.
    """
    data = error.data.get("data") if isinstance(error.data, dict) else error.data
    said = error.message.lower()
    reverted = error.code == 3 or "revert" in said
    if isinstance(data, str) and "0x" in data and (reverted or len(data) > 10):
        try:
            return errors.reason(bytes.fromhex(data[data.index("0x") + 2 :]))
        except ValueError:
            pass
    if "out of gas" in said or "gas required exceeds" in said:
        return OUT_OF_GAS
    return error.message if reverted else None
