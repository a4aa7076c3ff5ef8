"""Pages of signing keys: what a party signs with, new keys with their proofs, losses, and open signatures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends, Path, Request, Response
from fastapi.responses import JSONResponse

from suyuan.access.model import Scope
from suyuan.api.gateway import GatewayPart
from suyuan.kernel.errors import Fault, Forbidden, SuyuanError
from suyuan.parties import proofs, recovery, succession, suspicion
from suyuan.parties.errors import SuspicionRefused
from suyuan.parties.handed import own_keys, sign_themselves
from suyuan.parties.queries import parties_by_number
from suyuan.parties.waiting import waiting_signatures
from suyuan.portal.entering import FreshPerson
from suyuan.portal.formats import BEIJING
from suyuan.portal.frame import page, portal_router, redirect
from suyuan.portal.key_view import rows_of
from suyuan.portal.session import Form, FormPart, Member, Person, seated
from suyuan.portal.told import status_of, told

router = portal_router()

PAGE = "/supplier/keys"
DESK = "/admin/keys"
REGISTER, RECOVER = "register", "recover"
_CONTROLS = {
    "/address": "address",
    "/signature": "signature",
    "/reason": "reason",
    "/since": "since",
}

Identifier = Annotated[str, Path(max_length=36)]
Decider = Annotated[Person, Depends(seated(Scope.REGISTRAR, Scope.DIRECTOR))]


def _admin(person: FreshPerson) -> Person:
    if person.caller.party is None or not person.caller.has(Scope.PARTY_ADMIN):
        raise Forbidden("Your seat does not allow this.", code="seat.missing")
    return person


Admin = Annotated[Person, Depends(_admin)]


@router.get(PAGE)
def show_keys(request: Request, parts: GatewayPart, person: Member) -> Response:
    """The party's keys."""
    return _keys(request, parts, person)


def _keys(request: Request, parts: GatewayPart, person: Person, error: SuyuanError | None = None) -> Response:
    number = person.number
    with parts.database.reading() as conn:
        found = rows_of(conn, number)
        themselves = bool(sign_themselves(conn, [number]))
        waiting = len(waiting_signatures(conn, parts.identity, number))
        recoveries = [each for each in recovery.recoveries_of(conn, number) if each.outcome is None]
    return page(
        request,
        person,
        "keys/list.html",
        status_of(error) if error else 200,
        rows=found,
        themselves=themselves,
        waiting=waiting,
        recoveries=recoveries,
        is_admin=person.caller.has(Scope.PARTY_ADMIN),
        may_stop=bool(person.caller.scopes & {Scope.SUBMIT, Scope.PARTY_ADMIN}),
        errors=told(request, person, error, _CONTROLS) if error else [],
        now=parts.clock.now().astimezone(BEIJING).strftime("%Y-%m-%dT%H:%M"),
    )


@router.post(f"{PAGE}/challenge")
def ask_challenge(request: Request, parts: GatewayPart, person: Admin, form: FormPart) -> Response:
    """A text for the new key to sign."""
    purpose = RECOVER if form.get("purpose") == RECOVER else REGISTER
    try:
        with parts.database.transaction() as conn:
            made = proofs.challenge(conn, parts.clock, parts.identity, person.number, form.get("address"))
    except SuyuanError as error:
        return _keys(request, parts, person, error)
    return redirect(f"{PAGE}/proof/{made.id}", purpose=purpose)


@router.get(f"{PAGE}/proof/{{identifier}}")
def show_proof(
    identifier: Identifier, request: Request, parts: GatewayPart, person: Admin, purpose: str = REGISTER
) -> Response:
    """The text, and where its signatures go."""
    return _proof(request, parts, person, identifier, purpose)


def _proof(
    request: Request,
    parts: GatewayPart,
    person: Person,
    identifier: str,
    purpose: str,
    form: Form | None = None,
    error: SuyuanError | None = None,
) -> Response:
    number = person.number
    with parts.database.reading() as conn:
        found = proofs.open_challenge(conn, parts.clock, number, identifier)
        present = [key.address for key in own_keys(conn, number)] if sign_themselves(conn, [number]) else []
    return page(
        request,
        person,
        "keys/proof.html",
        status_of(error) if error else 200,
        challenge=found,
        purpose=RECOVER if purpose == RECOVER else REGISTER,
        present=present,
        hours=parts.settings.key_recovery_hours,
        typed={name: form.get(name) if form else "" for name in ("signature", "approval", "reason")},
        errors=told(request, person, error, _CONTROLS) if error else [],
    )


