"""How pages are made: the templates' world, headers of every page, redirects, and errors as pages."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from functools import cache
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from suyuan.api.gateway import parts_of
from suyuan.api.problems import STATUS_OF_KIND
from suyuan.kernel.errors import ErrorKind, SuyuanError
from suyuan.passport.words import words as words_of_passport
from suyuan.portal import nav, static_files
from suyuan.portal.formats import Formats
from suyuan.portal.language import LANGUAGE_COOKIE, language_of, other_language, was_chosen
from suyuan.portal.session import Elsewhere, Person, person_of_error
from suyuan.portal.words import Words, words

log = logging.getLogger("suyuan.portal")

#: No inline script or style, nothing from elsewhere, no frames.
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "Cache-Control": "no-store",
    "Vary": "Accept-Language, Cookie, HX-Request",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(self), microphone=()",  # a handover says where it was
}

#: What the framework itself says about a request, as codes that have words.
CODES = {400: "form.malformed", 408: "body.too-slow", 413: "body.too-large"}

_A_YEAR = 365 * 86400


def page(
    request: Request, person: Person | None, template: str, status: int = 200, **context: object
) -> HTMLResponse:
    """A whole page; `person` is None on pages for everybody.

    Templates know what is given, and `w` (words), `t` (times, numbers), `term` (words of the domain by group
    and code: kind, role, bizStep, uom), `person`, `csrf`, `language`, `nav`, `flash`, `path`.
    """
    return _respond(request, person, template, status, context)


def fragment(
    request: Request, person: Person | None, template: str, status: int = 200, **context: object
) -> HTMLResponse:
    """A part of a page for htmx: a template that extends nothing; it knows the same names."""
    return _respond(request, person, template, status, context)


def redirect(href: str, said: str | None = None, **query: str) -> Response:
    """303 to a page of ours. `said`: "area.code", whose word `area.said.code` is shown there once."""
    if said is not None:
        query["said"] = said
    joint = "&" if "?" in href else "?"
    target = f"{href}{joint}{urlencode(query)}" if query else href
    return Response(status_code=303, headers={"Location": target, "Cache-Control": "no-store"})


def wants_fragment(request: Request) -> bool:
    """Whether htmx asks, and so wants a part only."""
    return request.headers.get("hx-request") == "true" and "hx-boosted" not in request.headers


def portal_router(**options: Any) -> APIRouter:
    """A router whose errors are pages; outside the documented interface."""
    return APIRouter(route_class=PortalRoute, include_in_schema=False, **options)


class PortalRoute(APIRoute):
    """Answers errors of rooms, of forms and of the framework as pages, and sends on who must sign in."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        plain = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await plain(request)
            except Elsewhere as away:
                return _send_on(request, away.href)
            except SuyuanError as error:
                return await run_in_threadpool(_page_of, request, error)
            except RequestValidationError:
                return await run_in_threadpool(error_page, request, 404, "page.unknown")
            except HTTPException as error:
                code = CODES.get(error.status_code, "page.unknown")
                found = await run_in_threadpool(error_page, request, error.status_code, code)
                found.headers.update(error.headers or {})
                return found
            except Exception:
                log.exception("a page failed", extra={"path": request.url.path})
                return await run_in_threadpool(error_page, request, 500, "server.fault")

        return handler


def error_page(request: Request, status: int, code: str, error: SuyuanError | None = None) -> Response:
    """What went wrong in plain words, by its code or else its status, with a way on."""
    person = None if status == 503 else person_of_error(request)
    faults = getattr(error, "faults", ())
    template = "_error_part.html" if wants_fragment(request) else "_error.html"
    found = page(request, person, template, status, code=code, reason=str(error or ""), faults=faults)
    if status == 503:
        found.headers["Retry-After"] = "5"
    return found


def _page_of(request: Request, error: SuyuanError) -> Response:
    status = STATUS_OF_KIND[error.kind]
    if error.kind is not ErrorKind.INTERNAL:
        return error_page(request, status, error.code, error)
    log.error("a page failed", exc_info=error, extra={"path": request.url.path})
    return error_page(request, status, "server.fault")


def _send_on(request: Request, href: str) -> Response:
    if "hx-request" in request.headers:
        return Response(status_code=401, headers={"HX-Redirect": href, "Cache-Control": "no-store"})
    return redirect(href)


def _respond(
    request: Request, person: Person | None, template: str, status: int, context: dict[str, object]
) -> HTMLResponse:
    language = language_of(request, person.language if person else None)
    parts = parts_of(request)
    known = {
        "w": words(language),
        "t": Formats(language, parts.clock.now()),
        "language": language,
        "other_language": other_language(request, language),
        "person": person,
        "csrf": person.csrf if person else "",
        "nav": nav.ways(person.caller if person else None, request.url.path),
        "home": nav.home_of(person.caller) if person else "/",
        "flash": _flash(request, words(language)),
        "term": words_of_passport(language).term,
        "demo": parts.settings.makes_own_keys,
        "path": request.url.path,
    }
    body = environment().get_template(template).render(known | context)
    found = HTMLResponse(body, status, HEADERS)
    if was_chosen(request):
        found.set_cookie(LANGUAGE_COOKIE, language, max_age=_A_YEAR, httponly=True, samesite="lax")
    return found


def _flash(request: Request, w: Words) -> str:
    """What the last page has to say; only words that we know, since anybody writes addresses."""
    area, _, code = request.query_params.get("said", "").partition(".")
    key = f"{area}.said.{code}"
    return w(key) if code and w.has(key) else ""


@cache
def environment() -> Environment:
    """The templates; a name that is not given is an error, never an empty place."""
    found = Environment(
        loader=PackageLoader(__package__, "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals["static"] = static_files.address
    return found
