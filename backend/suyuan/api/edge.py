"""The outer skin of the gateway, as plain ASGI: request ids, security headers, body limit, server faults.

Plain ASGI because these must hold for every answer, streamed ones and those of other middleware too.
"""

from __future__ import annotations

import logging
import re
import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from suyuan.api.problems import problem

log = logging.getLogger("suyuan.api")

_PLAIN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")

#: Pages carry their own styles and pictures and nothing else; no script, no third party, no frame.
CONTENT_POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
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
    """Refuses a body above `limit` bytes with 413: at once when the length is declared, else as soon as
    more has arrived. The rest is never read.
    """

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self.app = app
        self.limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "0")
        if declared.isascii() and declared.isdigit() and int(declared) > self.limit:
            detail = f"The body has {declared} bytes; at most {self.limit} are taken in one request."
            await problem(413, "body.too-large", detail, headers={"Connection": "close"})(
                scope, receive, send
            )
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            if message["type"] == "http.request":
                seen += len(message.get("body", b""))
                if seen > self.limit:
                    detail = f"The body has more than {self.limit} bytes, which is the most for one request."
                    raise HTTPException(413, detail, headers={"Connection": "close"})
            return message

        await self.app(scope, counted, send)


def _request_id(given: str) -> str:
    """The caller's id when it is harmless in logs and headers, else a new one."""
    return given if _PLAIN_ID.fullmatch(given) else secrets.token_hex(8)


def _dress(headers: MutableHeaders, request_id: str) -> None:
    for name, value in SECURITY_HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
    headers["X-Request-Id"] = request_id
