"""Routes for parties that sign themselves: prepare, sign outside, hand in."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from suyuan.access import trail
from suyuan.access.model import Caller, Scope
from suyuan.api.gateway import Gateway, GatewayPart, require
from suyuan.api.lists import Limit
from suyuan.journal.model import SubmissionAccepted
from suyuan.journal.prepare import capture_prepared, submit_prepared
from suyuan.kernel.errors import Forbidden
from suyuan.parties.waiting import sign_waiting, waiting_signatures

router = APIRouter(prefix="/api/v1", tags=["signatures"])

Submitter = Annotated[Caller, Depends(require(Scope.SUBMIT, Scope.REGISTRAR))]
Signer = Annotated[Caller, Depends(require(Scope.SUBMIT))]

Signature = Annotated[
    str, Field(pattern="^0x([0-9a-fA-F]{2}){1,4096}$", description="65 bytes r, s, v in hex")
]
MAX_SIGNATURES = 10_000


class Signatures(BaseModel):
    """One signature for each part that was prepared, in their order."""

    model_config = ConfigDict(extra="forbid")
    signatures: list[Signature] = Field(max_length=MAX_SIGNATURES)

    def raw(self) -> list[bytes]:
        return [bytes.fromhex(each[2:]) for each in self.signatures]


class NumberedSignature(BaseModel):
    """A signature for one number of the party."""

    model_config = ConfigDict(extra="forbid")
    sequence: int = Field(ge=1, le=2**62)
    signature: Signature


class NumberedSignatures(BaseModel):
    """Signatures for what waits in the queue."""

    model_config = ConfigDict(extra="forbid")
    signatures: list[NumberedSignature] = Field(min_length=1, max_length=MAX_SIGNATURES)


@router.post("/submissions/prepared/{identifier}", status_code=202, response_model=dict[str, Any])
async def hand_in_prepared(
    identifier: str, parts: GatewayPart, caller: Submitter, given: Signatures
) -> Response:
    """Submit what was prepared, with its signatures. The same call again gets the same answer.

    409 `submission.changed`: something was recorded in between; its `parts` are what to sign instead.
    """
    accepted = await run_in_threadpool(_submit, parts, identifier, caller, given.raw())
    named = accepted.answer.get("id")
    return Response(
        orjson.dumps(accepted.answer),
        status_code=202,
        headers={"Location": f"/api/v1/submissions/{named}"} if named else None,
        media_type="application/json",
    )


def _submit(parts: Gateway, identifier: str, caller: Caller, signatures: list[bytes]) -> SubmissionAccepted:
    with parts.database.reading() as conn:
        captured = capture_prepared(conn, parts.clock, identifier, caller)
    with parts.database.transaction() as conn:
        return submit_prepared(
            conn,
            parts.clock,
            identifier,
            signatures,
            caller,
            parts.identity,
            parts.receipt_signer,
            captured,
        )


@router.get("/signatures/waiting")
def list_waiting(parts: GatewayPart, caller: Signer, limit: Limit = 100) -> dict[str, Any]:
    """What stands in the queue and waits for the signature of the caller's party, by number."""
    with parts.database.reading() as conn:
        found = waiting_signatures(conn, parts.identity, _party(caller), limit)
    return {"items": [each.as_json() for each in found]}


@router.post("/signatures")
def hand_in_waiting(parts: GatewayPart, caller: Signer, given: NumberedSignatures) -> dict[str, Any]:
    """Sign what waits; all of the signatures count or none."""
    signatures = {each.sequence: bytes.fromhex(each.signature[2:]) for each in given.signatures}
    with parts.database.transaction() as conn:
        party = _party(caller)
        done = sign_waiting(conn, parts.clock, parts.identity, party, signatures)
        facts = {"party": party, "numbers": sorted(signatures)}
        trail.note(conn, parts.clock, caller, "signatures.handed-in", str(party), facts)
    return {"signed": done}


def _party(caller: Caller) -> int:
    if caller.party is None:
        raise Forbidden("Only a party signs for itself.", code="token.party")
    return caller.party
