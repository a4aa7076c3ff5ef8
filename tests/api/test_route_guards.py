"""Every route and every sort of caller: who gets in is written down here, and nothing else gets in.

A new route fails the first test until it stands in the table. A supplier never learns of another's records:
what is foreign and what does not exist are answered alike.
"""

from __future__ import annotations

import asyncio
import re

import pytest

from suyuan.access import tokens
from suyuan.access.model import Scope
from suyuan.app import ROUTERS

ANYONE = "anyone"
HOLDERS = frozenset({"supplier", "reader", "foreigner", "auditor", "registrar"})
SUBMITTERS = frozenset({"supplier", "foreigner", "registrar"})
WRITERS = frozenset({"supplier", "foreigner"})
REGISTRAR = frozenset({"registrar"})
#: People by their sessions; no token opens these.
PEOPLE: frozenset[str] = frozenset()
#: Callers with party:admin; none of the sorts here is one (see test_webhooks.py).
ADMINS = frozenset()
#: Those who see what belongs to party 1; for the rest of the holders it does not exist.
OWNERS = frozenset({"supplier", "reader", "auditor", "registrar"})

#: Route -> who gets in. `ANYONE` needs no token.
WHO = {
    "POST /api/v1/submissions": SUBMITTERS,
    "POST /api/v1/onboarding": REGISTRAR,
    "POST /api/v1/submissions/prepared/{identifier}": SUBMITTERS,
    "GET /api/v1/signatures/waiting": WRITERS,
    "POST /api/v1/signatures": WRITERS,
    "POST /api/v1/parties/{number}/keys/challenges": ADMINS,
    "POST /api/v1/parties/{number}/keys/own": ADMINS,
    "POST /api/v1/parties/{number}/keys/recoveries": ADMINS,
    "GET /api/v1/parties/{number}/keys/recoveries": REGISTRAR,
    "POST /api/v1/key-recoveries/{identifier}/approval": REGISTRAR,
    "DELETE /api/v1/key-recoveries/{identifier}": SUBMITTERS,
    "POST /api/v1/parties/{number}/keys/{address}/suspicion": REGISTRAR,
    "POST /api/v1/uploads": SUBMITTERS,
    "GET /api/v1/uploads": HOLDERS,
    "GET /api/v1/uploads/{identifier}": HOLDERS,
    "GET /api/v1/uploads/{identifier}/rows": HOLDERS,
    "GET /api/v1/uploads/{identifier}/faults": HOLDERS,
    "PATCH /api/v1/uploads/{identifier}/cells": SUBMITTERS,
    "POST /api/v1/uploads/{identifier}/fixes": SUBMITTERS,
    "POST /api/v1/uploads/{identifier}/mapping": SUBMITTERS,
    "POST /api/v1/uploads/{identifier}/choice": SUBMITTERS,
    "POST /api/v1/uploads/{identifier}/submit": SUBMITTERS,
    "POST /api/v1/uploads/{identifier}/withdraw": SUBMITTERS,
    "GET /api/v1/uploads/{identifier}/annotated": HOLDERS,
    "GET /api/v1/uploads/{identifier}/receipt": HOLDERS,
    "POST /api/v1/uploads/{identifier}/documents/prepare": WRITERS,
    "POST /api/v1/uploads/{identifier}/documents/submit": WRITERS,
    "PUT /api/v1/uploads-wishes": frozenset(),
    "GET /api/v1/templates/{kind}.{ending}": HOLDERS,
    "GET /api/v1/submissions": HOLDERS,
    "GET /api/v1/submissions/{identifier}": HOLDERS,
    "POST /api/v1/handovers": WRITERS,
    "GET /api/v1/handovers": HOLDERS,
    "POST /api/v1/handovers/prepared": WRITERS,
    "GET /api/v1/handovers/{identifier}": HOLDERS,
    "POST /api/v1/handovers/{identifier}/depart": WRITERS,
    "POST /api/v1/handovers/{identifier}/measurements": WRITERS,
    "POST /api/v1/handovers/{identifier}/accept": WRITERS,
    "POST /api/v1/handovers/{identifier}/refuse": WRITERS,
    "POST /api/v1/handovers/{identifier}/withdraw": WRITERS,
    "POST /api/v1/handovers/{identifier}/answer": WRITERS,
    "GET /api/v1/lots/{lot:path}/custody": HOLDERS,
    "OPTIONS /epcis/capture": ANYONE,
    "POST /epcis/capture": SUBMITTERS,
    "GET /epcis/capture/{identifier}": HOLDERS,
    "GET /epcis/events": HOLDERS,
    "GET /epcis/events/{event_id:path}": HOLDERS,
    "GET /api/v1/lots/{lot:path}/events": HOLDERS,
    "GET /api/v1/lots/{lot:path}/trace": HOLDERS,
    "GET /api/v1/lots/{lot:path}": HOLDERS,
    "GET /api/v1/lots/{lot:path}/proof": ANYONE,
    "POST /api/v1/parties": REGISTRAR,
    "GET /api/v1/parties": HOLDERS,
    "GET /api/v1/parties/{number}": HOLDERS,
    "GET /api/v1/parties/{number}/sites": HOLDERS,
    "POST /api/v1/parties/{number}/sites": REGISTRAR,
    "GET /api/v1/parties/{number}/keys": HOLDERS,
    "POST /api/v1/parties/{number}/keys": REGISTRAR,
    "DELETE /api/v1/parties/{number}/keys/{address}": REGISTRAR,
    "POST /api/v1/parties/{number}/suspension": REGISTRAR,
    "POST /api/v1/parties/{number}/qualification": REGISTRAR,
    "POST /api/v1/parties/{number}/roles": REGISTRAR,
    "POST /api/v1/applications": ANYONE,
    "GET /api/v1/applications": HOLDERS,
    "GET /api/v1/applications/{application}": HOLDERS,
    "PUT /api/v1/applications/{application}": HOLDERS,
    "POST /api/v1/applications/{application}/documents": HOLDERS,
    "DELETE /api/v1/applications/{application}/documents/{document}": HOLDERS,
    "POST /api/v1/applications/{application}/submission": HOLDERS,
    "POST /api/v1/applications/{application}/withdrawal": HOLDERS,
    "DELETE /api/v1/applications/{application}/contact": HOLDERS,
    "GET /api/v1/applications/{application}/checks": REGISTRAR,
    "POST /api/v1/applications/{application}/questions": REGISTRAR,
    "POST /api/v1/applications/{application}/refusal": REGISTRAR,
    "POST /api/v1/applications/{application}/approval": REGISTRAR,
    "GET /api/v1/documents": REGISTRAR,
    "GET /api/v1/parties/{number}/documents": HOLDERS,
    "POST /api/v1/parties/{number}/documents": REGISTRAR,
    "POST /api/v1/documents/{document}/approval": REGISTRAR,
    "POST /api/v1/documents/{document}/refusal": REGISTRAR,
    "PUT /api/v1/documents/{document}/consent": frozenset(),
    "POST /api/v1/files": WRITERS,
    "GET /api/v1/files/{hash}": HOLDERS,
    "GET /api/v1/files/{hash}/proof": ANYONE,
    "GET /api/v1/webhooks": ADMINS,
    "POST /api/v1/webhooks": ADMINS,
    "GET /api/v1/webhooks/{endpoint}": ADMINS,
    "PUT /api/v1/webhooks/{endpoint}": ADMINS,
    "DELETE /api/v1/webhooks/{endpoint}": ADMINS,
    "POST /api/v1/webhooks/{endpoint}/secret": ADMINS,
    "POST /api/v1/webhooks/{endpoint}/ping": ADMINS,
    "GET /api/v1/webhooks/{endpoint}/deliveries": ADMINS,
    "GET /api/v1/webhook-deliveries/{delivery}": ADMINS,
    "POST /api/v1/webhook-deliveries/{delivery}/redelivery": ADMINS,
    "POST /api/v1/session": ANYONE,
    "POST /api/v1/session/code": ANYONE,
    "POST /api/v1/session/passkey/options": ANYONE,
    "POST /api/v1/session/passkey": ANYONE,
    "GET /api/v1/session": PEOPLE,
    "DELETE /api/v1/session": PEOPLE,
    "POST /api/v1/session/prove/options": PEOPLE,
    "POST /api/v1/session/prove": PEOPLE,
    "GET /api/v1/invitations/{code}": ANYONE,
    "POST /api/v1/invitations/{code}": ANYONE,
    "POST /api/v1/account/password": PEOPLE,
    "GET /api/v1/account/sessions": PEOPLE,
    "DELETE /api/v1/account/sessions/{session_id}": PEOPLE,
    "POST /api/v1/account/totp": PEOPLE,
    "POST /api/v1/account/totp/confirmation": PEOPLE,
    "DELETE /api/v1/account/totp": PEOPLE,
    "POST /api/v1/account/passkeys/options": PEOPLE,
    "GET /api/v1/account/passkeys": PEOPLE,
    "POST /api/v1/account/passkeys": PEOPLE,
    "DELETE /api/v1/account/passkeys/{passkey}": PEOPLE,
    "GET /api/v1/people": REGISTRAR,
    "POST /api/v1/people": REGISTRAR,
    "GET /api/v1/people/{account}": REGISTRAR,
    "POST /api/v1/people/{account}/seats": REGISTRAR,
    "POST /api/v1/people/{account}/link": REGISTRAR,
    "POST /api/v1/people/{account}/closing": REGISTRAR,
    "POST /api/v1/people/{account}/opening": REGISTRAR,
    "DELETE /api/v1/people/{account}": REGISTRAR,
    "GET /api/v1/trail": frozenset({"auditor", "registrar"}),
    "POST /api/v1/companies": REGISTRAR,
    "GET /api/v1/companies": REGISTRAR,
    "DELETE /api/v1/companies/{company}": REGISTRAR,
    "POST /api/v1/inspections": WRITERS,
    "POST /api/v1/test-reports": WRITERS,
    "GET /api/v1/inspections": HOLDERS,
    "GET /api/v1/test-reports": HOLDERS,
    "GET /api/v1/inspections/{number}": HOLDERS,
    "GET /api/v1/test-reports/{number}": HOLDERS,
    "GET /api/v1/hold-proposals": frozenset({"auditor"}),
    "POST /api/v1/hold-proposals/{number}/decline": frozenset(),  # quality staff: see test_inspections.py
    "GET /api/v1/exports/{what}.csv": HOLDERS,
    "GET /api/v1/exports/{what}.jsonld": HOLDERS,
    "POST /api/v1/tokens": REGISTRAR,
    "GET /api/v1/tokens": REGISTRAR,
    "DELETE /api/v1/tokens/{token_id}": REGISTRAR,
    "POST /api/v1/products": REGISTRAR,
    "GET /api/v1/products": HOLDERS,
    "GET /docs": ANYONE,
    "GET /healthz": ANYONE,
    "GET /readyz": ANYONE,
    "GET /metrics": ANYONE,
}

