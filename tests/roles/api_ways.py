"""Every route for programs: who may go it, about whose thing, with what body."""

from __future__ import annotations

from file_samples import pdf
from journal_world import amount, document, made
from roles import bodies
from roles.bodies import ACTED
from roles.people_ways import PEOPLES, QUALIFICATION, SIGN_IN
from roles.scopes import (
    ADMIN,
    ALL,
    DECIDERS,
    HANDLERS,
    OVERSEERS,
    PREPARERS,
    QC,
    READERS,
    REGISTRAR,
    SUBMIT,
    SUBMITTERS,
    WRITERS,
)
from roles.table import ANYONE, KNOWN, way

SUBMISSIONS = {
    "POST /api/v1/submissions": way(SUBMITTERS, opens=ACTED, body=bodies.event),
    "POST /api/v1/onboarding": way(REGISTRAR, opens=ACTED, body={"json": document(made(amount("new", 1)))}),
    "GET /api/v1/submissions": way(ALL),
    "GET /api/v1/submissions/{identifier}": way(ALL, identifier="submission"),
    "POST /api/v1/submissions/prepared/{identifier}": way(
        SUBMITTERS, "D", opens=ACTED | {404}, body=bodies.signatures, identifier="prepared"
    ),
    "GET /api/v1/signatures/waiting": way(SUBMIT),
    "POST /api/v1/signatures": way(
        SUBMIT, opens=ACTED, body={"json": {"signatures": [{"sequence": 1, "signature": "0x" + "11" * 65}]}}
    ),
    "OPTIONS /epcis/capture": way(ANYONE, opens={204}),
    "POST /epcis/capture": way(SUBMITTERS, opens=ACTED, body=bodies.event),
    "GET /epcis/capture/{identifier}": way(ALL, identifier="capture"),
    "GET /epcis/events": way(ALL),
    "GET /epcis/events/{event_id:path}": way(ALL, event_id="event"),
}

KEYS = {
    "POST /api/v1/parties/{number}/keys/challenges": way(
        ADMIN, opens=ACTED, body={"json": {"address": "0x" + "4f" * 20}}, number="number"
    ),
    "POST /api/v1/parties/{number}/keys/own": way(
        ADMIN, opens=ACTED | {404}, body=bodies.proof, number="number"
    ),
    "POST /api/v1/parties/{number}/keys/recoveries": way(
        ADMIN, opens=ACTED | {403, 404}, body=bodies.lost, number="number"
    ),
    "GET /api/v1/parties/{number}/keys/recoveries": way(DECIDERS, reach=DECIDERS, number="number"),
    "POST /api/v1/key-recoveries/{identifier}/approval": way(
        DECIDERS, reach=DECIDERS, opens=ACTED | {403}, identifier="recovery"
    ),
    "DELETE /api/v1/key-recoveries/{identifier}": way(
        DECIDERS | SUBMIT, reach=DECIDERS, opens=ACTED, identifier="recovery"
    ),
    "POST /api/v1/parties/{number}/keys/{address}/suspicion": way(
        DECIDERS,
        reach=DECIDERS,
        opens=ACTED,
        body={"json": {"since": "2026-11-23T08:00:00Z"}},
        number="number",
        address="key",
    ),
}

