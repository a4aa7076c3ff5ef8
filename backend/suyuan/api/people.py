"""Routes of people: admins and the registrar invite them, give seats, shut them out; and the audit trail."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import Field

from suyuan.access import accounts, people, trail
from suyuan.access.model import Account, Caller, Scope, Seat
from suyuan.api.forms import Form, Time
from suyuan.api.gateway import Gateway, GatewayPart, fresh, require
from suyuan.api.gateway import caller as caller_of
from suyuan.api.lists import Cursor, Limit, link_next, number_after, text_after
from suyuan.kernel.errors import Forbidden
from suyuan.kernel.hashing import to_hex
from suyuan.parties.queries import the_party

router = APIRouter(prefix="/api/v1", tags=["people"])


async def _admin(found: Caller = Depends(caller_of)) -> Caller:
    """The registrar, or an admin of a party. Raises Forbidden (403)."""
    if not found.has(Scope.REGISTRAR if found.party is None else Scope.PARTY_ADMIN):
        raise Forbidden("This needs the registrar or an admin of the party.", code="token.scope")
    return found


Admin = Annotated[Caller, Depends(_admin)]
#: Who gives rights that sign proves first that it is he.
FreshAdmin = Annotated[Caller, Depends(fresh(of=_admin))]
TrailReader = Annotated[Caller, Depends(require(Scope.REGISTRAR, Scope.AUDIT, Scope.PARTY_ADMIN))]
AccountId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]


class PersonIn(Form):
    login: Annotated[
        str, Field(min_length=1, max_length=254, description="E-mail address or telephone number")
    ]
    name: Annotated[str, Field(min_length=1, max_length=100)]
    language: Literal["zh", "en"] = "zh"
    party: Annotated[int, Field(ge=1, le=2**32 - 1)] | None = Field(
        None,
        description="The registrar names the party of its first admin; an admin's own goes without saying",
    )
    seats: Annotated[list[Seat], Field(max_length=10)]


class SeatsIn(Form):
    seats: Annotated[list[Seat], Field(max_length=10)]


class LinkIn(Form):
    recover: bool = Field(False, description="Clear second factors and passkeys too, when the link is used")


class PersonOut(Form):
    id: str
    name: str
    language: str
    party: int | None
    seats: list[Seat]
    logins: list[str]
    has_password: bool
    created_at: Time
    disabled_at: Time | None

    @classmethod
    def of(cls, account: Account) -> PersonOut:
        found = {name: getattr(account, name) for name in Account.__dataclass_fields__}
        return cls(**found | {"seats": sorted(account.seats), "logins": list(account.logins)})


class PeopleOut(Form):
    people: list[PersonOut]


class LinkOut(Form):
    link: str = Field(description="Opens once, for seven days; it is shown this once, to hand over")


class InvitedOut(LinkOut):
    person: PersonOut


class Line(Form):
    number: int
    at: Time
    caller: str
    kind: str
    party: int | None
    action: str
    subject: str
    facts: dict[str, Any]
    hash: str


class Lines(Form):
    lines: list[Line]


def link_of(parts: Gateway, code: str) -> str:
    """The address of a one-time link."""
    return f"{parts.settings.public_url}/invitation/{code}"


@router.get("/people")
def list_people(
    parts: GatewayPart,
    caller: Admin,
    request: Request,
    response: Response,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> PeopleOut:
    """The people of one's own party; for the registrar everybody."""
    with parts.database.reading() as conn:
        found = accounts.list_accounts(conn, party=caller.party, after=text_after(cursor), limit=limit + 1)
    if len(found) > limit:
        link_next(request, response, found[limit - 1].id)
    return PeopleOut(people=[PersonOut.of(each) for each in found[:limit]])


@router.post("/people", status_code=201)
def invite(body: PersonIn, parts: GatewayPart, caller: FreshAdmin, response: Response) -> InvitedOut:
    """Make an account, and a one-time link with which its person sets the password."""
    party = caller.party if caller.party is not None else body.party
    with parts.database.transaction() as conn:
        if party is not None:
            the_party(conn, party)
        account, code = people.invite_person(
            conn, parts.clock, caller, body.login, body.name, party, body.seats, body.language
        )
        person = PersonOut.of(accounts.the_account(conn, account))
    response.headers["Cache-Control"] = "no-store"
    return InvitedOut(person=person, link=link_of(parts, code))


@router.get("/people/{account}")
def show(account: AccountId, parts: GatewayPart, caller: Admin) -> PersonOut:
    """One person."""
    with parts.database.reading() as conn:
        return PersonOut.of(people.managed(conn, caller, account))


@router.post("/people/{account}/seats")
def give_seats(account: AccountId, body: SeatsIn, parts: GatewayPart, caller: FreshAdmin) -> PersonOut:
    """Give a person other seats; what he may do changes with his next request."""
    with parts.database.transaction() as conn:
        return PersonOut.of(people.give_seats(conn, parts.clock, caller, account, body.seats))


@router.post("/people/{account}/link", status_code=201)
def make_link(
    account: AccountId, body: LinkIn, parts: GatewayPart, caller: FreshAdmin, response: Response
) -> LinkOut:
    """A one-time link for who has not joined yet, or cannot come in any more."""
    with parts.database.transaction() as conn:
        code = people.new_link(conn, parts.clock, caller, account, recover=body.recover)
    response.headers["Cache-Control"] = "no-store"
    return LinkOut(link=link_of(parts, code))


@router.post("/people/{account}/closing", status_code=204)
def shut_out(account: AccountId, parts: GatewayPart, caller: FreshAdmin) -> None:
    """Close an account: its sessions and links end at once."""
    with parts.database.transaction() as conn:
        people.shut_out(conn, parts.clock, caller, account)


@router.post("/people/{account}/opening", status_code=204)
def let_in(account: AccountId, parts: GatewayPart, caller: FreshAdmin) -> None:
    """Open a closed account again."""
    with parts.database.transaction() as conn:
        people.let_in(conn, parts.clock, caller, account)


@router.delete("/people/{account}", status_code=204)
def forget(account: AccountId, parts: GatewayPart, caller: FreshAdmin) -> None:
    """Close an account and erase its name, logins and proofs; what it did stays under its id."""
    with parts.database.transaction() as conn:
        people.forget_person(conn, parts.clock, caller, account)


@router.get("/trail")
def read_trail(
    parts: GatewayPart,
    caller: TrailReader,
    request: Request,
    response: Response,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Lines:
    """Who did what, the newest first: one's own party's callers, for the platform's staff all."""
    before = number_after(cursor) or None
    with parts.database.reading() as conn:
        found = trail.lines(conn, party=caller.party, before=before, limit=limit + 1)
    if len(found) > limit:
        link_next(request, response, found[limit - 1]["number"])
    return Lines(lines=[_line(each) for each in found[:limit]])


def _line(row: Mapping[str, Any]) -> Line:
    facts = {"facts": json.loads(row["facts"]), "hash": to_hex(row["hash"])}
    return Line(**{name: row[name] for name in row if name != "previous"} | facts)
