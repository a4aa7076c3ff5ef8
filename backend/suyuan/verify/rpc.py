"""A tiny JSON-RPC client: asks the node that its user chose, and believes only well-formed answers."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import Protocol, Self

import httpx
import orjson

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_DATA = re.compile(r"0x(?:[0-9a-fA-F]{2})*")
_QUANTITY = re.compile(r"0x[0-9a-fA-F]{1,64}")


class Unreachable(Exception):
    """The node did not answer, or answered nonsense; nothing is known."""


class NodeRefused(Unreachable):
    """The node answered with a JSON-RPC error: it understood, and will not or cannot answer this request."""


class Rpc(Protocol):
    """One question to a node. Raises Unreachable, or NodeRefused for a JSON-RPC error, and nothing else."""

    def ask(self, method: str, params: Sequence[object]) -> object: ...


class HttpRpc:
    """JSON-RPC over HTTP. `timeout` in seconds holds for each question; nothing is asked twice."""

    def __init__(
        self, url: str, *, timeout: float = 15.0, transport: httpx.BaseTransport | None = None
    ) -> None:
        self._url = url
        self._numbers = itertools.count(1)
        # A node on this machine is never behind the proxy that the environment may name.
        near = httpx.URL(url).host in _LOOPBACK
        self._client = httpx.Client(
            timeout=timeout, transport=transport, follow_redirects=False, trust_env=not near
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._client.close()

    def ask(self, method: str, params: Sequence[object]) -> object:
        number = next(self._numbers)
        request = {"jsonrpc": "2.0", "id": number, "method": method, "params": list(params)}
        try:
            answer = self._client.post(self._url, json=request)
            body = orjson.loads(answer.content)
        except (httpx.HTTPError, httpx.InvalidURL) as trouble:
            raise Unreachable(f"{method}: {trouble or type(trouble).__name__}") from trouble
        except ValueError as trouble:
            raise Unreachable(f"{method}: HTTP {answer.status_code}, and the answer is not JSON") from trouble
        if not isinstance(body, dict) or body.get("id") != number:
            raise Unreachable(f"{method}: the answer is no JSON-RPC answer to this request")
        if body.get("error") is not None:
            raise NodeRefused(f"{method}: {_message_of(body['error'])}")
        if "result" not in body:
            raise Unreachable(f"{method}: the answer has neither result nor error")
        return body["result"]


def _message_of(error: object) -> str:
    message = error.get("message") if isinstance(error, dict) else None
    return str(message or error)[:200]


def as_quantity(value: object, what: str) -> int:
    """A hexadecimal JSON-RPC quantity as an integer; raises Unreachable when it is none."""
    if isinstance(value, str) and _QUANTITY.fullmatch(value):
        return int(value, 16)
    raise Unreachable(f"{what} is no quantity: {str(value)[:80]!r}")


def as_bytes(value: object, what: str, length: int | None = None) -> bytes:
    """JSON-RPC data as bytes of `length`; raises Unreachable when it is none."""
    if isinstance(value, str) and _DATA.fullmatch(value):
        data = bytes.fromhex(value[2:])
        if length is None or len(data) == length:
            return data
    raise Unreachable(f"{what} is no data of the expected form: {str(value)[:80]!r}")


def as_object(value: object, what: str) -> dict[str, object]:
    """A JSON object; raises Unreachable when it is none."""
    if isinstance(value, dict):
        return value
    raise Unreachable(f"{what} is no object: {str(value)[:80]!r}")
