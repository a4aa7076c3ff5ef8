"""One JSON-RPC request, one answer: no retries, no caches, and every failure in one of two words.

Not web3.py's HTTP provider: it sends a request again by itself after a time-out, a transaction too, where
only the sender knows what may be repeated; and it takes two seconds to import at every start.
"""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Protocol, cast
from urllib.parse import urlsplit

import requests

from suyuan.anchoring.ports import ChainUnavailable

CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 20.0
#: Requests in one batch; clients limit both the number (geth and besu about a thousand) and the answer's size
#: (geth 25 MB, and the receipt of a full bundle is nearly half of one).
BATCH = 20
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


def _in_order(response: object) -> object:
    """A batch's answers may come in any order; their ids rise with the questions."""
    if isinstance(response, list) and all(isinstance(one, dict) and "id" in one for one in response):
        return sorted(response, key=lambda one: int(one["id"]))
    return response


class HttpRpc:
    """JSON-RPC over HTTP. `endpoint` is an URL, or a function that says where the node is now."""

    def __init__(self, endpoint: str | Callable[[], str], answer_seconds: float = ANSWER_SECONDS) -> None:
        self._endpoint: Callable[[], str] = partial(str, endpoint) if isinstance(endpoint, str) else endpoint
        self._answer_seconds = answer_seconds
        self._own = threading.local()  # a session of HTTP connections for each thread
        self._numbers = itertools.count(1)

    @property
    def where(self) -> str:
        """Host and port for people; never the path or user part, which may hold a secret."""
        parts = urlsplit(self._endpoint())
        port = f":{parts.port}" if parts.port else ""
        return f"the node at {parts.scheme}://{parts.hostname}{port}"

    def call(self, method: str, *params: object) -> object:
        response = self._attempt(method, lambda: self._ask(self._question(method, params)))
        return answer_of(response, method, self.where)

    def batch(self, calls: Sequence[tuple[str, Sequence[object]]]) -> list[object]:
        found: list[object] = []
        for start in range(0, len(calls), BATCH):
            found += self._batch(calls[start : start + BATCH])
        return found

    def _batch(self, calls: Sequence[tuple[str, Sequence[object]]]) -> list[object]:
        if len(calls) == 1:
            return [self.call(calls[0][0], *calls[0][1])]
        questions = [self._question(method, params) for method, params in calls]
        response = self._attempt("a batch of requests", lambda: _in_order(self._ask(questions)))
        if not isinstance(response, list) or len(response) != len(calls):
            # Some public nodes answer no batches: the same questions one by one.
            return [self.call(method, *params) for method, params in calls]
        return [answer_of(one, call[0], self.where) for one, call in zip(response, calls, strict=True)]

    def _question(self, method: str, params: Sequence[object]) -> dict[str, object]:
        return {"jsonrpc": "2.0", "id": next(self._numbers), "method": method, "params": list(params)}

    def _ask(self, body: Any) -> object:
        """One POST and its JSON; raises what `_attempt` puts into words."""
        url = self._endpoint()
        session: requests.Session | None = getattr(self._own, "session", None)
        if session is None:
            session = self._own.session = requests.Session()
        proxies = NO_PROXY if urlsplit(url).hostname in {"127.0.0.1", "localhost", "::1"} else None
        timeout = (CONNECT_SECONDS, self._answer_seconds)
        answer = session.post(url, json=body, timeout=timeout, proxies=proxies)
        answer.raise_for_status()
        found: object = json.loads(answer.content)
        return found

    def _attempt(self, what: str, ask: Callable[[], object]) -> object:
        try:
            return ask()
        except requests.HTTPError as error:
            return self._refused_by_http(what, error)
        except requests.Timeout as error:
            raise ChainUnavailable(f"{self.where} did not answer {what} in time") from error
        except requests.ConnectionError as error:
            raise ChainUnavailable(f"{self.where} cannot be reached, or hung up during {what}") from error
        except (requests.RequestException, OSError) as error:
            raise ChainUnavailable(f"{self.where} failed during {what}: {type(error).__name__}") from error
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise ChainUnavailable(f"{self.where} answered {what} with something that is not JSON") from error

    def _refused_by_http(self, what: str, error: requests.HTTPError) -> object:
        # Some clients send their JSON-RPC error with a status of 4xx; the answer inside counts.
        status, body = 0, None
        if error.response is not None:
            status = error.response.status_code
            with suppress(ValueError, RecursionError, requests.RequestException):
                body = error.response.json()
        if 400 <= status < 500 and isinstance(body, dict) and isinstance(body.get("error"), dict):
            return cast("object", body)
        raise ChainUnavailable(f"{self.where} answered {what} with HTTP status {status}") from error
