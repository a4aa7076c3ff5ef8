"""A bare anvil for tests: no supervisor, no saved state, whatever mining the test wants.

with anvil("--no-mining") as node:
    node.rpc.call("evm_mine")
"""

from __future__ import annotations

import secrets
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from suyuan.adapters.evm.node_process import find_anvil, free_port
from suyuan.adapters.evm.relayer import LocalRelayer
from suyuan.adapters.evm.rpc import HttpRpc, RpcError
from suyuan.anchoring.ports import ChainUnavailable

FUNDS = 10**24
Found = TypeVar("Found")


@dataclass(frozen=True)
class Anvil:
    url: str
    process: subprocess.Popen[bytes]
    rpc: HttpRpc

    def purse(self) -> LocalRelayer:
        """A new key with money."""
        relayer = LocalRelayer(secrets.token_bytes(32))
        self.rpc.call("anvil_setBalance", relayer.address, hex(FUNDS))
        return relayer

    def mine(self, blocks: int = 1) -> None:
        for _ in range(blocks):
            self.rpc.call("evm_mine")

    def reorganise(self, depth: int) -> None:
        """Replace the last `depth` blocks by empty ones. Only while nothing is sent: anvil gets it wrong."""
        self.rpc.call("anvil_reorg", depth, [])


@contextmanager
def anvil(*options: str, chain_id: int = 31337) -> Iterator[Anvil]:
    port = free_port(None)
    command = [str(find_anvil()), "--port", str(port), "--chain-id", str(chain_id), "--accounts", "0"]
    process = subprocess.Popen(
        [*command, "--hardfork", "prague", "--quiet", *options], stdout=subprocess.DEVNULL
    )
    try:
        node = Anvil(f"http://127.0.0.1:{port}", process, HttpRpc(f"http://127.0.0.1:{port}"))
        _wait(node)
        yield node
    finally:
        process.kill()
        process.wait()


def _wait(node: Anvil) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            node.rpc.call("eth_chainId")
        except (ChainUnavailable, RpcError):
            if time.monotonic() > deadline or node.process.poll() is not None:
                raise
            time.sleep(0.02)
        else:
            return


def until(true: Callable[[], Found], seconds: float = 10.0) -> Found:
    """Wait until it is true; a node that is just being restarted counts as not yet."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if found := true():
                return found
        except ChainUnavailable:
            pass
        time.sleep(0.01)
    raise AssertionError("it never came true")
