"""A party's webhooks: endpoints, their secrets, and the log of what was sent."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request, Response

from suyuan.access import trail
from suyuan.access.model import Scope
from suyuan.api.gateway import Gateway, GatewayPart
from suyuan.kernel.errors import NotFound, Refused
from suyuan.notices.model import TOPICS
from suyuan.portal import address
from suyuan.portal.faults import by_field
from suyuan.portal.frame import page, portal_router, redirect
from suyuan.portal.session import FormPart, Person, seated
from suyuan.webhooks import queries, register
from suyuan.webhooks.addresses import host_of
from suyuan.webhooks.allowed import allowed_by
from suyuan.webhooks.model import Policy
from suyuan.webhooks.register import Wanted

router = portal_router(prefix="/supplier/webhooks")

Admin = Annotated[Person, Depends(seated(Scope.PARTY_ADMIN))]
PER_PAGE = 50
#: The kinds of topics that a person chooses from.
KINDS = tuple(dict.fromkeys(f"{topic.partition('.')[0]}.*" for topic in TOPICS))
TONES = {"delivered": "ok", "waiting": "wait", "sending": "wait", "given_up": "bad"}


@router.get("")
def endpoints(request: Request, parts: GatewayPart, person: Admin) -> Response:
    """Endpoints, and the form for one more."""
    return _list(request, parts, person, {}, {})


@router.post("")
def add(request: Request, parts: GatewayPart, person: Admin, form: FormPart) -> Response:
    """Register an endpoint; its secret is shown on this answer only."""
    topics = [each for each in form.all("topic") if each in KINDS]
    wanted = Wanted(form.get("name"), form.get("url"), topics if len(topics) < len(KINDS) else ())
    try:
        with parts.database.transaction() as conn:
            allowed = allowed_by(parts.settings)
            made, secret = register.add_endpoint(
                conn, parts.clock, parts.keyring, allowed, person.number, wanted
            )
            facts = {"host": host_of(wanted.url), "topics": list(wanted.topics)}
            trail.note(conn, parts.clock, person.caller, "webhook.added", made, facts)
    except Refused as refused:
        given = {"name": wanted.name, "url": wanted.url}
        return _list(request, parts, person, given, by_field(request, person, refused.faults), 422)
    return _one(request, parts, person, made, secret)


def _list(
    request: Request,
    parts: Gateway,
    person: Person,
    given: dict[str, str],
    errors: dict[str, str],
    status: int = 200,
) -> Response:
    with parts.database.reading() as conn:
        found = queries.endpoints_of(conn, person.number)
    return page(
        request, person, "webhooks/list.html", status, found=found, given=given, errors=errors, kinds=KINDS
    )


@router.get("/{endpoint}")
def endpoint_page(endpoint: str, request: Request, parts: GatewayPart, person: Admin) -> Response:
    """One endpoint with its log. Raises EndpointUnknown."""
    return _one(request, parts, person, endpoint, "")


def _one(request: Request, parts: Gateway, person: Person, endpoint: str, secret: str) -> Response:
    before = address.text(request, "before", 40)
    with parts.database.reading() as conn:
        found = queries.endpoint(conn, person.number, endpoint)
        log = queries.deliveries_of(conn, person.number, endpoint, PER_PAGE + 1, before or None)
    rows = log[:PER_PAGE]
    stem = f"/supplier/webhooks/{endpoint}"
    return page(
        request,
        person,
        "webhooks/one.html",
        found=found,
        secret=secret,
        rows=rows,
        tones=TONES,
        stem=stem,
        first=stem if before else "",
        next=f"{stem}?before={rows[-1].id}" if len(log) > PER_PAGE else "",
    )


@router.post("/{endpoint}")
def act(endpoint: str, request: Request, parts: GatewayPart, person: Admin, form: FormPart) -> Response:
    """Test, new secret, switch off or on, remove."""
    asked, number = form.get("act"), person.number
    with parts.database.transaction() as conn:
        if asked == "secret":
            secret, _ = register.rotate_secret(conn, parts.clock, parts.keyring, Policy(), number, endpoint)
        elif asked == "ping":
            register.ping(conn, parts.clock, number, endpoint)
        elif asked == "enable":
            register.enable(conn, number, endpoint)
        elif asked == "disable":
            register.disable(conn, parts.clock, number, endpoint)
        elif asked == "remove":
            register.remove(conn, parts.clock, number, endpoint)
        else:
            raise NotFound("There is no such act.", code="page.unknown")
        trail.note(conn, parts.clock, person.caller, f"webhook.{asked}", endpoint, {})
    if asked == "secret":
        return _one(request, parts, person, endpoint, secret)
    return redirect("/supplier/webhooks" + ("" if asked == "remove" else f"/{endpoint}"), f"webhooks.{asked}")


@router.get("/deliveries/{delivery}")
def delivery_page(delivery: str, request: Request, parts: GatewayPart, person: Admin) -> Response:
    """What was sent, and how each attempt went. Raises DeliveryUnknown."""
    with parts.database.reading() as conn:
        found, tried = queries.delivery(conn, person.number, delivery)
    return page(request, person, "webhooks/delivery.html", found=found, tried=tried, tones=TONES)


@router.post("/deliveries/{delivery}")
def send_again(delivery: str, parts: GatewayPart, person: Admin, form: FormPart) -> Response:  # noqa: ARG001
    """Send it again under the same id."""
    with parts.database.transaction() as conn:
        queries.send_again(conn, parts.clock, person.number, delivery)
        trail.note(conn, parts.clock, person.caller, "webhook.sent_again", delivery, {})
    return redirect(f"/supplier/webhooks/deliveries/{delivery}", "webhooks.again")
