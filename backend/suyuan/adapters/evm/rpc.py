"""One JSON-RPC request, one answer: no retries, no caches, and every failure in one of two words.

web3's HTTPProvider carries the requests, with its retries off: it would send a transaction again by itself
after a time-out, where only the sender knows what may be repeated. No middleware of web3 is used, because it
reads answers leniently, and an answer of a wrong type must be found out. Causes of failures are cut off from
our sentence: their texts hold the whole address, and the whole answer.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Protocol, cast
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from web3 import HTTPProvider
from web3.types import RPCEndpoint

from suyuan.anchoring.ports import ChainUnavailable

CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 20.0
#: Requests in one batch; clients limit both the number (geth and besu about a thousand) and the answer's size
#: (geth 25 MB, and the receipt of a full bundle is nearly half of one).
BATCH = 20
#: Bytes of one answer; a batch of twenty receipts of full bundles is some ten million.
MAX_ANSWER = 64 * 2**20
#: A node on the loopback interface is never behind the proxy that the environment may name.
NO_PROXY = {"http": "", "https": ""}
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

for _chatty in ("web3", "urllib3"):
    # At their finest level they write the node's address into the log, with the secrets in it.
    logging.getLogger(_chatty).setLevel(logging.INFO)


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


class _AnswerTooLong(requests.RequestException):
    """More bytes came than any answer that we ask for has."""


class _Bounded:
    """A response's body with an end to its size and to its time: the time-out of requests begins anew with
    each byte, and its size has none.
    """

    def __init__(self, raw: Any, deadline: float) -> None:
        self._raw = raw
        self._deadline = deadline

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)

    def stream(self, amt: int, decode_content: bool | None = None) -> Iterator[bytes]:  # noqa: FBT001 - urllib3's
        size = 0
        for chunk in self._chunks(amt, decode_content):
            size += len(chunk)
            if size > MAX_ANSWER or time.monotonic() > self._deadline:
                self._raw.close()
                raise _AnswerTooLong if size > MAX_ANSWER else requests.Timeout
            yield chunk

    def _chunks(self, amt: int, decode_content: bool | None) -> Iterator[bytes]:  # noqa: FBT001 - urllib3's
        if self._raw.chunked:
            yield from self._raw.stream(amt, decode_content=decode_content)
        else:
            # Whatever is there, where stream() would wait until the chunk is full.
            while chunk := self._raw.read1(amt, decode_content=decode_content):
                yield chunk


class _BoundedAdapter(HTTPAdapter):
    """Gives bodies that end; never asks twice."""

    def __init__(self, answer_seconds: float) -> None:
        super().__init__(max_retries=0)
        self._answer_seconds = answer_seconds

    def build_response(self, req: Any, resp: Any) -> requests.Response:
        response = super().build_response(req, resp)
        response.raw = _Bounded(response.raw, time.monotonic() + self._answer_seconds)
        return response


def _provider(url: str, answer_seconds: float) -> HTTPProvider:
    """web3's provider as we need it. The session is our own, because web3 closes those that it makes itself
    while they may be in use.
    """
    session = requests.Session()
    for scheme in ("http://", "https://"):
        session.mount(scheme, _BoundedAdapter(answer_seconds))
    options: dict[str, object] = {"timeout": (CONNECT_SECONDS, answer_seconds)}
    if urlsplit(url).hostname in LOOPBACK:
        options["proxies"] = NO_PROXY
    return HTTPProvider(url, options, session, exception_retry_configuration=None)


class HttpRpc:
    """JSON-RPC over HTTP. `endpoint` is an URL, or a function that says where the node is now."""

    def __init__(self, endpoint: str | Callable[[], str], answer_seconds: float = ANSWER_SECONDS) -> None:
        self._endpoint: Callable[[], str] = partial(str, endpoint) if isinstance(endpoint, str) else endpoint
        self._answer_seconds = answer_seconds
        self._own = threading.local()  # a provider for each thread: a session of requests is made for one

    @property
    def where(self) -> str:
        """Host and port for people; never the path or user part, which may hold a secret."""
        parts = urlsplit(self._endpoint())
        port = f":{parts.port}" if parts.port else ""
        return f"the node at {parts.scheme}://{parts.hostname}{port}"

    def call(self, method: str, *params: object) -> object:
        response = self._attempt(
            method, lambda: self._provider().make_request(RPCEndpoint(method), list(params))
        )
        return answer_of(response, method, self.where)

    def batch(self, calls: Sequence[tuple[str, Sequence[object]]]) -> list[object]:
        found: list[object] = []
        for start in range(0, len(calls), BATCH):
            found += self._batch(calls[start : start + BATCH])
        return found

    def _batch(self, calls: Sequence[tuple[str, Sequence[object]]]) -> list[object]:
        if len(calls) == 1:
            return [self.call(calls[0][0], *calls[0][1])]
        asked = [(RPCEndpoint(method), list(params)) for method, params in calls]
        response = self._attempt("a batch of requests", lambda: self._provider().make_batch_request(asked))
        if not isinstance(response, list) or len(response) != len(calls):
            # Some public nodes answer no batches: the same questions one by one.
            return [self.call(method, *params) for method, params in calls]
        if not _each_once(response):
            raise ChainUnavailable(f"{self.where} answered a batch of requests with ids that were not asked")
        return [answer_of(one, call[0], self.where) for one, call in zip(response, calls, strict=True)]

    def _provider(self) -> HTTPProvider:
        url = self._endpoint()
        kept: HTTPProvider | None = getattr(self._own, "provider", None)
        if kept is None or kept.endpoint_uri != url:
            kept = self._own.provider = _provider(url, self._answer_seconds)
        return kept

    def _attempt(self, what: str, ask: Callable[[], object]) -> object:
        try:
            return ask()
        except requests.HTTPError as error:
            return self._refused_by_http(what, error)
        except requests.Timeout:
            raise ChainUnavailable(f"{self.where} did not answer {what} in time") from None
        except _AnswerTooLong:
            raise ChainUnavailable(
                f"{self.where} answered {what} with more than {MAX_ANSWER} bytes"
            ) from None
        except requests.ConnectionError:
            raise ChainUnavailable(f"{self.where} cannot be reached, or hung up during {what}") from None
        except (requests.RequestException, OSError) as error:
            raise ChainUnavailable(f"{self.where} failed during {what}: {type(error).__name__}") from None
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError, RuntimeWarning):
            raise ChainUnavailable(f"{self.where} answered {what} with something that is not JSON") from None

    def _refused_by_http(self, what: str, error: requests.HTTPError) -> object:
        # Some clients send their JSON-RPC error with a status of 4xx; the answer inside counts.
        status, body = 0, None
        if error.response is not None:
            status = error.response.status_code
            with suppress(ValueError, RecursionError, requests.RequestException):
                body = error.response.json()
        if 400 <= status < 500 and isinstance(body, dict) and isinstance(body.get("error"), dict):
            return cast("object", body)
        raise ChainUnavailable(f"{self.where} answered {what} with HTTP status {status}") from None


def _each_once(answers: Sequence[Any]) -> bool:
    """web3 numbers the questions one after the other and sorts the answers by that. Where an id is missing it
    trusts in the order, with a warning; where one stands twice it sees nothing.
    """
    ids = [one.get("id") for one in answers]
    return all(type(each) is int for each in ids) and ids == list(range(ids[0], ids[0] + len(ids)))
