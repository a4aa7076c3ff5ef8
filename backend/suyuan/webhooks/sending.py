"""Sending what is due: take an endpoint in hand, then one delivery after the other.

Two of us never send to one endpoint at once, and a delivery is taken in hand by its state before it is sent.
Who is killed between sending and noting it leaves the delivery `sending` until its claim runs out; then it is
sent again under the same id. An endpoint that does not answer is paused by itself, each time longer, so that
it costs others nothing and is not hammered; one that fails for three days is disabled, and its owner told.
"""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Row, exists, insert, or_, select, update

from suyuan.access.ports import Sealer
from suyuan.database import Database
from suyuan.database.claims import claim
from suyuan.kernel.canonical import canonical_json
from suyuan.kernel.clock import Clock
from suyuan.kernel.errors import SuyuanError
from suyuan.notices import tell
from suyuan.webhooks import signature
from suyuan.webhooks import tables as t
from suyuan.webhooks.addresses import Allowed, judge, read_url
from suyuan.webhooks.model import DISABLED, DeliveryState, EndpointState, Outcome, Policy
from suyuan.webhooks.ports import Answer, Resolver, Sender
from suyuan.webhooks.register import give_up_waiting, purpose

USER_AGENT = "Suyuan-Webhook/1"

_TOO_MANY = 429


@dataclass(frozen=True, slots=True)
class Courier:
    """Everything that sending needs. `spread` gives a number from 0 to 1 for the jitter."""

    database: Database
    clock: Clock
    sealer: Sealer
    resolver: Resolver
    sender: Sender
    allowed: Allowed = field(default_factory=Allowed)
    policy: Policy = field(default_factory=Policy)
    chance: Callable[[], float] = random.random
    hook: Callable[[str], None] = lambda _: None


def serve(courier: Courier) -> bool:
    """Take the endpoint whose turn was longest ago and send what is due, a slice of it; False when no
    endpoint has anything due.
    """
    mark = secrets.token_hex(16)
    endpoint = _take_endpoint(courier, mark)
    if endpoint is None:
        return False
    try:
        for _ in range(courier.policy.slice):
            delivery = _take_delivery(courier, endpoint.id, mark)
            if delivery is None or not _deliver(courier, endpoint, delivery, mark):
                break
    finally:
        with courier.database.transaction() as conn:
            its = (t.endpoints.c.id == endpoint.id) & (t.endpoints.c.busy_mark == mark)
            conn.execute(update(t.endpoints).where(its).values(busy_until=None, busy_mark=None))
    return True


def is_due(conn: Connection, clock: Clock) -> bool:
    """Whether an endpoint has something due and nobody sends to it."""
    return conn.execute(select(t.endpoints.c.id).where(_has_turn(clock.now())).limit(1)).scalar() is not None


def _has_turn(now: datetime) -> ColumnElement[bool]:
    c = t.endpoints.c
    waits = exists().where(t.deliveries.c.endpoint == c.id, _is_due(now))
    free = or_(c.busy_until.is_(None), c.busy_until <= now)
    open_ = or_(c.paused_until.is_(None), c.paused_until <= now)
    return (c.state == EndpointState.ACTIVE) & free & open_ & waits


def _is_due(now: datetime) -> ColumnElement[bool]:
    c = t.deliveries.c
    waiting = (c.state == DeliveryState.WAITING) & (c.due_at <= now)
    return waiting | ((c.state == DeliveryState.SENDING) & (c.claim_until <= now))


def _take_endpoint(courier: Courier, mark: str) -> Row[Any] | None:
    now = courier.clock.now()
    values = {"busy_until": now + _claimed(courier), "busy_mark": mark, "served_at": now}
    order = (t.endpoints.c.served_at.is_not(None), t.endpoints.c.served_at, t.endpoints.c.id)
    with courier.database.transaction() as conn:
        found = claim(conn, t.endpoints, _has_turn(now), values, order=order)
    return found[0] if found else None


def _claimed(courier: Courier) -> timedelta:
    return timedelta(seconds=courier.policy.claim)


def _take_delivery(courier: Courier, endpoint: str, mark: str) -> Row[Any] | None:
    """The oldest that is due, `sending` from now on; and the endpoint stays ours as long."""
    now = courier.clock.now()
    c = t.deliveries.c
    values = {
        "state": DeliveryState.SENDING,
        "claim_until": now + _claimed(courier),
        "claim_mark": mark,
        "attempts": c.attempts + 1,
    }
    with courier.database.transaction() as conn:
        its = (t.endpoints.c.id == endpoint) & (t.endpoints.c.busy_mark == mark)
        longer = update(t.endpoints).where(its, t.endpoints.c.state == EndpointState.ACTIVE)
        if not conn.execute(longer.values(busy_until=now + _claimed(courier))).rowcount:
            return None
        found = claim(
            conn, t.deliveries, (c.endpoint == endpoint) & _is_due(now), values, order=[c.due_at, c.id]
        )
    return found[0] if found else None


def _deliver(courier: Courier, endpoint: Row[Any], delivery: Row[Any], mark: str) -> bool:
    """One attempt, sent and noted; whether the endpoint may get more now."""
    begun, started = courier.clock.now(), time.monotonic()
    answer = _send(courier, endpoint, delivery, begun)
    milliseconds = int((time.monotonic() - started) * 1000)
    courier.hook("sent")
    with courier.database.transaction() as conn:
        its = (t.deliveries.c.id == delivery.id) & (t.deliveries.c.claim_mark == mark)
        ours = its & (t.deliveries.c.state == DeliveryState.SENDING)
        change = update(t.deliveries).where(ours).values(_after(courier, delivery, answer))
        if not conn.execute(change).rowcount:
            return False  # it took so long that somebody else has it in hand now
        _log(conn, delivery, begun, milliseconds, answer)
        _note_endpoint(conn, courier, endpoint.id, answer)
    return not _is_trouble(answer)


