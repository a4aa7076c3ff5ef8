"""Who is looking at a page, and what was posted: sessions by cookie, forms with CSRF."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile

from suyuan.access.model import Caller, Scope, Session
from suyuan.api import cookies
from suyuan.api.gateway import Gateway, parts_of
from suyuan.kernel.errors import Forbidden
from suyuan.parties.queries import the_party

SIGN_IN = "/sign-in"

#: Limits of one posted form: fields, files, and bytes of one field that is no file.
MAX_FIELDS, MAX_FILES, MAX_FIELD_BYTES = 2000, 20, 256 * 1024

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class Elsewhere(Exception):
    """Whoever asks is sent to another page."""

    def __init__(self, href: str) -> None:
        super().__init__(href)
        self.href = href


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in. `party` is the names of his party by language; None for the platform's own people."""

    session: str
    caller: Caller
    csrf: str
    name: str
    language: str
    party: Mapping[str, str] | None

    @property
    def number(self) -> int:
        """The number of his party. Raises Forbidden where he has none."""
        if self.caller.party is None:
            raise Forbidden("This is a supplier's page.", code="seat.missing")
        return self.caller.party


async def posted(request: Request) -> AsyncIterator[FormData | None]:
    """The form of a request that has one; nothing is read for somebody without a session's cookie."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method == "GET" or kind not in _FORMS or not request.cookies:
        yield None
        return
    async with request.form(
        max_files=MAX_FILES, max_fields=MAX_FIELDS, max_part_size=MAX_FIELD_BYTES
    ) as data:
        yield data


def optional_person(
    request: Request, data: Annotated[FormData | None, Depends(posted)] = None
) -> Person | None:
    """Who is looking, or None. Raises CsrfWrong where something is posted without the session's token."""
    parts = parts_of(request)
    token = data.get(cookies.CSRF_FIELD) if data is not None else None
    found = cookies.session_of(request, parts, token if isinstance(token, str) else "")
    return None if found is None else _person(request, parts, found)


def _person(request: Request, parts: Gateway, session: Session) -> Person:
    if not hasattr(request.state, "person"):
        number, names = session.caller.party, None
        if number is not None:
            with parts.database.reading() as conn:
                names = the_party(conn, number).names
        request.state.person = Person(
            session.id, session.caller, session.csrf, session.name, session.language, names
        )
    found: Person = request.state.person
    return found


def person_of_error(request: Request) -> Person | None:
    """Who is looking, as far as is known when something has gone wrong: for the frame around the message."""
    session = getattr(request.state, "session", None)
    return None if session is None else _person(request, parts_of(request), session)


def person(request: Request, found: Annotated[Person | None, Depends(optional_person)]) -> Person:
    """Who is looking; without a session he is sent to the sign-in page, and then back. Raises Elsewhere."""
    if found is None:
        raise Elsewhere(f"{SIGN_IN}?next={quote(way_back(request), safe='/')}")
    return found


def seated(*scopes: str) -> Callable[..., Person]:
    """A dependency: the person, when he has one of `scopes`. Raises Forbidden, Elsewhere."""

    def allowed(found: Annotated[Person, Depends(person)]) -> Person:
        if not found.caller.scopes.intersection(scopes):
            raise Forbidden("Your seat does not allow this.", code="seat.missing")
        return found

    return allowed


class Form:
    """What was posted. Texts are stripped of space around them; what is missing is empty."""

    def __init__(self, data: FormData) -> None:
        self._data = data

    def get(self, name: str, default: str = "") -> str:
        found = self._data.get(name)
        return found.strip() if isinstance(found, str) else default

    def raw(self, name: str) -> str:
        """As it was typed, spaces and all: for passwords."""
        found = self._data.get(name)
        return found if isinstance(found, str) else ""

    def all(self, name: str) -> list[str]:
        return [each.strip() for each in self._data.getlist(name) if isinstance(each, str)]

    def file(self, name: str) -> UploadFile | None:
        """A file that was chosen; read it by `.file.read()`. None when none was."""
        found = self._data.get(name)
        return found if isinstance(found, UploadFile) and found.filename else None

    def files(self, name: str) -> list[UploadFile]:
        return [each for each in self._data.getlist(name) if isinstance(each, UploadFile) and each.filename]

    def names(self) -> list[str]:
        return list(dict.fromkeys(self._data.keys()))


async def form(
    found: Annotated[Person, Depends(person)], data: Annotated[FormData | None, Depends(posted)]
) -> Form:
    """The posted form of a signed-in person, whose CSRF token was checked with his session."""
    assert found  # noqa: S101 - named so that nobody posts who is not signed in
    return Form(data or FormData())


async def open_form(request: Request) -> AsyncIterator[Form]:
    """The same where nobody is signed in yet. Raises CsrfWrong for a browser that comes from another site."""
    cookies.check_origin(request, parts_of(request))
    async with request.form(max_files=1, max_fields=100, max_part_size=MAX_FIELD_BYTES) as data:
        yield Form(data)


def way_back(request: Request) -> str:
    """The page to come back to: this one, or for a fragment or a form the page that it stands on."""
    shown = request.headers.get("hx-current-url") or request.headers.get("referer") or ""
    if request.method == "GET" and "hx-request" not in request.headers:
        shown = str(request.url)
    found = urlsplit(shown)
    if not shown or found.netloc != request.url.netloc:
        return "/"
    return found.path + (f"?{found.query}" if found.query else "")


def is_own_path(href: str) -> bool:
    """Whether an address from outside leads to this site and no other: `next` of the sign-in page."""
    plain = href.startswith("/") and not href.startswith("//") and href.isprintable() and "\\" not in href
    if not plain:
        return False
    found = urlsplit(href)
    return not found.scheme and not found.netloc


PersonPart = Annotated[Person, Depends(person)]
OptionalPerson = Annotated[Person | None, Depends(optional_person)]
#: Somebody of a party, in whichever seat: he may look; what he may do is asked where it is done.
Member = Annotated[Person, Depends(seated(Scope.READ))]
#: The platform's registrar.
Registrar = Annotated[Person, Depends(seated(Scope.REGISTRAR))]
FormPart = Annotated[Form, Depends(form)]
OpenForm = Annotated[Form, Depends(open_form)]
