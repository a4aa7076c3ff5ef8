"""Routes of webhooks: a party's administrator registers endpoints and reads their log."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from suyuan.access import trail
from suyuan.access.model import Caller, Scope
from suyuan.api.gateway import GatewayPart, require
from suyuan.api.lists import Limit
from suyuan.kernel.errors import Forbidden
from suyuan.webhooks import queries, register
from suyuan.webhooks.addresses import host_of
from suyuan.webhooks.allowed import allowed_by
from suyuan.webhooks.model import Attempt, Delivery, Endpoint, EndpointState, Policy
from suyuan.webhooks.register import Wanted

router = APIRouter(prefix="/api/v1", tags=["webhooks"])

Admin = Annotated[Caller, Depends(require(Scope.PARTY_ADMIN))]
EndpointId = Annotated[str, Path(max_length=40)]
DeliveryId = Annotated[str, Path(max_length=40)]


class EndpointIn(BaseModel):
    """An endpoint as it is asked for; no `topics` means all."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=200)
    url: str = Field(max_length=2000)
    topics: list[str] = Field(default=[], max_length=100)

    def wanted(self) -> Wanted:
        return Wanted(self.name, self.url, tuple(self.topics))


class EndpointChange(EndpointIn):
    active: bool = True


def _party(caller: Caller) -> int:
    """The party whose webhooks these are. Raises Forbidden for the platform's own callers."""
    if caller.party is None:
        raise Forbidden("Webhooks belong to a party, and this caller to none.", code="party.none")
    return caller.party


@router.get("/webhooks")
def list_endpoints(parts: GatewayPart, caller: Admin) -> dict[str, Any]:
    """The party's endpoints."""
    with parts.database.reading() as conn:
        return {"items": [endpoint_as_json(each) for each in queries.endpoints_of(conn, _party(caller))]}


@router.post("/webhooks", status_code=201)
def add_endpoint(body: EndpointIn, parts: GatewayPart, caller: Admin, response: Response) -> dict[str, Any]:
    """Register an endpoint. Its secret is in this answer and in no other."""
    party, allowed = _party(caller), allowed_by(parts.settings)
    with parts.database.transaction() as conn:
        made, secret = register.add_endpoint(conn, parts.clock, parts.keyring, allowed, party, body.wanted())
        found = endpoint_as_json(queries.endpoint(conn, party, made))
        trail.note(
            conn,
            parts.clock,
            caller,
            "webhook.added",
            made,
            {"host": host_of(body.url), "topics": body.topics},
        )
    response.headers["Location"] = f"/api/v1/webhooks/{made}"
    return found | {"secret": secret}


@router.get("/webhooks/{endpoint}")
def show_endpoint(endpoint: EndpointId, parts: GatewayPart, caller: Admin) -> dict[str, Any]:
    with parts.database.reading() as conn:
        return endpoint_as_json(queries.endpoint(conn, _party(caller), endpoint))


@router.put("/webhooks/{endpoint}")
def change_endpoint(
    endpoint: EndpointId, body: EndpointChange, parts: GatewayPart, caller: Admin
) -> dict[str, Any]:
    """Name, address, topics, and whether anything is sent."""
    party, allowed = _party(caller), allowed_by(parts.settings)
    with parts.database.transaction() as conn:
        register.change_endpoint(conn, allowed, party, endpoint, body.wanted())
        _switch(conn, parts, party, endpoint, active=body.active)
        facts = {"host": host_of(body.url), "topics": body.topics, "active": body.active}
        found = endpoint_as_json(queries.endpoint(conn, party, endpoint))
        trail.note(conn, parts.clock, caller, "webhook.changed", endpoint, facts)
    return found


def _switch(conn: Any, parts: GatewayPart, party: int, endpoint: str, *, active: bool) -> None:
    state = register.its_state(conn, party, endpoint)
    if active and state is not EndpointState.ACTIVE:
        register.enable(conn, party, endpoint)
    elif not active and state is EndpointState.ACTIVE:
        register.disable(conn, parts.clock, party, endpoint)


@router.delete("/webhooks/{endpoint}", status_code=204)
def remove_endpoint(endpoint: EndpointId, parts: GatewayPart, caller: Admin) -> None:
    with parts.database.transaction() as conn:
        register.remove(conn, parts.clock, _party(caller), endpoint)
        trail.note(conn, parts.clock, caller, "webhook.removed", endpoint, {})


