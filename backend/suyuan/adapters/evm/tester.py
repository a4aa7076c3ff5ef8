"""An EVM inside this process (eth-tester on py-evm), for `SUYUAN_CHAIN_URL=tester`: it forgets all at exit.

It speaks Python where nodes speak JSON-RPC, so its answers and exceptions are translated here. One difference
remains: it takes transactions that were signed for another chain id.
"""

from __future__ import annotations

import ast
import logging
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, cast

from web3 import Web3
from web3.providers.eth_tester import EthereumTesterProvider
from web3.types import RPCEndpoint

from suyuan.adapters.evm import answers
from suyuan.adapters.evm.rpc import RpcError, answer_of

log = logging.getLogger(__name__)

REVERTED = "execution reverted"
FUNDS = 10**23  # wei


class MemoryRpc:
    """`Rpc` of a chain in memory that mines each transaction at once."""

    where = "the chain in memory"

    def __init__(self) -> None:
        provider = EthereumTesterProvider()
        web3 = Web3(provider, middleware=[])
        self._ask: Any = provider.request_func(web3, web3.middleware_onion)
        self._lock = threading.Lock()  # py-evm is made for one thread at a time

    def call(self, method: str, *params: object) -> object:
        with self._lock:
            try:
                response = self._ask(RPCEndpoint(method), list(params))
            except Exception as error:
                # eth-tester, py-evm and rlp each raise what they like, and each means: refused.
                raise _refusal(error) from error
        return _as_json(answer_of(response, method, self.where))

    def batch(self, calls: Sequence[tuple[str, Sequence[object]]]) -> list[object]:
        return [self.call(method, *params) for method, params in calls]

    def fund(self, address: str) -> None:
        """Give the address money from the tester's first account."""
        accounts = cast("list[str]", self.call("eth_accounts"))
        value = {"from": accounts[0], "to": address, "value": hex(FUNDS), "gas": hex(21_000)}
        answers.octets(self.call("eth_sendTransaction", value), "a transaction's hash", 32)


@cache
def memory_chain(data_dir: Path) -> MemoryRpc:
    """The one chain of this process and data folder: whoever connects again finds the same."""
    log.info("a chain in memory is made for %s", data_dir)
    return MemoryRpc()


def _refusal(error: Exception) -> RpcError:
    said = str(error)
    if not said.startswith(REVERTED):
        return RpcError(-32000, said)
    _, _, literal = said.partition(": ")
    try:
        data = ast.literal_eval(literal)
    except (ValueError, SyntaxError):
        data = None
    if isinstance(data, bytes):
        return RpcError(3, REVERTED, "0x" + data.hex())
    return RpcError(3, literal or said)


def _as_json(value: object) -> object:
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return hex(value)
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, Mapping):
        return {str(name): _as_json(each) for name, each in value.items()}
    if isinstance(value, Sequence):
        return [_as_json(each) for each in value]
    return str(value)
