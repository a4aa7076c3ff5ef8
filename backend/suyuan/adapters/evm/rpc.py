"""One JSON-RPC request, one answer: no retries, no caches, and every failure in one of two words.

web3.py's HTTP provider sends a request again by itself after a time-out, a transaction too; that is switched
off here, because only the sender of a transaction knows what may be repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Protocol, cast
from urllib.parse import urlsplit

import requests
from web3 import HTTPProvider
from web3.exceptions import Web3Exception
from web3.types import RPCEndpoint, RPCResponse

from suyuan.anchoring.ports import ChainUnavailable

CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 20.0
#: A node on the loopback interface is never behind the proxy that the environment may name.
NO_PROXY = {"http": "", "https": ""}


class RpcError(Exception):
    """The node understood the request and refused it. `data` is whatever came with the refusal, or None."""

    def __init__(self, code: int, message: str, data: object = None) -> None:
        super().__init__(code, message, data)
        self.code = code
        self.message = message
        self.data = data

    def __str__(self) -> str:
        return f"{self.message} (code {self.code})"


class Rpc(Protocol):
    """A JSON-RPC endpoint. Raises RpcError when the node refuses, ChainUnavailable for everything else."""

    @property
    def where(self) -> str:
        """What to call the endpoint in a sentence."""

    def call(self, method: str, *params: object) -> object: ...
    def batch(self, calls: Sequence[tuple[str, Sequence[object]]]) -> list[object]:
        """Answers in the order of `calls`; the first refusal is raised."""


def answer_of(response: object, method: str, where: str) -> object:
    """The result inside a JSON-RPC response object; raises as Rpc says."""
    if not isinstance(response, dict):
        raise ChainUnavailable(f"{where} answered {method} with something that is not a JSON-RPC response")
    error = response.get("error")
    if error is not None:
        raise refusal_of(error)
    if "result" not in response:
        raise ChainUnavailable(f"{where} answered {method} with neither a result nor an error")
    return response["result"]


def refusal_of(error: object) -> RpcError:
    """The error member of a response, however the client shapes it."""
    if not isinstance(error, dict):
        return RpcError(0, str(error))
    code = error.get("code")
    number = code if isinstance(code, int) else 0
    return RpcError(number, str(error.get("message", "")), error.get("data"))


def _request(provider: HTTPProvider, method: str, params: Sequence[object]) -> object:
    return cast("object", provider.make_request(RPCEndpoint(method), list(params)))


def _request_all(provider: HTTPProvider, calls: Sequence[tuple[str, Sequence[object]]]) -> object:
    requested: list[tuple[RPCEndpoint, Any]] = [
        (RPCEndpoint(method), list(params)) for method, params in calls
    ]
    return provider.make_batch_request(requested)


class HttpRpc:
    """JSON-RPC over HTTP. `endpoint` is an URL, or a function that says where the node is now."""

    def __init__(self, endpoint: str | Callable[[], str], answer_seconds: float = ANSWER_SECONDS) -> None:
        self._endpoint: Callable[[], str] = partial(str, endpoint) if isinstance(endpoint, str) else endpoint
        self._answer_seconds = answer_seconds
        self._providers: dict[str, HTTPProvider] = {}

    @property
    def where(self) -> str:
        """Host and port for people; never the path or user part, which may hold a secret."""
        parts = urlsplit(self._endpoint())
        port = f":{parts.port}" if parts.port else ""
        return f"the node at {parts.scheme}://{parts.hostname}{port}"

    def call(self, method: str, *params: object) -> object:
        provider = self._provider()
        response = self._attempt(method, lambda: _request(provider, method, params))
        return answer_of(response, method, self.where)

    def batch(self, calls: Sequence[tuple[str, Sequence[object]]]) -> list[object]:
        if not calls:
            return []
        if len(calls) == 1:
            return [self.call(calls[0][0], *calls[0][1])]
        provider = self._provider()
        response = self._attempt("a batch of requests", lambda: _request_all(provider, calls))
        if not isinstance(response, list) or len(response) != len(calls):
            # Some public nodes answer no batches: the same questions one by one.
            return [self.call(method, *params) for method, params in calls]
        return [answer_of(one, call[0], self.where) for one, call in zip(response, calls, strict=True)]

    def _provider(self) -> HTTPProvider:
        url = self._endpoint()
        if url not in self._providers:
            options: dict[str, object] = {"timeout": (CONNECT_SECONDS, self._answer_seconds)}
            if urlsplit(url).hostname in {"127.0.0.1", "localhost", "::1"}:
                options["proxies"] = NO_PROXY
            self._providers[url] = HTTPProvider(
                url, request_kwargs=options, exception_retry_configuration=None, cache_allowed_requests=False
            )
        return self._providers[url]

    def _attempt(self, what: str, ask: Callable[[], object]) -> object:
        try:
            return ask()
        except requests.HTTPError as error:
            return self._refused_by_http(what, error)
        except requests.Timeout as error:
            raise ChainUnavailable(f"{self.where} did not answer {what} in time") from error
        except requests.ConnectionError as error:
            raise ChainUnavailable(f"{self.where} cannot be reached, or hung up during {what}") from error
        except (requests.RequestException, OSError, Web3Exception) as error:
            raise ChainUnavailable(f"{self.where} failed during {what}: {type(error).__name__}") from error
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise ChainUnavailable(f"{self.where} answered {what} with something that is not JSON") from error

    def _refused_by_http(self, what: str, error: requests.HTTPError) -> RPCResponse:
        # Some clients send their JSON-RPC error with a status of 4xx; the answer inside counts.
        status, body = 0, None
        if error.response is not None:
            status = error.response.status_code
            with suppress(ValueError, RecursionError, requests.RequestException):
                body = error.response.json()
        if 400 <= status < 500 and isinstance(body, dict) and isinstance(body.get("error"), dict):
            return cast("RPCResponse", body)
        raise ChainUnavailable(f"{self.where} answered {what} with HTTP status {status}") from error
