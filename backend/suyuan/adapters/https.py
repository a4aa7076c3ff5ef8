"""webhooks.ports over httpcore: names resolved by the system, requests to the address that was judged."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import httpcore

from suyuan.webhooks.addresses import Target
from suyuan.webhooks.model import Outcome
from suyuan.webhooks.ports import Answer

_GONE = 410


class SystemResolver:
    """webhooks.ports.Resolver by getaddrinfo."""

    def resolve(self, host: str, port: int) -> Sequence[str]:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return []
        return list(dict.fromkeys(str(each[4][0]) for each in found))


class HttpsSender:
    """webhooks.ports.Sender. `context` says whom to trust: the system's certificates, or the operator's own
    for servers on his premises.
    """

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self._context = context or ssl.create_default_context()

    def post(  # noqa: PLR0913 - the port's
        self,
        target: Target,
        address: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        seconds: float,
        most: int,
    ) -> Answer:
        until = time.monotonic() + seconds
        backend = _Pinned(address, until)
        pool = httpcore.ConnectionPool(
            ssl_context=self._context, max_connections=1, http1=True, http2=False, network_backend=backend
        )
        timeout = dict.fromkeys(("connect", "read", "write", "pool"), seconds)
        url = httpcore.URL(
            scheme=b"https", host=target.host.encode(), port=target.port, target=target.path.encode()
        )
        plain = {"Host": target.authority, "Connection": "close", "Accept": "*/*"}
        sent = [(name.encode(), value.encode()) for name, value in (plain | dict(headers)).items()]
        extensions = {"timeout": timeout, "sni_hostname": target.host}
        try:
            with (
                pool,
                pool.stream("POST", url, headers=sent, content=body, extensions=extensions) as response,
            ):
                return Answer(_outcome(response.status), response.status, _begin(response, most), address)
        except (httpcore.TimeoutException, TimeoutError):
            return Answer(Outcome.TIMEOUT, address=address)
        except httpcore.ConnectError as error:
            is_tls = isinstance(error.__context__, ssl.SSLError) or "SSL" in str(error)
            return Answer(Outcome.TLS if is_tls else Outcome.UNREACHABLE, address=address)
        except (httpcore.NetworkError, ssl.SSLError, OSError):
            return Answer(Outcome.UNREACHABLE, address=address)
        except (httpcore.ProtocolError, httpcore.UnsupportedProtocol, ValueError):
            return Answer(Outcome.BROKEN, address=address)


def _begin(response: httpcore.Response, most: int) -> bytes:
    """The first bytes of the answer. The rest is never read; a body that stalls does not undo the status."""
    found = b""
    try:
        for chunk in response.iter_stream():
            found += chunk[: most - len(found)]
            if len(found) >= most:
                break
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, OSError):
        pass
    return found


def _outcome(status: int) -> Outcome:
    if 200 <= status < 300:
        return Outcome.DELIVERED
    return Outcome.GONE if status == _GONE else Outcome.STATUS


class _Pinned(httpcore.NetworkBackend):
    """Connects to one address, whatever the name; everything on it ends when the time is over."""

    def __init__(self, address: str, until: float) -> None:
        self._address = address
        self._until = until
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,  # noqa: ARG002 - judged and resolved before
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - ours is for everything together
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        found = self._plain.connect_tcp(
            self._address, port, _left(self._until), local_address, socket_options
        )
        return _Timed(found, self._until)


class _Timed(httpcore.NetworkStream):
    """A stream whose every step has what is left of the time, so that a trickle does not prolong it."""

    def __init__(self, stream: httpcore.NetworkStream, until: float) -> None:
        self._stream = stream
        self._until = until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - see _Pinned
        return self._stream.read(max_bytes, _left(self._until))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - see _Pinned
        self._stream.write(buffer, _left(self._until))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002 - see _Pinned
    ) -> httpcore.NetworkStream:
        found = self._stream.start_tls(ssl_context, server_hostname, _left(self._until))
        return _Timed(found, self._until)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the time is over")
    return left