@router.post(f"{PAGE}/proof/{{identifier}}")
def take_proof(
    identifier: Identifier, request: Request, parts: GatewayPart, person: Admin, form: FormPart
) -> Response:
    """Register the key, or ask for it after a loss."""
    purpose, caller, number = form.get("purpose"), person.caller, person.number
    signature = _raw(form.get("signature"))
    try:
        with parts.database.transaction() as conn:
            if purpose == RECOVER:
                recovery.ask_recovery(
                    conn, parts.clock, caller, number, identifier, signature, form.get("reason")
                )
            else:
                approval = _raw(form.get("approval")) if form.get("approval") else None
                succession.register_own_key(
                    conn, parts.clock, caller, number, identifier, signature, approval
                )
    except SuyuanError as error:
        return _proof(request, parts, person, identifier, purpose, form, error)
    return redirect(PAGE, said="keys.asked" if purpose == RECOVER else "keys.added")


@router.post(f"{PAGE}/suspicion")
def report(request: Request, parts: GatewayPart, person: Admin, form: FormPart) -> Response:
    """Somebody else may have a key."""
    try:
        since = _moment(form.get("since"))
        with parts.database.transaction() as conn:
            suspicion.report_compromise(
                conn,
                parts.clock,
                parts.keyring,
                parts.receipt_signer,
                person.caller,
                person.number,
                form.get("address"),
                since,
            )
    except SuyuanError as error:
        return _keys(request, parts, person, error)
    return redirect(PAGE, said="keys.doubted")


@router.post(f"{PAGE}/recoveries/{{identifier}}")
def decide(identifier: Identifier, parts: GatewayPart, person: FreshPerson, form: FormPart) -> Response:
    """Approve or stop a recovery; who may do which is the room's to say."""
    return redirect(PAGE, said=_decide(parts, person, identifier, form))


@router.get(DESK)
def show_desk(request: Request, parts: GatewayPart, person: Decider) -> Response:
    """New keys that wait for a second person, of all parties."""
    with parts.database.reading() as conn:
        found = recovery.open_recoveries(conn)
        names = {n: each.names for n, each in parties_by_number(conn, [r.party for r in found]).items()}
    return page(
        request, person, "keys/desk.html", rows=found, names=names, hours=parts.settings.key_recovery_hours
    )


@router.post(f"{DESK}/{{identifier}}")
def decide_at_desk(
    identifier: Identifier, parts: GatewayPart, _may: Decider, person: FreshPerson, form: FormPart
) -> Response:
    """The platform's approval, or its no."""
    return redirect(DESK, said=_decide(parts, person, identifier, form))


def _decide(parts: GatewayPart, person: Person, identifier: str, form: Form) -> str:
    with parts.database.transaction() as conn:
        if form.get("act") == "approve":
            wait = timedelta(hours=parts.settings.key_recovery_hours)
            recovery.approve_recovery(conn, parts.clock, person.caller, identifier, wait)
            return "keys.approved"
        recovery.cancel_recovery(conn, parts.clock, person.caller, identifier)
        return "keys.stopped"


@router.get("/supplier/signatures")
def show_signatures(request: Request, parts: GatewayPart, person: Member) -> Response:
    """What stands in the queue and waits for the party's own signature."""
    with parts.database.reading() as conn:
        found = waiting_signatures(conn, parts.identity, person.number)
        expected = [key.address for key in own_keys(conn, person.number)]
    return page(
        request,
        person,
        "keys/signatures.html",
        waiting=found,
        expected=expected,
        may_sign=person.caller.has(Scope.SUBMIT),
    )


@router.post("/supplier/signatures/prepare")
def prepare_signatures(parts: GatewayPart, person: FreshPerson) -> JSONResponse:
    """The same as JSON, for the wallet."""
    if not person.caller.has(Scope.SUBMIT):
        raise Forbidden("Your seat does not allow this.", code="seat.missing")
    with parts.database.reading() as conn:
        found = waiting_signatures(conn, parts.identity, person.number)
    body: dict[str, Any] = {"id": "", "parts": [each.as_json() for each in found]}
    return JSONResponse(body)


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=BEIJING).astimezone(UTC)
    except ValueError:
        message = "this is no time"
        raise SuspicionRefused([Fault("/since", "key.since", message, "give day and hour")]) from None


def _raw(text: str) -> bytes:
    """The bytes of a pasted signature; what is none is no signature of anybody."""
    try:
        return bytes.fromhex(text.strip().removeprefix("0x"))
    except ValueError:
        return b""
