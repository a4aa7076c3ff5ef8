"""Routes of parties: the registrar writes; a party sees itself, and an auditor everybody."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from sqlalchemy import Connection

from suyuan.access import trail
from suyuan.access.model import Caller, Scope
from suyuan.anchoring.model import State
from suyuan.anchoring.queries import operations_of
from suyuan.api.gateway import GatewayPart, fresh, require
from suyuan.api.lists import Cursor, Limit, link_next, number_after
from suyuan.api.party_forms import (
    KeyIn,
    KeyOut,
    KeysOut,
    PartiesOut,
    PartyIn,
    PartyOut,
    QualificationIn,
    RolesIn,
    SiteIn,
    SiteOut,
    SitesOut,
    SuspensionIn,
)
from suyuan.kernel.clock import to_millis
from suyuan.parties import keys, qualification, queries, references, sites
from suyuan.parties.errors import PartyUnknown
from suyuan.parties.model import Party, roles_of
from suyuan.parties.register import register_party
from suyuan.qualification import standing

router = APIRouter(prefix="/api/v1/parties", tags=["parties"])

Number = Annotated[int, Path(ge=1, le=2**32 - 1, description="The party's number")]
_registrar = require(Scope.REGISTRAR)
Registrar = Annotated[Caller, Depends(_registrar)]
#: For what gives rights to sign, or takes them: a person proves first that it is he.
FreshRegistrar = Annotated[Caller, Depends(fresh(of=_registrar))]
Reader = Annotated[Caller, Depends(require(*Scope))]


@router.post("", status_code=201)
def register(body: PartyIn, parts: GatewayPart, caller: FreshRegistrar, response: Response) -> PartyOut:
    """Register a party. Its number holds at once; the chain follows (`state`)."""
    with parts.database.transaction() as conn:
        party = register_party(conn, parts.clock, parts.keyring, body.value())
        trail.note(conn, parts.clock, caller, "party.registered", str(party.number), {"uri": party.uri})
        answer = _shown(conn, [party])[0]
    response.headers["Location"] = f"/api/v1/parties/{party.number}"
    return answer


@router.get("")
def list_parties(
    parts: GatewayPart,
    caller: Reader,
    request: Request,
    response: Response,
    uri: Annotated[
        str | None, Query(max_length=2048, description="Only the party with this identifier")
    ] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> PartiesOut:
    """Parties by number, as far as the caller may see them."""
    with parts.database.reading() as conn:
        found = _visible(conn, caller, uri, number_after(cursor), limit + 1)
        shown = _shown(conn, found[:limit])
    if len(found) > limit:
        link_next(request, response, shown[-1].number)
    return PartiesOut(parties=shown)


@router.get("/{number}")
def show(number: Number, parts: GatewayPart, caller: Reader) -> PartyOut:
    """One party."""
    with parts.database.reading() as conn:
        return _shown(conn, [_seen(conn, caller, number)])[0]


@router.get("/{number}/sites")
def list_sites(number: Number, parts: GatewayPart, caller: Reader) -> SitesOut:
    """The party's places."""
    with parts.database.reading() as conn:
        _seen(conn, caller, number)
        return SitesOut(sites=[SiteOut.of(site) for site in queries.sites_of(conn, number)])


@router.post("/{number}/sites", status_code=201)
def add_site(number: Number, body: SiteIn, parts: GatewayPart, caller: FreshRegistrar) -> SiteOut:
    """Add a place, or describe it anew; the party's profile gets its next version."""
    with parts.database.transaction() as conn:
        site = sites.add_site(conn, parts.clock, number, body.value())
        trail.note(conn, parts.clock, caller, "party.site-set", str(number), {"site": site.uri})
        return SiteOut.of(site)