UPLOADS = {
    "POST /api/v1/uploads": way(
        PREPARERS, opens=ACTED | {404}, body=bodies.sheet, query="?kind=harvest&name=a.csv"
    ),
    "GET /api/v1/uploads": way(ALL),
    "GET /api/v1/uploads/{identifier}": way(ALL, identifier="mending"),
    "GET /api/v1/uploads/{identifier}/rows": way(ALL, identifier="mending"),
    "GET /api/v1/uploads/{identifier}/faults": way(ALL, identifier="mending"),
    "PATCH /api/v1/uploads/{identifier}/cells": way(
        PREPARERS, opens=ACTED, body=bodies.cells, identifier="mending"
    ),
    "POST /api/v1/uploads/{identifier}/fixes": way(
        PREPARERS, opens=ACTED, body=bodies.fixes, identifier="mending"
    ),
    "POST /api/v1/uploads/{identifier}/mapping": way(
        PREPARERS, opens=ACTED, body=bodies.mapping, identifier="mending"
    ),
    "POST /api/v1/uploads/{identifier}/choice": way(
        PREPARERS, opens=ACTED, body=bodies.version, identifier="mending"
    ),
    "POST /api/v1/uploads/{identifier}/submit": way(
        SUBMITTERS, opens=ACTED | {403}, body=bodies.root, identifier="ready"
    ),
    "POST /api/v1/uploads/{identifier}/withdraw": way(
        PREPARERS, opens=ACTED, body=bodies.version, identifier="mending"
    ),
    "GET /api/v1/uploads/{identifier}/annotated": way(ALL, identifier="mending"),
    "GET /api/v1/uploads/{identifier}/receipt": way(ALL, identifier="done"),
    "POST /api/v1/uploads/{identifier}/documents/prepare": way(SUBMIT, "D", opens=ACTED, identifier="ready"),
    "POST /api/v1/uploads/{identifier}/documents/submit": way(
        SUBMIT, "D", opens=ACTED | {404}, body=bodies.prepared, identifier="ready"
    ),
    "PUT /api/v1/uploads-wishes": way(ADMIN, opens=ACTED, body={"json": {"fourEyes": True}}),
    "GET /api/v1/templates/{kind}.{ending}": way(ALL, opens={200, 403}),
    "POST /api/v1/files": way(
        WRITERS, opens=ACTED, body={"files": {"file": ("a.pdf", pdf("walk"), "application/pdf")}}
    ),
    "GET /api/v1/files/{hash}": way(KNOWN, hash="file"),
    "GET /api/v1/files/{hash}/proof": way(ANYONE, opens={404}, hash="file"),
}

HANDOVERS = {
    "POST /api/v1/handovers": way(HANDLERS, shows_names=True, opens=ACTED | {404}, body=bodies.offer),
    "GET /api/v1/handovers": way(ALL),
    "POST /api/v1/handovers/prepared": way(HANDLERS, opens={404}, body=bodies.prepared),
    "GET /api/v1/handovers/{identifier}": way(ALL, "AB", identifier="open"),
    "POST /api/v1/handovers/{identifier}/depart": way(
        HANDLERS, "AB", opens=ACTED | {403}, body={"json": {}}, identifier="open"
    ),
    "POST /api/v1/handovers/{identifier}/measurements": way(
        HANDLERS, "AB", opens=ACTED | {403}, body=bodies.measured, identifier="open"
    ),
    "POST /api/v1/handovers/{identifier}/accept": way(
        HANDLERS, "AB", opens=ACTED | {403}, body={"json": {}}, identifier="open"
    ),
    "POST /api/v1/handovers/{identifier}/refuse": way(
        HANDLERS, "AB", opens=ACTED | {403}, body=bodies.refused, identifier="open"
    ),
    "POST /api/v1/handovers/{identifier}/withdraw": way(
        HANDLERS, "AB", opens=ACTED | {403}, body={"json": {}}, identifier="open"
    ),
    "POST /api/v1/handovers/{identifier}/answer": way(
        HANDLERS, "AB", opens=ACTED | {403}, body={"json": {"agrees": True}}, identifier="done"
    ),
    "GET /api/v1/lots/{lot:path}/custody": way(ALL, side="", shows_names=True, lot="lot"),
    "GET /api/v1/lots/{lot:path}/events": way(ALL, side="", shows_names=True, lot="lot"),
    "GET /api/v1/lots/{lot:path}/trace": way(
        ALL, side="", shows_names=True, query="?direction=back", lot="lot"
    ),
    "GET /api/v1/lots/{lot:path}": way(ALL, side="", shows_names=True, lot="lot"),
    "GET /api/v1/lots/{lot:path}/proof": way(ANYONE, side="", opens={200, 404}, shows_names=True, lot="lot"),
}

INSPECTIONS = {
    "POST /api/v1/inspections": way(SUBMIT, shows_names=True, opens=ACTED, body=bodies.inspection),
    "POST /api/v1/test-reports": way(SUBMIT, shows_names=True, opens=ACTED, body=bodies.report),
    "GET /api/v1/inspections": way(ALL),
    "GET /api/v1/test-reports": way(ALL),
    "GET /api/v1/inspections/{number}": way(ALL, number="inspection"),
    "GET /api/v1/test-reports/{number}": way(ALL, number="report"),
    "GET /api/v1/hold-proposals": way(OVERSEERS),
    "POST /api/v1/hold-proposals/{number}/decline": way(
        QC, opens=ACTED, body={"json": {"reason": "walked"}}, reach=QC, number="proposal"
    ),
}

