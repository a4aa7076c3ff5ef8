"""One deployment's transactions: each is written down before it is sent, and sent until it is mined."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import rlp

from suyuan.adapters.evm import answers
from suyuan.adapters.evm.abi import Abi, encode
from suyuan.adapters.evm.artifacts import Artifact
from suyuan.adapters.evm.client import EvmChain, revert_reason
from suyuan.adapters.evm.errors import DeploymentFailed
from suyuan.adapters.evm.node_state import write_synced
from suyuan.adapters.evm.relayer import LocalRelayer
from suyuan.adapters.evm.rpc import RpcError
from suyuan.anchoring.ports import Call, Identity, Receipt, SendOutcome, Signed
from suyuan.kernel.hashing import from_hex, keccak256, to_hex
from suyuan.kernel.typed_data import address_bytes, checksum_address

JOURNAL = "deploying.json"
WAIT_SECONDS = 120.0
STILL_SECONDS = 60.0

log = logging.getLogger(__name__)


class Steps:
    """The journal and the way to the chain; steps are done in the order they are called."""

    def __init__(self, chain: EvmChain, key: LocalRelayer, here: Identity, place: Path) -> None:
        self._chain = chain
        self._key = key
        self._here = here
        self._path = place / JOURNAL
        self._written = self._read()
        self._receipts: dict[str, Receipt] = {}

    def create(self, artifact: Artifact, *arguments: str) -> str:
        """The address of the new contract."""
        code = artifact.bytecode + encode(Abi(artifact.abi).constructor, arguments)
        self._do(artifact.name, None, code, arguments)
        return str(self._written[artifact.name]["address"])

    def call(self, name: str, to: str, data: bytes) -> Receipt:
        return self._do(name, to, data, ())

    def done(self, name: str) -> tuple[Receipt, tuple[str, ...]]:
        """Receipt and constructor arguments of a step."""
        return self._receipts[name], tuple(self._written[name]["arguments"])

    def wait_until_final(self, receipt: Receipt) -> None:
        """Files that name contracts in a block which is rolled back would lock the gateway out."""
        block, head, moved = receipt.block.number, -1, time.monotonic()
        pause = _pauses()
        while self._chain.finalized() < block:
            newest = self._chain.head().number
            if newest != head:
                log.info("waiting until block %d is final; the head is %d", block, newest)
                head, moved = newest, time.monotonic()
            if time.monotonic() - moved > STILL_SECONDS:
                raise DeploymentFailed(
                    f"the contracts are deployed, but block {block} is not final and no further blocks come: "
                    "run it again later, or set SUYUAN_FINALITY=depth:1 for a node that mines on demand"
                )
            time.sleep(next(pause))

    def forget(self) -> None:
        self._path.unlink(missing_ok=True)

    def _do(self, name: str, to: str | None, data: bytes, arguments: tuple[str, ...]) -> Receipt:
        if name not in self._written:
            self._prepare(name, to, data, arguments)
        raw = bytes.fromhex(self._written[name]["raw"][2:])
        receipt = self._settle(name, Signed(raw, from_hex(self._written[name]["hash"])))
        if not receipt.succeeded:
            self._drop(name)
            raise DeploymentFailed(f"the deployment's step {name} was mined and reverted: run it again")
        self._receipts[name] = receipt
        return receipt

    def _prepare(self, name: str, to: str | None, data: bytes, arguments: tuple[str, ...]) -> None:
        nonce, fees = self._chain.nonce(self._key.address), self._chain.fees()
        gas = self._gas(name, to, data)
        self._check_purse(name, gas * fees.max_fee)
        chain_id = self._here.chain_id
        if to is None:
            signed = self._key.sign_creation(data, nonce=nonce, gas=gas, fees=fees, chain_id=chain_id)
        else:
            signed = self._key.sign(Call(to, data), nonce=nonce, gas=gas, fees=fees, chain_id=chain_id)
        self._written[name] = {
            "nonce": nonce,
            "raw": to_hex(signed.raw),
            "hash": to_hex(signed.hash),
            "address": created_address(self._key.address, nonce),
            "arguments": list(arguments),
        }
        self._write()

    def _check_purse(self, name: str, needed: int) -> None:
        held = self._chain.balance(self._key.address)
        if held < needed:
            raise DeploymentFailed(
                f"{self._key.address} has {held} wei and needs up to {needed} to deploy {name}: "
                "send it funds and run it again"
            )

    def _gas(self, name: str, to: str | None, data: bytes) -> int:
        request = {"from": self._key.address, "data": to_hex(data)} | ({"to": to} if to else {})
        try:
            estimate = answers.quantity(self._chain.rpc.call("eth_estimateGas", request), "an estimate")
        except RpcError as error:
            reason = revert_reason(error, Abi([])) or str(error)
            raise DeploymentFailed(f"the deployment's step {name} would fail: {reason}") from error
        return estimate + estimate // 4

    def _settle(self, name: str, signed: Signed) -> Receipt:
        """The same bytes again and again until they are mined. A step that is given up is signed anew by the
        next run: at the same nonce it makes the same contract at the same address, whichever is mined.
        """
        deadline, said = time.monotonic() + WAIT_SECONDS, ""
        for pause in _pauses():
            receipt = self._chain.receipt(signed.hash)
            if receipt is not None:
                return receipt
            sent = self._chain.send(signed.raw)
            said = sent.message
            hopeless = sent.outcome in (SendOutcome.FATAL, SendOutcome.UNDERPRICED)
            if hopeless or self._lost(name, signed, sent.outcome):
                self._drop(name)
                raise DeploymentFailed(f"the deployment's step {name} cannot be mined ({said}): run it again")
            if time.monotonic() > deadline:
                break
            time.sleep(pause)
        raise DeploymentFailed(f"the deployment's step {name} was not mined in time ({said}): run it again")

    def _lost(self, name: str, signed: Signed, outcome: SendOutcome) -> bool:
        """Whether another transaction of this key took the nonce. The receipt is asked last."""
        if outcome is not SendOutcome.ASK_AGAIN:
            return False
        used_up = self._chain.nonce(self._key.address) > int(self._written[name]["nonce"])
        return used_up and self._chain.receipt(signed.hash) is None

    def _drop(self, name: str) -> None:
        del self._written[name]
        self._write()

    def _read(self) -> dict[str, dict[str, Any]]:
        """The steps of an earlier attempt, if it was on this very chain and by this key."""
        try:
            content = json.loads(self._path.read_bytes())
            steps = content["steps"]
        except (OSError, ValueError, KeyError, TypeError):
            return {}
        same = content.get("genesis") == to_hex(self._here.genesis_hash)
        return steps if same and content.get("deployer") == self._key.address else {}

    def _write(self) -> None:
        content = {
            "genesis": to_hex(self._here.genesis_hash),
            "deployer": self._key.address,
            "steps": self._written,
        }
        write_synced(self._path, (json.dumps(content, indent=2) + "\n").encode())


def created_address(deployer: str, nonce: int) -> str:
    """keccak256(rlp([deployer, nonce])), last 20 bytes (yellow paper, section 7)."""
    return checksum_address(to_hex(keccak256(rlp.encode([address_bytes(deployer), nonce]))[12:]))


def _pauses() -> Iterator[float]:
    """Seconds between two looks: short for a chain of our own, polite to somebody else's node."""
    pause = 0.05
    while True:
        yield pause
        pause = min(2.0, pause * 1.3)