@router.get("/{number}/keys")
def list_keys(number: Number, parts: GatewayPart, caller: Reader) -> KeysOut:
    """The party's signing keys, revoked ones too; addresses only."""
    with parts.database.reading() as conn:
        _seen(conn, caller, number)
        return KeysOut(keys=[KeyOut.of(key) for key in queries.keys_of(conn, number)])


@router.post("/{number}/keys", status_code=201)
def add_key(number: Number, body: KeyIn, parts: GatewayPart, caller: FreshRegistrar) -> KeyOut:
    """Rotate the custodial key, or add a key of the party's own."""
    with parts.database.transaction() as conn:
        if body.address is None:
            key = keys.rotate_key(conn, parts.clock, parts.keyring, number)
        else:
            key = keys.add_key(conn, parts.clock, number, body.address)
        facts = {"party": number, "rotated": body.address is None}
        trail.note(conn, parts.clock, caller, "key.added", key.address, facts)
        return KeyOut.of(key)


@router.delete("/{number}/keys/{address}")
def revoke_key(
    number: Number, address: Annotated[str, Path(max_length=42)], parts: GatewayPart, caller: FreshRegistrar
) -> KeyOut:
    """Take a key back; what it signed stays valid."""
    with parts.database.transaction() as conn:
        key = keys.revoke_key(conn, parts.clock, number, address)
        trail.note(conn, parts.clock, caller, "key.revoked", key.address, {"party": number})
        return KeyOut.of(key)


@router.post("/{number}/suspension")
def set_suspension(
    number: Number, body: SuspensionIn, parts: GatewayPart, caller: FreshRegistrar
) -> PartyOut:
    """Suspend or reinstate: a suspended party opens no lots. It is told the reason."""
    verb = standing.suspend if body.suspended else standing.reinstate
    with parts.database.transaction() as conn:
        return _shown(conn, [verb(conn, parts.clock, caller, number, body.reason)])[0]


@router.post("/{number}/qualification")
def set_qualification(
    number: Number, body: QualificationIn, parts: GatewayPart, caller: FreshRegistrar
) -> PartyOut:
    """Set the end of the qualification: after it the party opens no lots."""
    with parts.database.transaction() as conn:
        party = qualification.set_qualification(conn, parts.clock, number, body.qualified_until)
        until = body.qualified_until
        facts = {"until": None if until is None else to_millis(until)}
        trail.note(conn, parts.clock, caller, "party.qualified-until", str(number), facts)
        return _shown(conn, [party])[0]


@router.post("/{number}/roles")
def set_roles(number: Number, body: RolesIn, parts: GatewayPart, caller: FreshRegistrar) -> PartyOut:
    """Set the roles, which decide what kinds of entries the party may write."""
    with parts.database.transaction() as conn:
        party = qualification.set_roles(conn, parts.clock, number, roles_of(body.roles))
        trail.note(conn, parts.clock, caller, "party.roles-set", str(number), {"roles": sorted(body.roles)})
        return _shown(conn, [party])[0]


def _visible(conn: Connection, caller: Caller, uri: str | None, after: int, limit: int) -> list[Party]:
    if uri is not None:
        found = queries.party_by_uri(conn, uri)
        return [found] if found and found.number > after and caller.sees(found.number) else []
    if caller.party is not None:
        return [queries.the_party(conn, caller.party)] if caller.party > after else []
    return queries.list_parties(conn, after=after, limit=limit)


def _seen(conn: Connection, caller: Caller, number: int) -> Party:
    """The party, or PartyUnknown, in the same words, when it exists but not for this caller."""
    if not caller.sees(number):
        raise PartyUnknown(f"There is no party {number}.")
    return queries.the_party(conn, number)


def _shown(conn: Connection, found: list[Party]) -> list[PartyOut]:
    done = operations_of(conn, [references.profile(party.number, 1) for party in found])
    states = {reference: operation.state for reference, operation in done.items()}
    return [
        PartyOut.of(party, states.get(references.profile(party.number, 1), State.RECEIVED)) for party in found
    ]
