"""Public pages: what a scan shows, the bundle behind it, and the QR code that leads there. No sign-in.

Paths are read from the bytes of the request, because a lot's name may hold an encoded slash.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import unquote

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import Connection

from suyuan.anchoring.marks import entries_in, mark_of_lot
from suyuan.anchoring.ports import Identity
from suyuan.anchoring.queries import known_chain
from suyuan.api.gateway import Gateway, gateway, parts_of
from suyuan.kernel.canonical import canonical_json
from suyuan.kernel.digital_link import CANONICAL_STEM, QUALIFIERS
from suyuan.kernel.errors import SuyuanError
from suyuan.kernel.identity import TraceObject, from_argument, identify, lot_id, page_path
from suyuan.lots.errors import LotUnknown
from suyuan.lots.registry import find_lot
from suyuan.passport.bundle import bundle_bytes
from suyuan.passport.linkset import build_linkset
from suyuan.passport.lot_page import build_page
from suyuan.passport.negotiation import Form, wanted_form, wanted_language
from suyuan.passport.page import (
    STEPS_PER_PAGE,
    Links,
    content_policy,
    render_lot,
    render_malformed,
    render_unknown,
)  # fmt: skip
from suyuan.passport.qr import qr_svg
from suyuan.passport.shelf import Answer, Shelf
from suyuan.passport.story import Story, gather
from suyuan.qualification.queries import last_showing

router = APIRouter(tags=["passport"])

#: Longer addresses are put into a QR code by the lot's id instead of its name.
_QR_TEXT = 300
_SMALL = 500
_HTML = "text/html; charset=utf-8"
_JSON = "application/json"
_LINKSET = "application/linkset+json"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request for a page wants."""

    form: Form
    language: str
    chosen: bool  # the language stands in the address, and is kept in links
    first: int

    @classmethod
    def of(cls, request: Request) -> Asked:
        query = request.query_params
        form = wanted_form(
            request.headers.get("accept", ""), query.get("format", ""), query.get("linkType", "")
        )
        language = wanted_language(request.headers.get("accept-language", ""), query.get("lang", ""))
        if form != "html":
            return cls(form, language, chosen=False, first=0)
        start = query.get("from", "0")
        first = int(start) if start.isascii() and start.isdecimal() and len(start) < 7 else 0
        return cls(form, language, "lang" in query, first)

    def within(self, steps: int) -> Asked:
        """From the start of a part of the journey, which has so many steps: a part has one address."""
        last = max(steps - 1, 0)
        first = min(self.first, last)
        return replace(self, first=first - first % STEPS_PER_PAGE)

    @property
    def other_language(self) -> str:
        return "?lang=en" if self.language == "zh" else "?lang=zh"


def digital_link_page(request: Request) -> Response:
    """A lot, item or container under its GS1 Digital Link path."""
    return _page(request, CANONICAL_STEM + _raw_path(request))


def lot_page(request: Request) -> Response:
    """Anything else that can be traced, under `/lot/` and its percent-encoded URI or its 0x lot id."""
    return _page(request, unquote(_raw_path(request).removeprefix("/lot/")))


def qr_code(request: Request) -> Response:
    """The QR code of a page: `/qr`, the page's own path, `.svg`."""
    parts = parts_of(request)
    path = _raw_path(request).removeprefix("/qr").removesuffix(".svg")
    try:
        obj = identify(CANONICAL_STEM + path if not path.startswith("/lot/") else unquote(path[5:]))
    except SuyuanError:
        return Response(status_code=404)
    return _send(request, Answer(qr_svg(scanned_text(parts, obj)), "image/svg+xml"), lasting=True)


for _key in QUALIFIERS:
    router.add_route(f"/{_key}/{{rest:path}}", digital_link_page, methods=["GET"])
router.add_route("/lot/{rest:path}", lot_page, methods=["GET"])
router.add_route("/qr/{rest:path}", qr_code, methods=["GET"])


@router.get("/api/v1/lots/{lot:path}/proof", summary="The bundle that proves a lot")
def proof(lot: str, request: Request, parts: Annotated[Gateway, Depends(gateway)]) -> Response:
    """suyuan-bundle/1, as docs/formats/bundle.md defines it. `lot`: URI, URN, GTIN/LOT or 0x lot id."""
    lot = unquote(_raw_path(request).removeprefix("/api/v1/lots/").removesuffix("/proof"))
    found = from_argument(lot)
    with parts.database.reading() as conn:
        identifier = found if isinstance(found, bytes) else lot_id(found.uri)
        known = find_lot(conn, identifier)
        story = gather(conn, known.uri) if known else None
        if story is None:
            raise LotUnknown(f"Nothing is recorded about {lot[:200]}.")
        body = bundle_bytes(conn, _chain(conn, parts), story)
    return _send(request, Answer(body, _JSON))


