"""Kills at random moments: what was once final stays as it was, and what was not can be sent again.

The seed is printed; SUYUAN_CHAOS_SEED and SUYUAN_CHAOS_KILLS repeat or lengthen a run.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from contextlib import suppress

import pytest

from fakes.anvil import until
from suyuan.adapters.evm import node_process
from suyuan.adapters.evm.client import EvmChain
from suyuan.adapters.evm.node import chain_folder, node_url
from suyuan.adapters.evm.policy import parse_policy
from suyuan.adapters.evm.relayer import LocalRelayer
from suyuan.adapters.evm.rpc import HttpRpc
from suyuan.anchoring.ports import Call, ChainUnavailable, Fees, Receipt

pytestmark = [pytest.mark.node, pytest.mark.chaos, pytest.mark.slow]

PURSE = LocalRelayer(b"\x71" * 32)
FEES = Fees(20 * 10**9, 10**9)
SUPERVISOR = """
    import sys, time
    from pathlib import Path
    from suyuan.adapters.evm.node import EmbeddedNode, Pace
    node = EmbeddedNode(Path(sys.argv[1]), funded=[sys.argv[2]], pace=Pace(0.02, 0.1))
    node.start()
    print("up", flush=True)
    time.sleep(3600)
"""


def supervisor(folder) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", textwrap.dedent(SUPERVISOR), str(folder), PURSE.address]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"up\n"
    return process


class Payer:
    """Sends one transaction after the other, again and again until it is final, and never trusts the node."""

    def __init__(self, chain: EvmChain) -> None:
        self.chain = chain
        self.signed = []
        self.final: dict[int, Receipt] = {}

    def work(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with suppress(ChainUnavailable):
                self.step()
            time.sleep(0.01)

    def step(self) -> None:
        final = self.chain.finalized()
        for nonce, signed in enumerate(self.signed):
            receipt = self.chain.receipt(signed.hash)
            if nonce in self.final:
                assert receipt == self.final[nonce], f"final transaction {nonce} changed"
            elif receipt is None:
                self.chain.send(signed.raw)
            elif receipt.block.number <= final:
                self.final[nonce] = receipt
        if len(self.signed) - len(self.final) < 4:
            self.signed.append(
                PURSE.sign(
                    Call("0x" + "22" * 20, b""), nonce=len(self.signed), gas=30_000, fees=FEES, chain_id=31337
                )
            )


def test_random_kills_take_back_nothing_final(tmp_path):
    seed = int(os.environ.get("SUYUAN_CHAOS_SEED", time.time_ns() % 10**6))
    kills = int(os.environ.get("SUYUAN_CHAOS_KILLS", "12"))
    dice = random.Random(seed)  # noqa: S311 - chaos, not secrets
    folder = chain_folder(tmp_path)
    chain = EvmChain(
        HttpRpc(lambda: node_url(tmp_path), 5), parse_policy("saved", folder / "saved.json"), {}, {}
    )
    payer, process = Payer(chain), supervisor(tmp_path)
    killed = {"node": 0, "supervisor": 0}
    try:
        for _ in range(kills):
            payer.work(dice.uniform(0.1, 0.8))
            if dice.random() < 0.5:
                killed["node"] += 1
                with suppress(ProcessLookupError):
                    os.kill(node_process.read_record(folder).pid, signal.SIGKILL)
            else:
                killed["supervisor"] += 1
                process.kill()
                process.communicate()
                process = supervisor(tmp_path)
        sent = len(payer.signed)
        until(lambda: payer.work(0.2) or len(payer.final) >= sent, 30)
    finally:
        process.kill()
        process.communicate()
    print(f"seed {seed}: {killed}, {len(payer.final)} of {len(payer.signed)} final")
    assert sum(killed.values()) == kills
    assert payer.final
    assert sorted(payer.final) == list(range(len(payer.final)))
