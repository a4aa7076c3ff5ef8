"""What a party sees of its webhooks, sending again, and forgetting old logs."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import Connection, Row, delete, select, update

from suyuan.kernel.clock import Clock
from suyuan.webhooks import tables as t
from suyuan.webhooks.errors import DeliveryUnknown, EndpointUnknown
from suyuan.webhooks.model import (
    Attempt,
    Delivery,
    DeliveryState,
    Endpoint,
    EndpointState,
    Outcome,
    Policy,
)
from suyuan.webhooks.register import expect_active

_PAGE = 500


def endpoints_of(conn: Connection, party: int) -> list[Endpoint]:
    """A party's endpoints, the oldest first, without those that were removed."""
    c = t.endpoints.c
    its = (c.party == party) & (c.state != EndpointState.REMOVED)
    rows = conn.execute(select(t.endpoints).where(its).order_by(c.created_at, c.id)).all()
    ends: dict[str, list[Any]] = {row.id: [] for row in rows}
    s = t.secrets.c
    for row in conn.execute(select(s.endpoint, s.ends_at).where(s.endpoint.in_(ends)).order_by(s.created_at)):
        ends[row.endpoint].append(row.ends_at)
    return [_endpoint(row, ends[row.id]) for row in rows]


def endpoint(conn: Connection, party: int, identifier: str) -> Endpoint:
    """Raises EndpointUnknown."""
    found = [each for each in endpoints_of(conn, party) if each.id == identifier]
    if not found:
        raise EndpointUnknown(f"There is no endpoint {identifier[:40]} of yours.")
    return found[0]


def _endpoint(row: Row[Any], ends: list[Any]) -> Endpoint:
    return Endpoint(
        id=row.id,
        party=row.party,
        name=row.name,
        url=row.url,
        topics=tuple(row.topics.split()),
        state=EndpointState(row.state),
        reason=row.reason,
        created_at=row.created_at,
        failing_since=row.failing_since,
        paused_until=row.paused_until,
        secrets=tuple(ends),
    )


def deliveries_of(
    conn: Connection, party: int, endpoint_id: str | None, limit: int, before: str | None = None
) -> list[Delivery]:
    """A party's log, the newest first: of one endpoint or of all; `before`: ids below this one."""
    c = t.deliveries.c
    query = select(t.deliveries).where(c.party == party).order_by(c.id.desc()).limit(limit)
    if endpoint_id is not None:
        query = query.where(c.endpoint == endpoint_id)
    if before:
        query = query.where(c.id < before)
    return [_delivery(row) for row in conn.execute(query)]


def delivery(conn: Connection, party: int, identifier: str) -> tuple[Delivery, list[Attempt]]:
    """One delivery with all attempts. Raises DeliveryUnknown."""
    c = t.deliveries.c
    row = conn.execute(select(t.deliveries).where(c.id == identifier, c.party == party)).one_or_none()
    if row is None:
        raise DeliveryUnknown(f"There is no delivery {identifier[:40]} of yours.")
    a = t.attempts.c
    tried = conn.execute(select(t.attempts).where(a.delivery == identifier).order_by(a.number, a.id))
    return _delivery(row), [
        Attempt(
            each.number,
            each.at,
            each.milliseconds,
            Outcome(each.outcome),
            each.status,
            each.address,
            each.answer,
        )
        for each in tried
    ]


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        id=row.id,
        endpoint=row.endpoint,
        party=row.party,
        topic=row.topic,
        subject=row.subject,
        state=DeliveryState(row.state),
        attempts=row.attempts,
        created_at=row.created_at,
        since=row.since,
        due_at=row.due_at,
        ended_at=row.ended_at,
        payload=orjson.loads(row.payload),
    )


def send_again(conn: Connection, clock: Clock, party: int, identifier: str) -> None:
    """Let a delivery wait again, due now, under the same id, for as long as a new one. One that is on its way
    stays so. Raises DeliveryUnknown, EndpointUnknown, EndpointDisabled.
    """
    found, _ = delivery(conn, party, identifier)
    expect_active(conn, party, found.endpoint)
    now = clock.now()
    c = t.deliveries.c
    again = {"state": DeliveryState.WAITING, "since": now, "due_at": now, "ended_at": None}
    still = (c.id == identifier) & (c.state != DeliveryState.SENDING)
    conn.execute(update(t.deliveries).where(still).values(again))
    its = t.endpoints.c.id == found.endpoint
    conn.execute(update(t.endpoints).where(its).values(paused_until=None))


def forget_old(conn: Connection, clock: Clock, limit: int = _PAGE) -> bool:
    """Take away logs of deliveries that ended long ago; True when there may be more."""
    c = t.deliveries.c
    old = select(c.id).where(c.ended_at < clock.now() - Policy().kept).limit(limit)
    ids = list(conn.execute(old).scalars())
    if ids:
        conn.execute(delete(t.attempts).where(t.attempts.c.delivery.in_(ids)))
        conn.execute(delete(t.deliveries).where(c.id.in_(ids)))
    return len(ids) == limit
