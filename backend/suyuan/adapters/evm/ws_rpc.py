"""JSON-RPC over a WebSocket, one question at a time: for nodes that offer nothing else.

Not by web3's provider: web3 8 speaks WebSockets only asynchronously (its LegacyWebSocketProvider is gone),
with a task that listens for subscriptions and an event loop that must never rest. The way to the chain is
synchronous and subscribes to nothing, so this is the library that web3 itself uses, websockets, in its own
synchronous form: a request and its answer and nothing more.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from itertools import count
from urllib.parse import urlsplit

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from suyuan.adapters.evm.rpc import ANSWER_SECONDS, CONNECT_SECONDS, MAX_ANSWER, answer_of
from suyuan.anchoring.ports import ChainUnavailable


class WsRpc:
    """`Rpc` over ws:// or wss://; after any failure the connection is thrown away and made anew."""

    def __init__(self, url: str, answer_seconds: float = ANSWER_SECONDS) -> None:
        self._url = url
        self._answer_seconds = answer_seconds
        self._connection: ClientConnection | None = None
        self._held = ExitStack()
        self._lock = threading.Lock()
        self._ids = count(1)

    @property
    def where(self) -> str:
        """Host and port for people; never the path or user part, which may hold a secret."""
        parts = urlsplit(self._url)
        port = f":{parts.port}" if parts.port else ""
        return f"the node at {parts.scheme}://{parts.hostname}{port}"

    def call(self, method: str, *params: object) -> object:
        with self._lock:
            try:
                response = self._ask(method, params)
            except (OSError, WebSocketException, ValueError, RecursionError) as error:
                self._hang_up()
                raise ChainUnavailable(f"{self.where} failed during {method}: {_why(error)}") from error
        return answer_of(response, method, self.where)

    def batch(self, calls: Sequence[tuple[str, Sequence[object]]]) -> list[object]:
        return [self.call(method, *params) for method, params in calls]

    def close(self) -> None:
        with self._lock:
            self._hang_up()

    def _ask(self, method: str, params: Sequence[object]) -> object:
        if self._connection is None:
            dialled = connect(
                self._url, open_timeout=CONNECT_SECONDS, close_timeout=1, max_size=MAX_ANSWER, proxy=None
            )
            self._connection = self._held.enter_context(dialled)
        number = next(self._ids)
        request = {"jsonrpc": "2.0", "id": number, "method": method, "params": list(params)}
        self._connection.send(json.dumps(request))
        deadline = time.monotonic() + self._answer_seconds
        while True:
            answer = json.loads(self._connection.recv(timeout=max(0.0, deadline - time.monotonic())))
            if not isinstance(answer, dict) or answer.get("id") == number:
                return answer

    def _hang_up(self) -> None:
        self._connection = None
        self._held.close()


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return "an answer that is not JSON" if isinstance(error, ValueError) else type(error).__name__
