"""Routes for a party's own keys: proof, registration, succession, loss, and keys in strange hands."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import Field

from suyuan.access.model import Caller, Scope
from suyuan.api.forms import Form, Time
from suyuan.api.gateway import GatewayPart, check_fresh, require
from suyuan.api.party_forms import KeyOut
from suyuan.api.signing import Signature
from suyuan.kernel.errors import Forbidden
from suyuan.parties import proofs, recovery, succession, suspicion
from suyuan.parties.errors import PartyUnknown

router = APIRouter(prefix="/api/v1", tags=["keys"])

Admin = Annotated[Caller, Depends(require(Scope.PARTY_ADMIN))]
Deciding = Annotated[Caller, Depends(require(Scope.PARTY_ADMIN, Scope.REGISTRAR, Scope.DIRECTOR))]
Stopping = Annotated[
    Caller, Depends(require(Scope.PARTY_ADMIN, Scope.SUBMIT, Scope.REGISTRAR, Scope.DIRECTOR))
]
Number = Annotated[int, Path(ge=1, le=2**32 - 1)]
Identifier = Annotated[str, Path(max_length=36)]


class AddressIn(Form):
    address: str = Field(max_length=42)


class ChallengeOut(Form):
    id: str
    party: int
    address: str
    message: str = Field(description="Sign this text as it is (EIP-191, personal_sign)")
    expires: Time


class OwnKeyIn(Form):
    challenge: str = Field(max_length=32)
    signature: Signature = Field(description="The text, signed with the new key")
    approval: Signature | None = Field(None, description="The text, signed with the party's present own key")


class RecoveryIn(Form):
    challenge: str = Field(max_length=32)
    signature: Signature = Field(description="The text, signed with the new key")
    reason: str = Field(max_length=recovery.MAX_REASON)


class RecoveryOut(Form):
    id: str
    party: int
    address: str
    reason: str
    asked_by: str
    asked_at: Time
    approved_by: str | None
    approved_at: Time | None
    ready_at: Time | None = Field(description="When the key is registered, unless somebody stops it")
    ended_at: Time | None
    outcome: str | None


class RecoveriesOut(Form):
    items: list[RecoveryOut]


class SuspicionIn(Form):
    since: Time = Field(description="From when on what the key signed is doubted")
    valid_until: Time | None = Field(None, description="Refused in the past: what is recorded stays recorded")


@router.post("/parties/{number}/keys/challenges", status_code=201)
def ask_challenge(number: Number, body: AddressIn, parts: GatewayPart, caller: Admin) -> ChallengeOut:
    """A text for the holder of a new key to sign; good once, for ten minutes."""
    with parts.database.transaction() as conn:
        found = proofs.challenge(conn, parts.clock, parts.identity, _own(caller, number), body.address)
    return ChallengeOut.model_validate(found)


@router.post("/parties/{number}/keys/own", status_code=201)
def register_own_key(number: Number, body: OwnKeyIn, parts: GatewayPart, caller: Admin) -> KeyOut:
    """Take a key that the party keeps itself. Once it is final on the chain the present one is revoked; a
    key in our custody is then destroyed.
    """
    check_fresh(parts, caller)
    approval = None if body.approval is None else _raw(body.approval)
    with parts.database.transaction() as conn:
        party = _own(caller, number)
        found = succession.register_own_key(
            conn, parts.clock, caller, party, body.challenge, _raw(body.signature), approval
        )
    return KeyOut.of(found)


@router.post("/parties/{number}/keys/recoveries", status_code=201)
def ask_recovery(number: Number, body: RecoveryIn, parts: GatewayPart, caller: Admin) -> RecoveryOut:
    """The own key is lost: ask for another one, which a second person approves."""
    check_fresh(parts, caller)
    with parts.database.transaction() as conn:
        found = recovery.ask_recovery(
            conn,
            parts.clock,
            caller,
            _own(caller, number),
            body.challenge,
            _raw(body.signature),
            body.reason,
        )
    return RecoveryOut.model_validate(found)


@router.get("/parties/{number}/keys/recoveries")
def list_recoveries(number: Number, parts: GatewayPart, caller: Deciding) -> RecoveriesOut:
    """New keys that were asked for after a loss, the newest first."""
    with parts.database.reading() as conn:
        found = recovery.recoveries_of(conn, _own(caller, number))
    return RecoveriesOut(items=[RecoveryOut.model_validate(each) for each in found])


@router.post("/key-recoveries/{identifier}/approval")
def approve_recovery(identifier: Identifier, parts: GatewayPart, caller: Deciding) -> RecoveryOut:
    """The second person's yes; the key is registered after the waiting time."""
    check_fresh(parts, caller)
    wait = timedelta(hours=parts.settings.key_recovery_hours)
    with parts.database.transaction() as conn:
        found = recovery.approve_recovery(conn, parts.clock, caller, identifier, wait)
    return RecoveryOut.model_validate(found)


@router.delete("/key-recoveries/{identifier}")
def cancel_recovery(identifier: Identifier, parts: GatewayPart, caller: Stopping) -> RecoveryOut:
    """Stop it while it waits."""
    with parts.database.transaction() as conn:
        found = recovery.cancel_recovery(conn, parts.clock, caller, identifier)
    return RecoveryOut.model_validate(found)


@router.post("/parties/{number}/keys/{address}/suspicion", status_code=201)
def report_compromise(
    number: Number,
    address: Annotated[str, Path(max_length=42)],
    body: SuspicionIn,
    parts: GatewayPart,
    caller: Deciding,
) -> KeyOut:
    """Somebody else may have the key: it signs no more, and what it signed since then is shown as doubted."""
    check_fresh(parts, caller)
    with parts.database.transaction() as conn:
        found = suspicion.report_compromise(
            conn,
            parts.clock,
            parts.keyring,
            parts.receipt_signer,
            caller,
            _own(caller, number),
            address,
            body.since,
            body.valid_until,
        )
    return KeyOut.of(found)


def _own(caller: Caller, number: int) -> int:
    """The party's number, for its own people and for those of the platform that decide about keys."""
    if caller.party not in (number, None):
        raise PartyUnknown(f"There is no party {number}.")
    if caller.party is None and not caller.scopes & {Scope.REGISTRAR, Scope.DIRECTOR}:
        raise Forbidden("This is the party's own.", code="token.scope")
    return number


def _raw(signature: str) -> bytes:
    return bytes.fromhex(signature[2:])