#: Passport pages: one route for each GS1 key, for other URIs, and for QR codes; all public.
_PAGES = re.compile(r"(GET|HEAD) /(\d+|lot|qr)/\{rest:path\}")

#: Reading these of party 1, a foreign supplier finds nothing.
OWN_ONLY = {
    "GET /api/v1/submissions/{identifier}",
    "GET /epcis/capture/{identifier}",
    "GET /epcis/events/{event_id:path}",
    "GET /api/v1/parties/{number}",
    "GET /api/v1/parties/{number}/sites",
    "GET /api/v1/parties/{number}/keys",
    "GET /api/v1/parties/{number}/documents",
}

EVENT_ID = "urn:uuid:0196a0b4-6f1e-7c52-9a40-3f6b5d5f1a01"
LOT = "https://id.gs1.org/01/06901234567892/10/GUARD"
DOCUMENT = {
    "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
    "type": "EPCISDocument",
    "schemaVersion": "2.0",
    "creationDate": "2026-11-01T08:00:00Z",
    "epcisBody": {
        "eventList": [
            {
                "type": "ObjectEvent",
                "eventID": EVENT_ID,
                "action": "ADD",
                "bizStep": "commissioning",
                "eventTime": "2026-11-01T08:00:00Z",
                "eventTimeZoneOffset": "+08:00",
                "epcList": [],
                "quantityList": [{"epcClass": LOT, "quantity": 12, "uom": "KGM"}],
            }
        ]
    },
}