PARTIES = {
    "POST /api/v1/parties": way(
        REGISTRAR,
        opens=ACTED,
        body={"json": {"names": {"en": "E"}, "identifiers": ["urn:example:party:e"], "roles": ["carrier"]}},
    ),
    "GET /api/v1/parties": way(ALL),
    "GET /api/v1/parties/{number}": way(ALL, number="number"),
    "GET /api/v1/parties/{number}/sites": way(ALL, number="number"),
    "POST /api/v1/parties/{number}/sites": way(
        REGISTRAR,
        opens=ACTED,
        body={"json": {"uri": "urn:example:site:e", "names": {"en": "E"}}},
        number="number",
    ),
    "GET /api/v1/parties/{number}/keys": way(ALL, number="number"),
    "POST /api/v1/parties/{number}/keys": way(REGISTRAR, opens=ACTED, body={"json": {}}, number="number"),
    "DELETE /api/v1/parties/{number}/keys/{address}": way(
        REGISTRAR, opens=ACTED | {404}, number="number", address="key"
    ),
    "POST /api/v1/parties/{number}/suspension": way(
        REGISTRAR, opens=ACTED, body={"json": {"suspended": True, "reason": "walk"}}, number="number"
    ),
    "POST /api/v1/parties/{number}/qualification": way(
        REGISTRAR, opens=ACTED, body={"json": {"qualifiedUntil": "2027-01-01T00:00:00Z"}}, number="number"
    ),
    "POST /api/v1/parties/{number}/roles": way(
        REGISTRAR, opens=ACTED, body={"json": {"roles": ["carrier"]}}, number="number"
    ),
    "POST /api/v1/products": way(
        REGISTRAR, opens=ACTED, body={"json": {"names": {"en": "E"}, "uri": "urn:example:product:e"}}
    ),
    "GET /api/v1/products": way(ALL),
}

SENDING = {
    "GET /api/v1/exports/{what}.csv": way(READERS, opens={200, 422}),
    "GET /api/v1/exports/{what}.jsonld": way(READERS, opens={200, 404, 422}),
    "GET /api/v1/webhooks": way(ADMIN),
    "POST /api/v1/webhooks": way(
        ADMIN, opens=ACTED, body={"json": {"name": "x", "url": "https://x.example.com/in"}}
    ),
    "GET /api/v1/webhooks/{endpoint}": way(ADMIN, endpoint="endpoint"),
    "PUT /api/v1/webhooks/{endpoint}": way(
        ADMIN,
        opens=ACTED,
        body={"json": {"name": "x", "url": "https://x.example.com/in"}},
        endpoint="endpoint",
    ),
    "DELETE /api/v1/webhooks/{endpoint}": way(ADMIN, opens=ACTED, endpoint="endpoint"),
    "POST /api/v1/webhooks/{endpoint}/secret": way(ADMIN, opens=ACTED, endpoint="endpoint"),
    "POST /api/v1/webhooks/{endpoint}/ping": way(ADMIN, opens=ACTED, endpoint="endpoint"),
    "GET /api/v1/webhooks/{endpoint}/deliveries": way(ADMIN, endpoint="endpoint"),
    "GET /api/v1/webhook-deliveries/{delivery}": way(ADMIN, delivery="delivery"),
    "POST /api/v1/webhook-deliveries/{delivery}/redelivery": way(ADMIN, opens=ACTED, delivery="delivery"),
    "GET /docs": way(ANYONE),
    "GET /healthz": way(ANYONE),
    "GET /readyz": way(ANYONE, opens={200, 503}),
    "GET /metrics": way(ANYONE),
    "GET /openapi.json": way(ANYONE),
}

#: Keys of the digital link; whoever has a code may read.
LINKS = ("00", "01", "253", "255", "401", "402", "414", "415", "417", "8003", "8004", "8006", "8010", "8013")
PASSPORT = {
    f"{method} /{key}/{{rest:path}}": way(ANYONE, opens={200, 303, 400, 404, 422})
    for key in (*LINKS, "8017", "8018", "qr")
    for method in ("GET", "HEAD")
} | {
    f"{method} /lot/{{rest:path}}": way(ANYONE, side="", shows_names=True, rest="lot")
    for method in ("GET", "HEAD")
}

WAYS = {
    route: each
    for part in (
        SUBMISSIONS,
        KEYS,
        UPLOADS,
        HANDOVERS,
        INSPECTIONS,
        PARTIES,
        QUALIFICATION,
        SIGN_IN,
        PEOPLES,
        SENDING,
        PASSPORT,
    )
    for route, each in part.items()
}