@router.post("/webhooks/{endpoint}/secret", status_code=201)
def rotate_secret(endpoint: EndpointId, parts: GatewayPart, caller: Admin) -> dict[str, Any]:
    """A new secret, in this answer only. The one before signs beside it until `formerUntil`."""
    party = _party(caller)
    with parts.database.transaction() as conn:
        secret, until = register.rotate_secret(conn, parts.clock, parts.keyring, Policy(), party, endpoint)
        trail.note(conn, parts.clock, caller, "webhook.secret_rotated", endpoint, {})
    return {"secret": secret, "formerUntil": until.isoformat()}


@router.post("/webhooks/{endpoint}/ping", status_code=202)
def ping(endpoint: EndpointId, parts: GatewayPart, caller: Admin) -> dict[str, Any]:
    """Send a test."""
    with parts.database.transaction() as conn:
        made = register.ping(conn, parts.clock, _party(caller), endpoint)
        trail.note(conn, parts.clock, caller, "webhook.tested", endpoint, {"delivery": made})
    return {"delivery": made}


@router.get("/webhooks/{endpoint}/deliveries")
def list_deliveries(
    endpoint: EndpointId,
    parts: GatewayPart,
    caller: Admin,
    limit: Limit = 100,
    before: Annotated[str | None, Query(max_length=40, description="Only those told before this one")] = None,
) -> dict[str, Any]:
    """The log of an endpoint, the newest first; `next` is the `before` of the next page."""
    party = _party(caller)
    with parts.database.reading() as conn:
        queries.endpoint(conn, party, endpoint)
        found = queries.deliveries_of(conn, party, endpoint, limit + 1, before)
    shown = found[:limit]
    following = shown[-1].id if len(found) > limit else None
    return {"items": [delivery_as_json(each) for each in shown], "next": following}


@router.get("/webhook-deliveries/{delivery}")
def show_delivery(delivery: DeliveryId, parts: GatewayPart, caller: Admin) -> dict[str, Any]:
    """What was sent, and how each attempt went."""
    with parts.database.reading() as conn:
        found, tried = queries.delivery(conn, _party(caller), delivery)
    whole = {"payload": found.payload, "tried": [attempt_as_json(each) for each in tried]}
    return delivery_as_json(found) | whole


@router.post("/webhook-deliveries/{delivery}/redelivery", status_code=202)
def send_again(delivery: DeliveryId, parts: GatewayPart, caller: Admin) -> dict[str, Any]:
    """Send it again under the same id."""
    with parts.database.transaction() as conn:
        queries.send_again(conn, parts.clock, _party(caller), delivery)
        trail.note(conn, parts.clock, caller, "webhook.sent_again", delivery, {})
    return {"delivery": delivery}


def endpoint_as_json(found: Endpoint) -> dict[str, Any]:
    former = [each for each in found.secrets if each is not None]
    return {
        "id": found.id,
        "name": found.name,
        "url": found.url,
        "topics": list(found.topics),
        "state": found.state,
        "reason": found.reason or None,
        "createdAt": found.created_at.isoformat(),
        "failingSince": found.failing_since.isoformat() if found.failing_since else None,
        "pausedUntil": found.paused_until.isoformat() if found.paused_until else None,
        "formerSecretUntil": max(former).isoformat() if former else None,
    }


def delivery_as_json(found: Delivery) -> dict[str, Any]:
    return {
        "id": found.id,
        "endpoint": found.endpoint,
        "topic": found.topic,
        "subject": found.subject,
        "state": found.state,
        "attempts": found.attempts,
        "createdAt": found.created_at.isoformat(),
        "dueAt": found.due_at.isoformat() if found.ended_at is None else None,
        "endedAt": found.ended_at.isoformat() if found.ended_at else None,
    }


def attempt_as_json(found: Attempt) -> dict[str, Any]:
    return {
        "number": found.number,
        "at": found.at.isoformat(),
        "milliseconds": found.milliseconds,
        "outcome": found.outcome,
        "status": found.status,
        "address": found.address or None,
        "answer": found.answer,
    }
