from __future__ import annotations

import os
import signal
import time

import pytest

from fakes.anvil import until
from suyuan.adapters.evm.node import EmbeddedNode, Pace
from suyuan.adapters.evm.relayer import LocalRelayer
from suyuan.adapters.evm.rpc import HttpRpc
from suyuan.anchoring.ports import Call, Fees

pytestmark = pytest.mark.node

PURSE = LocalRelayer(b"\x72" * 32)


def first_block(node: EmbeddedNode) -> str:
    return HttpRpc(node.url).call("eth_getBlockByNumber", "0x0", False)["hash"]


def pay(node: EmbeddedNode, nonce: int) -> None:
    fees = Fees(20 * 10**9, 10**9)
    raw = PURSE.sign(Call("0x" + "22" * 20, b""), nonce=nonce, gas=30_000, fees=fees, chain_id=31337).raw
    rpc = HttpRpc(node.url)
    rpc.call("eth_sendRawTransaction", "0x" + raw.hex())
    until(lambda: int(rpc.call("eth_blockNumber"), 16) > nonce)


def test_the_first_block_stays_the_first_through_many_restarts(tmp_path):
    seen = set()
    for nonce in range(5):
        with EmbeddedNode(tmp_path, funded=[PURSE.address], pace=Pace(0.02, 0.05)) as node:
            seen.add(first_block(node))
            pay(node, nonce)
        time.sleep(1.1)  # a first block of another second is another block
    assert len(seen) == 1


def test_it_stays_when_the_node_is_killed_under_its_supervisor(tmp_path):
    with EmbeddedNode(tmp_path, funded=[PURSE.address], pace=Pace(0.02, 0.05)) as node:
        first = first_block(node)
        for nonce in range(4):
            pay(node, nonce)
            time.sleep(1.1)
            before = node.pid
            os.kill(before, signal.SIGKILL)
            until(lambda: node.pid not in (None, before))  # noqa: B023 - called at once
            until(lambda: first_block(node) == first)
