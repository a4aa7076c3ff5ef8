"""The last step of each act: what will be signed is shown whole, then signed by the party's own key, wherever
that is kept. And new offers.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from pydantic import ValidationError
from sqlalchemy import Connection

from suyuan.access.errors import ProofStale
from suyuan.access.model import Caller, Scope
from suyuan.access.passkeys import list_passkeys
from suyuan.api.gateway import Gateway, GatewayPart, check_fresh
from suyuan.api.handovers import desk_of
from suyuan.api.proving import check_password
from suyuan.handovers import queries
from suyuan.handovers.model import NO_PROFILE, Act, Handover
from suyuan.handovers.numbers import amount_text, quantity
from suyuan.handovers.preview import Preview
from suyuan.handovers.profiles import profiles
from suyuan.handovers.schemas import Offer
from suyuan.handovers.signing import perform, prepare_act, signs_itself
from suyuan.kernel.identity import NotAnIdentifier, identify, lot_id
from suyuan.lots.holdings import free_lots
from suyuan.lots.model import Lot
from suyuan.lots.queries import balance_of
from suyuan.lots.registry import find_lot
from suyuan.parties.errors import PartyUnknown
from suyuan.parties.handed import own_keys
from suyuan.parties.queries import party_of_argument
from suyuan.portal import address
from suyuan.portal.frame import page, portal_router, redirect
from suyuan.portal.goods import goods_of
from suyuan.portal.handover_forms import faults_of, offer_json, packed, unpacked
from suyuan.portal.handover_view import UNITS, VERDICT_TONES, names_of, ordered, view_of
from suyuan.portal.session import FormPart, Person, seated

router = portal_router(prefix="/supplier/handovers")

Signer = Annotated[Person, Depends(seated(Scope.HANDOVER))]
#: Lots that the form of a new offer lists; others are found by their code.
MOST_LOTS = 50


def to_sign(
    request: Request,
    parts: Gateway,
    conn: Connection,
    person: Person,
    found: Handover | None,
    act: Act,
    body: dict[str, Any],
    seen: Preview | None,
) -> Response:
    """The page on which an act is signed."""
    itself = signs_itself(conn, person.number)
    stem = f"/supplier/handovers/{found.id}" if found else "/supplier/handovers/new"
    text = packed(body)
    return page(
        request,
        person,
        "handovers/sign.html",
        view=view_of(conn, found, person.number) if found else None,
        to=None if found else party_of_argument(conn, body["receiver"]),
        offered=[] if found else _lines_named(conn, person, body),
        act=act,
        body=body,
        payload=text,
        results=list(seen.results) if seen else [],
        findings=ordered(seen.findings) if seen else [],
        verdict_tones=VERDICT_TONES,
        amount=amount_text,
        stem=stem,
        itself=itself,
        expected=[each.address for each in own_keys(conn, person.number)] if itself else [],
        prepare=f"{stem}/prepare?act={act}&body={text}",
        stale=is_stale(parts, person.caller),
        has_passkey=bool(list_passkeys(conn, person.caller.token)),
        once=secrets.token_hex(16),
    )


def is_stale(parts: Gateway, caller: Caller) -> bool:
    """Whether the person must prove anew that it is he."""
    try:
        check_fresh(parts, caller)
    except ProofStale:
        return True
    return False


def proven(parts: Gateway, person: Person, password: str) -> Caller:
    """The caller, with his password as the fresh proof where one is due. Raises ProofStale, and for a wrong
    password what signing in raises.
    """
    caller = person.caller
    if is_stale(parts, caller) and password and caller.account:
        check_password(parts, caller.account, password)
        caller = replace(caller, fresh_at=parts.clock.now())
    check_fresh(parts, caller)
    return caller


@router.post("/{identifier}/do")
def do(identifier: str, parts: GatewayPart, person: Signer, form: FormPart) -> Response:
    """Do an act that was shown, in the name of a party whose key the platform keeps."""
    act, told = unpacked(form.get("act"), form.get("body"))
    caller = proven(parts, person, form.get("password"))
    named = "" if act is Act.OFFER else identifier
    # The form is shown once: sent twice, it is the same act.
    told = told.model_copy(update={"act_id": told.act_id or form.get("once") or None})
    with parts.database.transaction() as conn:
        found = perform(conn, parts.clock, desk_of(parts, caller), act, named, told)
        where = f"/supplier/handovers/{found.id}" if found else "/supplier/handovers"
    return redirect(where, said=f"handovers.{act}")


@router.post("/{identifier}/prepare")
def prepare(
    identifier: str,
    parts: GatewayPart,
    person: Signer,
    act: str,
    body: Annotated[str, Query(max_length=60_000)],
) -> dict[str, Any]:
    """What a party that keeps its own key is to sign."""
    named, told = unpacked(act, body)
    desk = desk_of(parts, person.caller)
    where = "" if named is Act.OFFER else identifier
    with parts.database.transaction() as conn:
        return prepare_act(conn, parts.clock, desk, parts.identity, named, where, told).as_json()


@router.get("/new")
def new(request: Request, parts: GatewayPart, person: Signer) -> Response:
    """Choose lots in hand and a receiver; `lot` (a URI) is ticked, `q` is a part of the code."""
    chosen, part = address.text(request, "lot", 2048), address.text(request, "q")
    with parts.database.reading() as conn:
        one = _named(conn, person, [chosen])
        lots = one or free_lots(conn, person.number, MOST_LOTS + 1, part)
        more, shown = bool(one) or len(lots) > MOST_LOTS, lots[:MOST_LOTS]
        return _new(request, conn, person, shown, {}, [], chosen=chosen, q=part, more=more)


@router.post("/new")
def offer(request: Request, parts: GatewayPart, person: Signer, form: FormPart) -> Response:
    """Look at a new offer; what can stand is shown once more, to be signed."""
    values = {name: form.get(name) for name in form.names() if form.get(name)}
    body = offer_json(values)
    with parts.database.reading() as conn:
        errors = _wrong(values, body) or _unknown(conn, body)
        if errors:
            listed = [form.get(name) for name in form.names() if name[:3] == "lot" and name[3:].isdecimal()]
            return _new(request, conn, person, _named(conn, person, listed), values, errors)
        return to_sign(request, parts, conn, person, None, Act.OFFER, body, None)


def _wrong(values: dict[str, str], body: dict[str, Any]) -> list[tuple[str, str]]:
    """(field, word) of what the form of an offer says badly."""
    try:
        Offer.model_validate(body)
    except ValidationError as error:
        places = [
            int(name[4:]) for name in sorted(values) if name.startswith("take") and name[4:].isdecimal()
        ]
        return [(_shown(field, sorted(places)), word) for field, word in faults_of(error, body)]
    return []


def _unknown(conn: Connection, body: dict[str, Any]) -> list[tuple[str, str]]:
    try:
        party_of_argument(conn, body["receiver"])
    except PartyUnknown:
        return [("receiver", "receiver")]
    return []


def _lines_named(conn: Connection, person: Person, body: dict[str, Any]) -> list[dict[str, Any]]:
    """The lines of a new offer as people read them: goods, and what is recorded where less is recorded."""
    known = {
        row.lot.uri: row for row in goods_of(conn, _named(conn, person, [n["lot"] for n in body["lines"]]))
    }
    found = []
    for line in body["lines"]:
        goods = known.get(line["lot"])
        made, uom = _amount(conn, goods.lot.lot_id) if goods else ("", "")
        is_more = made and uom == (line["uom"] or "") and quantity(line["quantity"]) > quantity(made)
        found.append({"line": line, "goods": goods, "only": made if is_more else ""})
    return found


def _shown(field: str, places: list[int]) -> str:
    """The field on the page: lines count what was ticked, fields count what was listed."""
    name, number = field.rstrip("0123456789"), field[len(field.rstrip("0123456789")) :]
    fits = number and name in ("q", "packs") and 0 < int(number) <= len(places)
    return f"{name}{places[int(number) - 1]}" if fits else field


def _named(conn: Connection, person: Person, uris: Sequence[str]) -> list[Lot]:
    """Those of the URIs that are lots in hand, in their order."""
    found = []
    for uri in uris:
        try:
            lot = find_lot(conn, lot_id(identify(uri).uri))
        except NotAnIdentifier:
            continue
        if lot is not None and lot.state.custodian == person.number and not lot.state.offered_to:
            found.append(lot)
    return found


def _new(
    request: Request,
    conn: Connection,
    person: Person,
    lots: Sequence[Lot],
    values: dict[str, str],
    errors: list[tuple[str, str]],
    **more: Any,
) -> Response:
    rows = goods_of(conn, lots)
    made = {row.lot.lot_id: _amount(conn, row.lot.lot_id) for row in rows}
    met = queries.listed(conn, person.caller, queries.Wanted(limit=100))
    names = {number: each for number, each in names_of(conn, met).items() if number != person.number}
    return page(
        request,
        person,
        "handovers/new.html",
        422 if errors else 200,
        rows=rows,
        made=made,
        names=names,
        units=UNITS,
        profiles=list(profiles().values()),
        no_profile=NO_PROFILE,
        values=values,
        errors=errors,
        wrong=dict(errors),
        **({"chosen": "", "q": "", "more": False, "most": MOST_LOTS} | more),
    )


def _amount(conn: Connection, lot_id: bytes) -> tuple[str, str]:
    """(quantity, unit) that was last known of a lot, to begin with; empty where nothing is."""
    sums = balance_of(conn, lot_id)
    made = [(amount_text(total), uom) for (way, uom), total in sorted(sums.items()) if way.name == "MADE"]
    return made[0] if made else ("", "KGM")