def routes():
    found = set()
    for each in ROUTERS:
        for route in each.router.routes:
            found |= {f"{method} {route.path}" for method in route.methods}
    return {route for route in found if not _PAGES.fullmatch(route)}


@pytest.fixture
def headers(gateway, registrar):
    """A header for each sort of caller, after party 1 has told of one lot."""
    for number in (1, 2):
        party = {"names": {"en": "x"}, "identifiers": [f"urn:party:{number}"], "roles": ["producer"]}
        assert registrar.post("/api/v1/parties", json=party).status_code == 201
    rights = {
        "supplier": (1, (Scope.SUBMIT, Scope.HANDOVER, Scope.READ)),
        "reader": (1, (Scope.READ,)),
        "foreigner": (2, (Scope.SUBMIT, Scope.HANDOVER, Scope.READ)),
        "auditor": (None, (Scope.AUDIT,)),
        "registrar": (None, (Scope.REGISTRAR,)),
    }
    with gateway.database.transaction() as conn:
        made = {
            who: tokens.issue(conn, gateway.clock, who, party, scopes)
            for who, (party, scopes) in rights.items()
        }
    del registrar.headers["Authorization"]
    return {who: {"Authorization": f"Bearer {secret}"} for who, secret in made.items()}


@pytest.fixture
def told(client, headers):
    """What party 1 told: names of its submission and capture, for the routes' places."""
    answer = client.post("/epcis/capture", json=DOCUMENT, headers=headers["supplier"])
    assert answer.status_code == 202, answer.text
    submitted = client.get("/api/v1/submissions", headers=headers["supplier"]).json()["items"][0]["id"]
    return {
        "POST /api/v1/submissions": {},
        "GET /api/v1/submissions/{identifier}": {"identifier": submitted},
        "POST /api/v1/submissions/prepared/{identifier}": {"identifier": "0" * 36},
        "GET /epcis/capture/{identifier}": {"identifier": answer.headers["Location"].rpartition("/")[2]},
    }


