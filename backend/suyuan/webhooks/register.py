"""A party's endpoints: registering, changing, new secrets, switching off and on, removing, testing."""

from __future__ import annotations

import re
import secrets as random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from suyuan.access.ports import Sealer
from suyuan.database.locks import hold
from suyuan.kernel.canonical import canonical_json
from suyuan.kernel.clock import Clock
from suyuan.kernel.errors import Fault
from suyuan.kernel.ids import new_id
from suyuan.notices.model import TOPIC_FORM
from suyuan.webhooks import signature
from suyuan.webhooks import tables as t
from suyuan.webhooks.addresses import Allowed, read_url
from suyuan.webhooks.errors import EndpointDisabled, EndpointRefused, EndpointUnknown, TooManyEndpoints
from suyuan.webhooks.model import MAX_ENDPOINTS, MAX_NAME, PING, DeliveryState, EndpointState, Policy

_PREFIX = re.compile(r"[a-z][a-z0-9_]*\.\*")
_MAX_TOPICS = 30


@dataclass(frozen=True, slots=True)
class Wanted:
    """An endpoint as it is asked for. `topics`: names, or `handover.*`; none means all."""

    name: str
    url: str
    topics: Sequence[str] = field(default=())


def add_endpoint(  # noqa: PLR0913, PLR0917 - who asks for what, and by which rules
    conn: Connection, clock: Clock, sealer: Sealer, allowed: Allowed, party: int, wanted: Wanted
) -> tuple[str, str]:
    """Register an endpoint for what is told from now on; its id and its secret, which is not shown again.

    Raises EndpointRefused with every fault, TooManyEndpoints.
    """
    _check(wanted, allowed)
    hold(conn, "webhooks", party)
    its = (t.endpoints.c.party == party) & (t.endpoints.c.state != EndpointState.REMOVED)
    if conn.execute(select(func.count()).select_from(t.endpoints).where(its)).scalar_one() >= MAX_ENDPOINTS:
        raise TooManyEndpoints(f"A party has at most {MAX_ENDPOINTS} endpoints.")
    identifier = random.token_hex(8)
    row = {
        "id": identifier,
        "party": party,
        "state": EndpointState.ACTIVE,
        "reason": "",
        "created_at": clock.now(),
        "failures": 0,
    }
    conn.execute(insert(t.endpoints).values(row | _columns(wanted)))
    return identifier, _new_secret(conn, clock, sealer, identifier)


def change_endpoint(conn: Connection, allowed: Allowed, party: int, identifier: str, wanted: Wanted) -> None:
    """Another name, address or choice of topics. Raises EndpointUnknown, EndpointRefused."""
    its_state(conn, party, identifier)
    _check(wanted, allowed)
    conn.execute(update(t.endpoints).where(t.endpoints.c.id == identifier).values(_columns(wanted)))


def _check(wanted: Wanted, allowed: Allowed) -> None:
    _, faults = read_url(wanted.url, allowed)
    if not wanted.name.strip() or len(wanted.name) > MAX_NAME:
        fix = f"give a name of at most {MAX_NAME} characters"
        faults.append(Fault("/name", "webhook.name", "there is no such name", fix))
    for at, topic in enumerate(wanted.topics):
        if at >= _MAX_TOPICS or not (TOPIC_FORM.fullmatch(topic) or _PREFIX.fullmatch(topic)):
            fix = "give a topic as submission.final, or all of a kind as handover.*"
            faults.append(Fault(f"/topics/{at}", "webhook.topic", f"{topic[:60]} is no topic", fix))
    if faults:
        raise EndpointRefused(faults)


def _columns(wanted: Wanted) -> dict[str, str]:
    topics = " ".join(sorted(set(wanted.topics)))
    return {"name": wanted.name.strip(), "url": wanted.url, "topics": topics}


def its_state(conn: Connection, party: int, identifier: str) -> EndpointState:
    """The state of a party's endpoint. Raises EndpointUnknown, for a removed or foreign one too."""
    found = select(t.endpoints.c.state).where(
        t.endpoints.c.id == identifier,
        t.endpoints.c.party == party,
        t.endpoints.c.state != EndpointState.REMOVED,
    )
    state = conn.execute(found).scalar()
    if state is None:
        raise EndpointUnknown(f"There is no endpoint {identifier[:40]} of yours.")
    return EndpointState(state)


def rotate_secret(  # noqa: PLR0913, PLR0917 - the same
    conn: Connection, clock: Clock, sealer: Sealer, policy: Policy, party: int, identifier: str
) -> tuple[str, datetime]:
    """A new secret, which is not shown again, and until when the one before signs beside it; older ones end
    now. Raises EndpointUnknown.
    """
    its_state(conn, party, identifier)
    hold(conn, "webhooks", party)
    now = clock.now()
    until = now + policy.overlap
    its = t.secrets.c.endpoint == identifier
    conn.execute(update(t.secrets).where(its, t.secrets.c.ends_at > now).values(ends_at=now))
    conn.execute(update(t.secrets).where(its, t.secrets.c.ends_at.is_(None)).values(ends_at=until))
    return _new_secret(conn, clock, sealer, identifier), until


