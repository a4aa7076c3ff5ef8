"""A JSON-RPC proxy that lies on request: it stands between EvmChain and a real node.

    proxy.fault(Fault.DROP_AFTER, method="eth_sendRawTransaction", times=1)

Faults are taken in the order given; one for a method (or for any, when `method` is empty) is used `times`
times, for ever when None, and `proxy.heal()` removes all. `proxy.seen` lists the methods that arrived,
`proxy.forwarded` those that reached the node.
"""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit


class Fault(Enum):
    DROP_BEFORE = auto()  # hang up; the node never sees the request
    DROP_AFTER = auto()  # the node does the work, the answer is lost
    DELAY = auto()  # answer after `seconds`
    STATUS = auto()  # HTTP `status` with a short text
    HTML = auto()  # 200 and a page of some gateway
    TRUNCATED = auto()  # half of the true answer, under a matching Content-Length
    NOT_RPC = auto()  # 200 and JSON that is no JSON-RPC response
    RESULT = auto()  # 200 and `value` as the result
    ERROR = auto()  # 200 and `value` as the JSON-RPC error object
    STALE_HEAD = auto()  # a node that lags: nothing above block `value` exists
    NO_BATCH = auto()  # a batch is answered with one error
    CHAIN_ID = auto()  # eth_chainId answers `value`


@dataclass(slots=True)
class _Planned:
    kind: Fault
    method: str
    times: int | None
    value: Any = None
    seconds: float = 0.0
    status: int = 503


@dataclass
class RpcProxy:
    upstream: str
    url: str = ""
    seen: list[str] = field(default_factory=list)
    forwarded: list[str] = field(default_factory=list)
    _planned: list[_Planned] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def fault(self, kind: Fault, *, method: str = "", times: int | None = None, **options: Any) -> None:
        with self._lock:
            self._planned.append(_Planned(kind, method, times, **options))

    def heal(self) -> None:
        with self._lock:
            self._planned.clear()

    def take(self, method: str) -> _Planned | None:
        """The fault that this request shall suffer."""
        with self._lock:
            for planned in self._planned:
                if planned.method not in ("", method):
                    continue
                if planned.times is not None:
                    planned.times -= 1
                    if planned.times == 0:
                        self._planned.remove(planned)
                return planned
        return None

    def forward(self, body: bytes) -> bytes:
        self.forwarded.extend(_methods(json.loads(body)))
        target = urlsplit(self.upstream)
        connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=30)
        try:
            connection.request("POST", "/", body, {"Content-Type": "application/json"})
            return connection.getresponse().read()
        finally:
            connection.close()


CANNED = {
    Fault.HTML: (b"<html><body>Please sign in to the hotel</body></html>", "text/html"),
    Fault.NOT_RPC: (b'["what", "was", "the", "question"]', "application/json"),
}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        proxy = self.server.proxy
        body = self.rfile.read(int(self.headers["Content-Length"]))
        methods = _methods(json.loads(body))
        proxy.seen.extend(methods)
        planned = next((found for found in map(proxy.take, methods) if found), None)
        try:
            self._answer(proxy, body, planned)
        except (OSError, http.client.HTTPException):
            self._hang_up()

    def _answer(self, proxy: RpcProxy, body: bytes, planned: _Planned | None) -> None:
        kind = planned.kind if planned else None
        if kind is Fault.DROP_BEFORE:
            self._hang_up()
        elif planned and kind is Fault.STATUS:
            self._send(planned.status, b"the gateway is not well", "text/plain")
        elif kind in CANNED:
            self._send(200, *CANNED[kind])
        elif planned and kind in (Fault.RESULT, Fault.ERROR, Fault.CHAIN_ID):
            name = "error" if kind is Fault.ERROR else "result"
            wanted = "eth_chainId" if kind is Fault.CHAIN_ID else planned.method
            self._send(200, self._replace(proxy, body, wanted, {name: planned.value}))
        elif planned and kind is Fault.STALE_HEAD:
            self._send(200, _lagging(proxy, body, int(planned.value)))
        elif kind is Fault.NO_BATCH and body.lstrip().startswith(b"["):
            error = {"code": -32600, "message": "batches are not supported"}
            self._send(200, json.dumps({"jsonrpc": "2.0", "id": None, "error": error}).encode())
        else:
            self._forward(proxy, body, planned)

    def _forward(self, proxy: RpcProxy, body: bytes, planned: _Planned | None) -> None:
        answer = proxy.forward(body)
        if planned and planned.kind is Fault.DROP_AFTER:
            self._hang_up()
            return
        if planned and planned.kind is Fault.TRUNCATED:
            answer = answer[: len(answer) // 2]
        if planned and planned.kind is Fault.DELAY:
            time.sleep(planned.seconds)
        self._send(200, answer)

    def _replace(self, proxy: RpcProxy, body: bytes, wanted: str, answer: dict[str, Any]) -> bytes:
        """The node's answer, with that to `wanted` (to all, when it is empty) exchanged."""
        request = json.loads(body)
        if isinstance(request, dict):
            if wanted not in ("", request["method"]):
                return proxy.forward(body)
            return json.dumps({"jsonrpc": "2.0", "id": request["id"], **answer}).encode()
        true = {one["id"]: one for one in json.loads(proxy.forward(body))}
        for one in request:
            if wanted in ("", one["method"]):
                true[one["id"]] = {"jsonrpc": "2.0", "id": one["id"], **answer}
        return json.dumps(list(true.values())).encode()

    def _send(self, status: int, body: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _hang_up(self) -> None:
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, proxy: RpcProxy) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.proxy = proxy

    def handle_error(self, *_: object) -> None:
        """A client that gave up waiting is part of the play."""


def _methods(request: Any) -> list[str]:
    return [one["method"] for one in (request if isinstance(request, list) else [request])]


def _lagging(proxy: RpcProxy, body: bytes, head: int) -> bytes:
    """The answers of a node that has not seen anything above block `head`."""
    request = json.loads(body)
    one_by_one = request if isinstance(request, list) else [request]
    answers = [_lagging_answer(proxy, one, head) for one in one_by_one]
    return json.dumps(answers if isinstance(request, list) else answers[0]).encode()


def _lagging_answer(proxy: RpcProxy, request: dict[str, Any], head: int) -> dict[str, Any]:
    method, params = request["method"], list(request.get("params") or [])
    if method == "eth_blockNumber":
        return {"jsonrpc": "2.0", "id": request["id"], "result": hex(head)}
    params = [hex(head) if param == "latest" else param for param in params]
    answer: dict[str, Any] = json.loads(proxy.forward(json.dumps({**request, "params": params}).encode()))
    result = answer.get("result")
    number = result.get("blockNumber", result.get("number")) if isinstance(result, dict) else None
    if isinstance(number, str) and int(number, 16) > head:
        answer["result"] = None
    return answer


@contextmanager
def rpc_proxy(upstream: str) -> Iterator[RpcProxy]:
    """A proxy on a free loopback port in front of `upstream`, for the time of the block."""
    proxy = RpcProxy(upstream)
    server = _Server(proxy)
    proxy.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