def ask(client, route, told, headers=None):
    method, _, path = route.partition(" ")
    filled = {
        "number": "1",
        "address": "0x" + "11" * 20,
        "token_id": "0" * 16,
        "account": "0" * 16,
        "session_id": "0" * 16,
        "company": "0" * 16,
        "code": "none",
        "passkey": "none",
        "what": "events",
        "endpoint": "0" * 16,
        "delivery": "0" * 36,
        "hash": "0x" + "00" * 32,
        "application": "00000000-0000-7000-8000-000000000000",
        "document": "00000000-0000-7000-8000-000000000000",
        "lot": LOT,
        "event_id": EVENT_ID,
        "kind": "harvest",
        "ending": "csv",
        "identifier": "none",
    }
    filled |= told.get(route, {})
    path = re.sub(r"\{(\w+)(:path)?\}", lambda place: filled[place[1]], path)
    body = {"json": {}} if method == "POST" else {}
    return client.request(method, path, headers=headers, **body)


def test_every_route_stands_in_the_table_and_nothing_else_does():
    assert routes() == set(WHO)


def test_without_a_token_only_public_routes_open(client, headers, told):
    for route, allowed in WHO.items():
        status = ask(client, route, told).status_code
        if allowed is ANYONE:
            assert status not in (401, 403), route
        else:
            assert status == 401, route


@pytest.mark.parametrize("path", ["/api/v1/submissions", "/api/v1/onboarding", "/epcis/capture"])
@pytest.mark.parametrize("given", [[], [(b"authorization", b"Bearer nobody")]], ids=["without", "wrong"])
def test_no_document_is_read_before_its_sender_is_known(client, path, given):
    sent = []

    async def receive():
        raise AssertionError("the body was read")

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": given}
    asyncio.run(client.app(scope, receive, send))
    assert sent[0]["status"] == 401


def test_each_route_opens_for_those_of_the_table_and_for_no_other(client, headers, told):
    for route, allowed in WHO.items():
        if allowed is ANYONE:
            continue
        for who, header in headers.items():
            status = ask(client, route, told, header).status_code
            assert status != 401, (route, who)
            assert (status == 403) is (who not in allowed), (route, who, status)


def test_a_party_its_auditor_and_the_registrar_read_what_is_the_partys(client, headers, told):
    for route in OWN_ONLY:
        for who in OWNERS:
            answer = ask(client, route, told, headers[who])
            assert answer.status_code == 200, (route, who, answer.text)


def test_for_a_foreign_supplier_it_does_not_exist(client, headers, told):
    for route in OWN_ONLY:
        answer = ask(client, route, told, headers["foreigner"])
        assert answer.status_code == 404, route
        assert "0196a0b4" not in answer.text.replace(EVENT_ID, "")


def test_a_foreign_suppliers_lists_are_empty_of_it(client, headers, told):
    foreigner = headers["foreigner"]
    assert client.get("/api/v1/submissions", headers=foreigner).json()["items"] == []
    assert EVENT_ID not in client.get("/epcis/events", headers=foreigner).text
    assert [
        each["number"] for each in client.get("/api/v1/parties", headers=foreigner).json()["parties"]
    ] == [2]


@pytest.mark.parametrize(
    "route", ["/api/v1/submissions?as=1", "/api/v1/submissions?as=urn:party:1", "/epcis/capture?as=1"]
)
def test_nobody_speaks_for_another_party(client, headers, told, route):
    for who in ("foreigner", "auditor", "reader"):
        answer = client.post(route, json=DOCUMENT, headers=headers[who])
        assert answer.status_code in (403, 404), (who, answer.text)


def test_nobody_signs_anothers_name_under_his_own_event(client, headers, told):
    event = {
        **DOCUMENT["epcisBody"]["eventList"][0],
        "eventID": EVENT_ID[:-1] + "2",
        "cbvmda:informationProvider": "urn:party:1",
    }
    forged = {**DOCUMENT, "epcisBody": {"eventList": [event]}}
    answer = client.post("/api/v1/submissions", json=forged, headers=headers["foreigner"])
    assert answer.status_code in (403, 422), answer.text
    assert len(client.get("/api/v1/submissions", headers=headers["supplier"]).json()["items"]) == 1
