"""The outer skin of the gateway, as plain ASGI: request ids, security headers, body limits, server faults.

Plain ASGI because these must hold for every answer, streamed ones and those of other middleware too.
"""

from __future__ import annotations

import asyncio
import logging
import re
import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from suyuan.api.problems import problem

log = logging.getLogger("suyuan.api")

#: Seconds that a body gets to arrive, and bytes for which it gets one second more.
BODY_SECONDS = 30.0
BODY_PACE = 50_000

_PLAIN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")

#: Where programs post. Elsewhere people do, and whoever serves the page says in its words what went wrong.
_FOR_PROGRAMS = ("/api/", "/epcis/")

#: Pages carry their own styles and pictures and nothing else; no script, no third party, no frame.
CONTENT_POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # nothing for other sites; our own forms name their origin
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Edge:
    """Gives every request an id and every answer the security headers; turns a fault of ours into a 500
    problem that names the request id and nothing of the inside.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _request_id(Headers(scope=scope).get("x-request-id", ""))
        scope.setdefault("state", {})["request_id"] = request_id
        started = False

        async def guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                _dress(MutableHeaders(scope=message), request_id)
            await send(message)

        try:
            await self.app(scope, receive, guarded)
        except Exception:
            log.exception("request failed", extra={"request_id": request_id, "path": scope["path"]})
            if started:
                raise
            detail = f"The server made a mistake; its record of it carries the request id {request_id}."
            answer = problem(500, "server.fault", detail, instance=f"urn:suyuan:request:{request_id}")
            await answer(scope, receive, guarded)


class BodyLimit:
    """Refuses a body above `limit` bytes with 413: before it is read when the length is declared, else as
    soon as more has arrived. The rest is never read. One that trickles in gets 408 after `seconds`.
    """

    def __init__(self, app: ASGIApp, limit: int, seconds: float = BODY_SECONDS) -> None:
        self.app = app
        self.limit = limit
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "0")
        body = _Body(receive, self.limit, self.seconds)
        if declared.isascii() and declared.isdigit() and int(declared) > self.limit:
            body.refused = f"The body has {declared} bytes; at most {self.limit} are taken in one request."
            if scope["path"].startswith(_FOR_PROGRAMS):
                answer = problem(413, "body.too-large", body.refused, headers={"Connection": "close"})
                await answer(scope, receive, send)
                return
        await self.app(scope, body.receive, send)


class _Body:
    """One request's body on its way in; time counts from when it is first asked for. One that is `refused`
    is not read: whoever asks for it is told why.
    """

    def __init__(self, receive: Receive, limit: int, seconds: float) -> None:
        self._receive = receive
        self._limit = limit
        self._seconds = seconds
        self._since: float | None = None
        self._seen = 0
        self._is_whole = False
        self.refused = ""

    async def receive(self) -> Message:
        if self.refused:
            raise HTTPException(413, self.refused, headers={"Connection": "close"})
        if self._is_whole:  # what comes now is only that the caller has gone
            return await self._receive()
        self._since = self._since or asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout_at(self._since + self._seconds + self._seen / BODY_PACE):
                message = await self._receive()
        except TimeoutError as error:
            detail = f"The body did not arrive in time; {self._seen} bytes of it did."
            raise HTTPException(408, detail, headers={"Connection": "close"}) from error
        self._seen += len(message.get("body", b""))
        self._is_whole = not message.get("more_body", False)
        if self._seen > self._limit:
            detail = f"The body has more than {self._limit} bytes, which is the most for one request."
            raise HTTPException(413, detail, headers={"Connection": "close"})
        return message


def _request_id(given: str) -> str:
    """The caller's id when it is harmless in logs and headers, else a new one."""
    return given if _PLAIN_ID.fullmatch(given) else secrets.token_hex(8)


def _dress(headers: MutableHeaders, request_id: str) -> None:
    for name, value in SECURITY_HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
    headers["X-Request-Id"] = request_id
