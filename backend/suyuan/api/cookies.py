"""The session's cookie: read, held against forgery from other sites, and set anew when its secret changes.

A page elsewhere can have a browser send our cookie, but can neither read a token of ours nor hide where it
is from. So whatever a cookie is to change needs the session's CSRF token, as a header or as the field `csrf`
of a page's form, and may not come from another site. A bearer token is sent by no browser of itself: it needs
none.
"""

from __future__ import annotations

import hmac
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from fastapi import Request, Response
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from suyuan.access import devices, sessions
from suyuan.access.errors import CsrfWrong, SessionEnded, SessionReplayed
from suyuan.access.model import Session

if TYPE_CHECKING:
    from suyuan.api.gateway import Gateway

CSRF_HEADER = "x-csrf-token"
CSRF_FIELD = "csrf"
_SAFE = ("GET", "HEAD", "OPTIONS")
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
#: Programs' routes read their bodies themselves; they take the header only.
_PROGRAMS = ("/api/", "/epcis/")


def cookie_name(parts: Gateway) -> str:
    """With https the name itself forbids that another host or an unencrypted page sets the cookie."""
    return "__Host-suyuan_session" if _is_https(parts) else "suyuan_session"


def begun_name(parts: Gateway) -> str:
    return "__Host-suyuan_begun" if _is_https(parts) else "suyuan_begun"


def known_name(parts: Gateway) -> str:
    return "__Host-suyuan_known" if _is_https(parts) else "suyuan_known"


def _is_https(parts: Gateway) -> bool:
    return parts.settings.public_url.startswith("https://")


async def form_token(request: Request) -> str:
    """The field `csrf` of a page's form; empty where none is needed or there is none."""
    if request.method in _SAFE or not request.cookies or "authorization" in request.headers:
        return ""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if CSRF_HEADER in request.headers or kind not in _FORMS or request.url.path.startswith(_PROGRAMS):
        return ""
    given = (await request.form()).get(CSRF_FIELD)
    return given if isinstance(given, str) else ""


def session_of(request: Request, parts: Gateway, form_token: str = "") -> Session | None:
    """Who is signed in, kept in use; None without a session. The same object however often it is asked.

    Raises CsrfWrong when the request would change something and may come from elsewhere.
    """
    if not hasattr(request.state, "session"):
        request.state.session = _read(request, parts)
    found: Session | None = request.state.session
    if found is not None and request.method not in _SAFE:
        check_origin(request, parts)
        shown = request.headers.get(CSRF_HEADER) or form_token
        if not hmac.compare_digest(shown.encode(), found.csrf.encode()):
            raise CsrfWrong("The page is too old, or another site sent this. Load the page again.")
    return found


def _read(request: Request, parts: Gateway) -> Session | None:
    secret = request.cookies.get(cookie_name(parts))
    if not secret:
        return None
    try:
        with parts.database.reading() as conn:
            found = sessions.find(conn, parts.clock, secret)
    except SessionReplayed as error:
        with parts.database.transaction() as conn:
            sessions.close(conn, parts.clock, error.session, "replayed")
        found = None
    if found is None:
        request.state.session_ended = True
        end_cookie(request)
    elif sessions.is_touch_due(parts.clock, found):
        with parts.database.transaction() as conn:
            changed = sessions.touch(conn, parts.clock, found, secret)
        if changed is not None:
            set_cookie(request, changed)
    return found


def say_if_ended(request: Request) -> None:
    """Raise SessionEnded when the request carried the cookie of a session that is over."""
    if getattr(request.state, "session_ended", False):
        raise SessionEnded("This session has ended. Sign in again.")


def check_origin(request: Request, parts: Gateway) -> None:
    """Raise CsrfWrong when the browser says that a page of another origin sends this; also for sign-in, where
    there is no session yet. What is no browser says nothing.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    own = {_origin(parts.settings.public_url), f"{request.url.scheme}://{request.headers.get('host', '')}"}
    is_ours = site in (None, "same-origin") and (origin in (None, *own) or (origin == "null" and site))
    if not is_ours:
        raise CsrfWrong("A page of another site sent this; nothing was done.")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def set_cookie(request: Request, secret: str) -> None:
    """Have the answer carry the session's cookie, whatever sort of answer it is."""
    request.state.session_cookie = secret


def begin_cookie(request: Request, secret: str) -> None:
    """Have the answer carry, for five minutes, the secret of what was begun; empty takes it away."""
    request.state.begun_cookie = secret


def begun_of(request: Request, parts: Gateway) -> str:
    """The secret of what this browser has begun; empty for none."""
    return request.cookies.get(begun_name(parts), "")


def know(request: Request, note: str) -> None:
    """Have the answer carry the note of a browser in which a person has signed in."""
    request.state.known_cookie = note


def known_of(request: Request, parts: Gateway) -> str:
    """The note of a browser in which somebody has signed in before; empty for none."""
    return request.cookies.get(known_name(parts), "")


def end_cookie(request: Request) -> None:
    """Have the answer take the cookie away."""
    request.state.session_cookie = ""


class SessionCookies:
    """Puts on each answer the cookie that its request was given."""

    def __init__(self, app: ASGIApp, parts: Gateway) -> None:
        self.app = app
        self.parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})

        async def with_cookies(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._put(state, MutableHeaders(scope=message))
            await send(message)

        await self.app(scope, receive, with_cookies)

    def _put(self, state: MutableMapping[str, Any], headers: MutableHeaders) -> None:
        names = (
            ("session_cookie", cookie_name(self.parts), None),
            ("begun_cookie", begun_name(self.parts), None),
            ("known_cookie", known_name(self.parts), int(devices.LASTS.total_seconds())),
        )
        for key, name, lasts in names:
            secret = state.get(key)
            if secret is not None:
                headers.append("set-cookie", _cookie(name, secret, lasts, is_https=_is_https(self.parts)))
                headers["cache-control"] = "no-store"


def _cookie(name: str, secret: str, lasts: int | None, *, is_https: bool) -> str:
    answer = Response()
    if secret:
        answer.set_cookie(
            name, secret, max_age=lasts, path="/", secure=is_https, httponly=True, samesite="lax"
        )
    else:
        answer.delete_cookie(name, path="/", secure=is_https, httponly=True, samesite="lax")
    return answer.headers["set-cookie"]