def _is_trouble(answer: Answer) -> bool:
    """Whether the endpoint itself cannot, rather than this delivery: then it is left alone for a while."""
    if answer.status is None or answer.outcome is Outcome.GONE:
        return True
    return answer.status >= 500 or answer.status == _TOO_MANY


def _send(courier: Courier, endpoint: Row[Any], delivery: Row[Any], now: datetime) -> Answer:
    target, _ = read_url(endpoint.url, courier.allowed)
    if target is None:
        return Answer(Outcome.ADDRESS)  # it was allowed once
    addresses = [target.literal] if target.literal else courier.resolver.resolve(target.host, target.port)
    if not addresses:
        return Answer(Outcome.UNRESOLVED)
    bad = judge(addresses, courier.allowed)
    if bad is not None:
        return Answer(Outcome.ADDRESS, address=bad)
    try:
        keys = _secrets(courier, endpoint.id, now)
    except SuyuanError:
        return Answer(Outcome.UNSEALED)
    body = canonical_json({**orjson.loads(delivery.payload), "attempt": delivery.attempts})
    headers = {
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        "Suyuan-Delivery": delivery.id,
        "Suyuan-Timestamp": str(int(now.timestamp())),
        "Suyuan-Signature": signature.header(keys, now, body),
    }
    policy = courier.policy
    return courier.sender.post(
        target, addresses[0], headers, body, seconds=policy.attempt, most=policy.answer_bytes
    )


def _secrets(courier: Courier, endpoint: str, now: datetime) -> list[str]:
    """Those that are valid, the current one first. Raises SuyuanError when one does not open."""
    c = t.secrets.c
    valid = select(t.secrets).where(c.endpoint == endpoint, or_(c.ends_at.is_(None), c.ends_at > now))
    with courier.database.reading() as conn:
        rows = conn.execute(valid.order_by(c.ends_at.is_not(None), c.created_at.desc())).all()
    sealer = courier.sealer
    return [sealer.open_for(purpose(endpoint, row.id), row.sealed, row.master).decode() for row in rows]


def _after(courier: Courier, delivery: Row[Any], answer: Answer) -> dict[str, Any]:
    """The delivery's row after an attempt."""
    now, policy = courier.clock.now(), courier.policy
    if answer.outcome is Outcome.DELIVERED:
        return {"state": DeliveryState.DELIVERED, "ended_at": now, "claim_until": None}
    due = now + timedelta(seconds=wait(policy, delivery.attempts, courier.chance()))
    if due - delivery.since > policy.give_up:
        return {"state": DeliveryState.GIVEN_UP, "ended_at": now, "claim_until": None}
    return {"state": DeliveryState.WAITING, "due_at": due, "claim_until": None}


def wait(policy: Policy, attempts: int, chance: float) -> float:
    """Seconds until the next attempt after this many; `chance` from 0 to 1 is the jitter."""
    plain = min(policy.first * 2.0 ** min(attempts - 1, 40), policy.longest)
    return plain * (0.75 + chance / 2)


def _log(conn: Connection, delivery: Row[Any], at: datetime, milliseconds: int, answer: Answer) -> None:
    row = {
        "delivery": delivery.id,
        "number": delivery.attempts,
        "at": at,
        "milliseconds": milliseconds,
        "outcome": answer.outcome,
        "status": answer.status,
        "address": answer.address,
        "answer": answer.body.decode("utf-8", "replace").replace("\x00", "\N{REPLACEMENT CHARACTER}"),
    }
    conn.execute(insert(t.attempts).values(row))


def _note_endpoint(conn: Connection, courier: Courier, identifier: str, answer: Answer) -> None:
    its, now, policy = t.endpoints.c.id == identifier, courier.clock.now(), courier.policy
    row = conn.execute(select(t.endpoints).where(its).with_for_update()).one()
    if row.state != EndpointState.ACTIVE:
        give_up_waiting(conn, courier.clock, identifier)  # switched off while this was on its way
        return
    if answer.outcome is Outcome.DELIVERED:
        well = {"failing_since": None, "failures": 0, "paused_until": None}
        conn.execute(update(t.endpoints).where(its).values(well))
        return
    since = row.failing_since or now
    values: dict[str, Any] = {"failing_since": since}
    if _is_trouble(answer):
        pause = min(policy.first * 2 ** min(row.failures, 40), policy.break_longest)
        values |= {"failures": row.failures + 1, "paused_until": now + timedelta(seconds=pause)}
    conn.execute(update(t.endpoints).where(its).values(values))
    if answer.outcome is Outcome.GONE or now - since > policy.give_up:
        _disable(conn, courier, row, "gone" if answer.outcome is Outcome.GONE else "failed_long")


def _disable(conn: Connection, courier: Courier, endpoint: Row[Any], reason: str) -> None:
    its = (t.endpoints.c.id == endpoint.id) & (t.endpoints.c.state == EndpointState.ACTIVE)
    off = {"state": EndpointState.DISABLED, "reason": reason}
    if conn.execute(update(t.endpoints).where(its).values(off)).rowcount:
        give_up_waiting(conn, courier.clock, endpoint.id)
        facts = {"name": endpoint.name, "reason": reason}
        tell(conn, courier.clock, endpoint.party, DISABLED, endpoint.id, facts)