def _new_secret(conn: Connection, clock: Clock, sealer: Sealer, endpoint: str) -> str:
    secret, identifier = signature.make_secret(), random.token_hex(8)
    sealed = sealer.seal_for(purpose(endpoint, identifier), secret.encode())
    row = {"id": identifier, "endpoint": endpoint, "sealed": sealed, "master": sealer.current}
    conn.execute(insert(t.secrets).values(row | {"created_at": clock.now()}))
    return secret


def rewrap(conn: Connection, sealer: Sealer) -> int:
    """Seal every secret under the current master key; how many were under another. Raises SuyuanError, and
    changes nothing, when one does not open.
    """
    rows = conn.execute(select(t.secrets).where(t.secrets.c.master != sealer.current)).all()
    for row in rows:
        what = purpose(row.endpoint, row.id)
        sealed = sealer.seal_for(what, sealer.open_for(what, row.sealed, row.master))
        its = t.secrets.c.id == row.id
        conn.execute(update(t.secrets).where(its).values(sealed=sealed, master=sealer.current))
    return len(rows)


def purpose(endpoint: str, secret: str) -> str:
    """What a sealed secret is bound to."""
    return f"webhook|{endpoint}|{secret}"


def disable(conn: Connection, clock: Clock, party: int, identifier: str) -> None:
    """Send nothing more; what waits is given up. Raises EndpointUnknown."""
    its_state(conn, party, identifier)
    _stop(conn, clock, identifier, EndpointState.DISABLED)


def enable(conn: Connection, party: int, identifier: str) -> None:
    """Send again what is told from now on. Raises EndpointUnknown."""
    its_state(conn, party, identifier)
    fresh = {"state": EndpointState.ACTIVE, "reason": "", "failing_since": None, "failures": 0}
    its = t.endpoints.c.id == identifier
    conn.execute(update(t.endpoints).where(its).values(fresh | {"paused_until": None}))


def remove(conn: Connection, clock: Clock, party: int, identifier: str) -> None:
    """Take it away for good; its log stays a while. Raises EndpointUnknown."""
    its_state(conn, party, identifier)
    _stop(conn, clock, identifier, EndpointState.REMOVED)


def _stop(conn: Connection, clock: Clock, identifier: str, state: EndpointState) -> None:
    its = t.endpoints.c.id == identifier
    conn.execute(update(t.endpoints).where(its).values(state=state, reason="switched_off"))
    give_up_waiting(conn, clock, identifier)


def give_up_waiting(conn: Connection, clock: Clock, endpoint: str) -> None:
    """Nothing that waits for this endpoint is sent any more."""
    waiting = (t.deliveries.c.endpoint == endpoint) & (t.deliveries.c.state == DeliveryState.WAITING)
    ended = {"state": DeliveryState.GIVEN_UP, "ended_at": clock.now()}
    conn.execute(update(t.deliveries).where(waiting).values(ended))


def ping(conn: Connection, clock: Clock, party: int, identifier: str) -> str:
    """Queue a test delivery; its id. Raises EndpointUnknown, EndpointDisabled."""
    expect_active(conn, party, identifier)
    facts = {"says": "溯源 webhook test"}
    name = new_delivery(conn, clock, identifier, None, about(clock, PING, party, identifier, facts))
    its = t.endpoints.c.id == identifier
    conn.execute(update(t.endpoints).where(its).values(paused_until=None))
    return name


def expect_active(conn: Connection, party: int, identifier: str) -> None:
    """Raises EndpointUnknown, EndpointDisabled."""
    if its_state(conn, party, identifier) is not EndpointState.ACTIVE:
        raise EndpointDisabled("The endpoint is switched off; switch it on first.")


def about(  # noqa: PLR0913, PLR0917 - the members of the body
    clock: Clock, topic: str, party: int, subject: str, facts: Mapping[str, Any], at: datetime | None = None
) -> dict[str, Any]:
    """The body of a delivery without its id and attempt."""
    moment = (at or clock.now()).isoformat(timespec="milliseconds")
    return {"topic": topic, "party": party, "subject": subject, "at": moment, "facts": dict(facts)}


def new_delivery(
    conn: Connection, clock: Clock, endpoint: str, notice: int | None, body: Mapping[str, Any]
) -> str:
    """A row that waits to be sent; its id."""
    identifier, now = new_id(clock), clock.now()
    row = {
        "id": identifier,
        "endpoint": endpoint,
        "party": body["party"],
        "notice": notice,
        "topic": body["topic"],
        "subject": body["subject"],
        "payload": canonical_json({"id": identifier, **body}).decode(),
        "state": DeliveryState.WAITING,
        "attempts": 0,
        "created_at": now,
        "since": now,
        "due_at": now,
    }
    conn.execute(insert(t.deliveries).values(row))
    return identifier