def _page(request: Request, named: str) -> Response:
    parts, asked = parts_of(request), Asked.of(request)
    demo = parts.settings.makes_own_keys
    try:
        uri = _uri(parts, named)
    except SuyuanError as fault:
        if asked.form != "html":
            raise
        body = render_malformed(named, str(fault), asked.language, asked.other_language, demo=demo)
        return _send(request, Answer(body, _HTML), status=400)
    found = _kept_or_made(request, parts, uri, asked) if uri else None
    if found is None and asked.form != "html":
        raise LotUnknown(f"Nothing is recorded about {named[:200]}.")
    if found is None:
        body = render_unknown(named, asked.language, asked.other_language, demo=demo)
        return _send(request, Answer(body, _HTML), status=404)
    return _send(request, found)


def _kept_or_made(request: Request, parts: Gateway, uri: str, asked: Asked) -> Answer | None:
    shelf = _shelf(request)
    with parts.database.reading() as conn:
        mark = mark_of_lot(conn, lot_id(uri))
        asked = asked.within(entries_in(mark))
        key: tuple[object, ...] = (uri, asked.form)
        if asked.form != "bundle":
            key = (uri, asked, last_showing(conn))
        found = shelf.take(key, mark)
        if found is not None:
            return found
        story = gather(conn, uri)
        return None if story is None else shelf.put(key, mark, _make(conn, parts, story, asked))


def _make(conn: Connection, parts: Gateway, story: Story, asked: Asked) -> Answer:
    if asked.form == "bundle":
        return Answer(bundle_bytes(conn, _chain(conn, parts), story), _JSON)
    links = _links(parts, story, asked)
    if asked.form == "linkset":
        name = story.product.name(asked.language) if story.product else story.lot.uri
        return Answer(canonical_json(build_linkset(story.lot.uri, links.page, name)), _LINKSET)
    page = build_page(conn, _chain(conn, parts), story, demo=parts.settings.makes_own_keys)
    return Answer(render_lot(page, asked.language, links, asked.first), _HTML)


def _chain(conn: Connection, parts: Gateway) -> Identity:
    """The chain that the entries are recorded on; after a rebinding not the one this gateway began with."""
    return known_chain(conn) or parts.identity


def _shelf(request: Request) -> Shelf:
    """The application's own; made when first asked for."""
    state = request.app.state
    if not hasattr(state, "passport_shelf"):
        state.passport_shelf = Shelf()
    found: Shelf = state.passport_shelf
    return found


def _uri(parts: Gateway, named: str) -> str:
    """The canonical URI of what is named; empty for a lot id that nobody recorded."""
    if not named.startswith(("0x", "0X")):
        return identify(named).uri
    found = from_argument(named)
    with parts.database.reading() as conn:
        lot = find_lot(conn, found) if isinstance(found, bytes) else None
    return lot.uri if lot else ""


def _links(parts: Gateway, story: Story, asked: Asked) -> Links:
    path = page_path(story.obj)
    return Links(
        page=parts.settings.public_url + path,
        bundle=f"{path}?format=json",
        qr=f"/qr{path}.svg",
        file=f"suyuan-{(story.obj.lot or story.obj.serial or 'lot')[:40]}.json",
        other_language=asked.other_language,
        suffix=f"?lang={asked.language}" if asked.chosen else "",
    )


def scanned_text(parts: Gateway, obj: TraceObject) -> str:
    """What the QR code of a page says: its public address, or a shorter one where that is too long."""
    address = parts.settings.public_url + page_path(obj)
    return (
        address if len(address) <= _QR_TEXT else f"{parts.settings.public_url}/lot/0x{lot_id(obj.uri).hex()}"
    )


def _raw_path(request: Request) -> str:
    raw = request.scope.get("raw_path") or request.url.path.encode()
    return bytes(raw).split(b"?", 1)[0].decode("ascii", "replace")


def _send(request: Request, answer: Answer, status: int = 200, lasting: bool = False) -> Response:
    """The answer with its ETag, compressed where that is taken; 304 when the client has it."""
    headers = {"ETag": answer.tag, "Vary": "Accept, Accept-Language, Accept-Encoding"}
    headers["Cache-Control"] = "public, max-age=31536000, immutable" if lasting else "no-cache"
    if answer.media == _HTML:
        headers["Content-Security-Policy"] = content_policy()
    if status == 200 and answer.tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    body = answer.body
    if len(body) > _SMALL and "gzip" in request.headers.get("accept-encoding", ""):
        body = answer.packed
        headers["Content-Encoding"] = "gzip"
    return Response(body, status, headers, answer.media)
