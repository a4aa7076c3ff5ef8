"""Every page of the portal and every part of one: who may open it, about whose thing, with what posted."""

from __future__ import annotations

from file_samples import pdf
from roles import bodies
from roles.bodies import ACTED
from roles.planted import lot_of
from roles.scopes import ADMIN, HANDLERS, QC, REGISTRAR, SUBMIT
from roles.table import ANYONE, APPLICANTS, OVERSEERS, PEOPLE, way
from suyuan.access.model import Scope

READ = frozenset({Scope.READ})
DRAFT = frozenset({Scope.DRAFT, Scope.SUBMIT})
DESK = frozenset({Scope.REGISTRAR, Scope.DIRECTOR})
#: A form that is right is followed by a page, one that is wrong by itself.
TAKEN = ACTED | {400}


def form(**fields):
    return {"data": fields}


def of_draft(**fields):
    def make(world, side):
        return form(version=str(world.drafts[f"{side}.mending"][0]), take_over="1", **fields)

    return make


def sign_draft(world, side):
    version, root = world.drafts[f"{side}.ready"]
    return form(version=str(version), root=root)


def offered(world, _side):
    return form(
        receiver=str(world.numbers["B"]), take0="1", lot0=lot_of("A"), q0="1", u0="KGM", profile0="NONE"
    )


def examined(world, side):
    return form(kind="inspection", body=bodies.packed(bodies.inspection(world, side)["json"]))


def declined(world, side):
    return {"data": {f"reason-{world.things[f'{side}.proposal']}": "walked"}}


PUBLIC = {
    "GET /": way(ANYONE, opens={200, 303}),
    "GET /find": way(ANYONE, opens={303, 404, 422}, query="?code=x"),
    "GET /portal-static/{marked}/{name}": way(ANYONE, opens={404}),
    "GET /sign-in": way(ANYONE, shows_names=True, opens={200, 303}),
    "POST /sign-in": way(
        ANYONE, shows_names=True, opens={401, 422}, body=form(login="x@example.com", password="x")
    ),
    "GET /sign-in/code": way(ANYONE, opens={200, 303}),
    "POST /sign-in/code": way(ANYONE, opens={303, 401, 422}, body=form(code="000000")),
    "GET /sign-in/company": way(ANYONE, shows_names=True, opens={303, 401, 422}),
    "GET /sign-in/company/{company}": way(ANYONE, opens={404}, shows_names=True),
    "POST /sign-out": way(ANYONE, opens={303}),
    "GET /prove": way(PEOPLE),
    "POST /prove": way(PEOPLE, opens={401, 422}, body=form(password="x")),
    "GET /invitation/{code}": way(ANYONE, side="", tells="A", code="invitation"),
    "POST /invitation/{code}": way(
        ANYONE, side="", opens={422}, tells="A", body=form(password="x", again="x"), code="invitation"
    ),
    "GET /supplier/{rest:path}": way(ANYONE, opens={404}),
    "GET /admin/{rest:path}": way(ANYONE, opens={404}),
}

OWN = {
    "GET /account": way(PEOPLE),
    "POST /account/password": way(
        PEOPLE, opens=TAKEN, body=form(password="a long new password 7", again="a long new password 7")
    ),
    "POST /account/sessions/{session}/end": way(PEOPLE, side="", opens={404}, session="session"),
    "POST /account/codes": way(PEOPLE, opens=TAKEN),
    "POST /account/codes/confirm": way(PEOPLE, opens=TAKEN, body=form(code="000000")),
    "POST /account/codes/off": way(PEOPLE, opens=TAKEN),
    "POST /account/passkeys/remove": way(PEOPLE, opens={404}, body=form(passkey="none")),
}

SUPPLIER = {
    "GET /supplier": way(READ),
    "GET /supplier/live": way(READ, query="?since=0"),
    "GET /supplier/keys": way(READ),
    "POST /supplier/keys/challenge": way(ADMIN, opens=TAKEN, body=form(address="0x" + "4f" * 20)),
    "GET /supplier/keys/proof/{identifier}": way(ADMIN, identifier="challenge"),
    "POST /supplier/keys/proof/{identifier}": way(
        ADMIN, opens=TAKEN, body=form(signature=bodies.SIGNATURE), identifier="challenge"
    ),
    "POST /supplier/keys/suspicion": way(
        ADMIN, opens=TAKEN | {404}, body=form(address="0x" + "4f" * 20, since="2026-11-23T16:00")
    ),
    "POST /supplier/keys/recoveries/{identifier}": way(
        PEOPLE, reach=DESK, opens=TAKEN | {403}, body=form(act="approve"), identifier="recovery"
    ),
    "GET /supplier/signatures": way(READ),
    "POST /supplier/signatures/prepare": way(SUBMIT, opens={200}),
    "GET /supplier/people": way(ADMIN),
    "POST /{desk}/people/invite": way(
        ADMIN, opens=TAKEN, body=form(login="p@walk.example.com", name="P", seats="auditor")
    ),
    "GET /{desk}/people/{account}": way(ADMIN, account="guest"),
    "POST /{desk}/people/{account}/seats": way(
        ADMIN, opens=TAKEN, body=form(seats="auditor"), account="guest"
    ),
    "POST /{desk}/people/{account}/link": way(ADMIN, opens=TAKEN, body=form(recover="0"), account="guest"),
    "POST /{desk}/people/{account}/{act}": way(ADMIN, opens=TAKEN, account="guest"),
    "POST /supplier/systems": way(
        ADMIN, opens=TAKEN, body=form(system="t", until="2027-01-01", scopes="submissions:read")
    ),
    "POST /supplier/systems/{token}/revoke": way(ADMIN, opens=TAKEN, token="token"),
    "GET /supplier/trail": way(OVERSEERS),
    "GET /supplier/trail/file": way(OVERSEERS),
    "GET /supplier/submissions": way(READ),
    "GET /supplier/submissions/{identifier}": way(READ, identifier="submission"),
    "GET /supplier/submissions/{identifier}/receipt.json": way(READ, identifier="submission"),
    "GET /supplier/exports": way(READ),
    "GET /supplier/exports/file": way(READ, query="?what=events"),
}

DRAFTS = {
    "GET /supplier/upload": way(DRAFT),
    "POST /supplier/upload": way(DRAFT, opens=TAKEN, body=form(pasted="product\tlot\n1\t2", kind="harvest")),
    "GET /supplier/templates/{name}": way(READ, opens={200, 404}),
    "GET /supplier/drafts": way(READ),
    "GET /supplier/drafts/{identifier}": way(READ, identifier="mending"),
    "GET /supplier/drafts/{identifier}/progress": way(READ, identifier="mending"),
    "POST /supplier/drafts/{identifier}/cells": way(
        DRAFT,
        opens=TAKEN,
        body=of_draft(**{"cell-1": "5", "at-1": '["csv", 3, "quantity", "x"]'}),
        identifier="mending",
    ),
    "POST /supplier/drafts/{identifier}/fixes": way(
        DRAFT,
        opens=TAKEN,
        body=of_draft(column="quantity", rule="number", value="x", text="5"),
        identifier="mending",
    ),
    "POST /supplier/drafts/{identifier}/mapping": way(
        DRAFT, opens=TAKEN, body=of_draft(**{"column-0": "product"}), identifier="mending"
    ),
    "POST /supplier/drafts/{identifier}/choice": way(
        DRAFT, opens=TAKEN, body=of_draft(), identifier="mending"
    ),
    "POST /supplier/drafts/{identifier}/withdraw": way(
        DRAFT, opens=TAKEN, body=of_draft(), identifier="mending"
    ),
    "POST /supplier/drafts/{identifier}/sign": way(SUBMIT, opens=TAKEN, body=sign_draft, identifier="ready"),
    "GET /supplier/drafts/{identifier}/checked.xlsx": way(READ, identifier="mending"),
    "GET /supplier/drafts/{identifier}/receipt.json": way(READ, identifier="done"),
}

GOODS = {
    "GET /supplier/lots": way(READ),
    "GET /supplier/lots/{lot_id}": way(READ, lot_id="lot_hex"),
    "GET /supplier/lots/{lot_id}/label": way(READ, lot_id="lot_hex"),
    "GET /supplier/handovers": way(READ),
    "GET /supplier/handovers/new": way(HANDLERS),
    "POST /supplier/handovers/new": way(HANDLERS, opens=TAKEN, shows_names=True, body=offered),
    "GET /supplier/handovers/{identifier}": way(READ, "AB", identifier="open"),
    "POST /supplier/handovers/{identifier}/do": way(
        HANDLERS,
        "AB",
        opens=TAKEN | {403},
        body=form(act="withdraw", body=bodies.packed({})),
        identifier="open",
    ),
    "POST /supplier/handovers/{identifier}/prepare": way(
        HANDLERS,
        "AB",
        opens=TAKEN | {403},
        query=f"?act=withdraw&body={bodies.packed({})}",
        identifier="open",
    ),
    "POST /supplier/handovers/{identifier}/check": way(
        HANDLERS, "AB", opens=TAKEN, body=form(a1="480"), identifier="open"
    ),
    "POST /supplier/handovers/{identifier}/answer": way(
        HANDLERS, "AB", opens=TAKEN, body=form(a1="480", act="accept"), identifier="open"
    ),
    "POST /supplier/handovers/{identifier}/dispute": way(
        HANDLERS, "AB", opens=TAKEN, body=form(a1="480"), identifier="done"
    ),
    "GET /supplier/handovers/{identifier}/act": way(HANDLERS, "AB", query="?act=withdraw", identifier="open"),
    "GET /supplier/inspections": way(READ),
    "GET /supplier/inspections/new": way(SUBMIT),
    "POST /supplier/inspections/new": way(SUBMIT, opens=TAKEN, body=form(kind="inspection")),
    "POST /supplier/inspections/do": way(SUBMIT, opens=TAKEN, body=examined),
    "POST /supplier/inspections/prepare": way(
        SUBMIT,
        opens=TAKEN,
        shows_names=True,
        query=f"?kind=inspection&body={bodies.packed(bodies.inspection(None, 'A')['json'])}",
    ),
    "GET /supplier/inspections/{number}": way(READ, number="inspection"),
}

PAPERS = {
    "GET /supplier/documents": way(READ),
    "POST /supplier/documents": way(
        ADMIN,
        opens=TAKEN,
        body={"data": bodies.PAPER, "files": {"file": ("a.pdf", pdf("walked"), "application/pdf")}},
    ),
    "POST /supplier/documents/{document}/consent": way(
        ADMIN, opens=TAKEN, body=form(shown="1"), document="approved"
    ),
    "GET /supplier/webhooks": way(ADMIN),
    "POST /supplier/webhooks": way(ADMIN, opens=TAKEN, body=form(name="x", url="https://x.example.com/in")),
    "GET /supplier/webhooks/{endpoint}": way(ADMIN, endpoint="endpoint"),
    "POST /supplier/webhooks/{endpoint}": way(
        ADMIN, opens=TAKEN, body=form(act="secret"), endpoint="endpoint"
    ),
    "GET /supplier/webhooks/deliveries/{delivery}": way(ADMIN, delivery="delivery"),
    "POST /supplier/webhooks/deliveries/{delivery}": way(ADMIN, opens=TAKEN, delivery="delivery"),
}

APPLYING = {
    "GET /apply": way(ANYONE, opens={200, 303}),
    "POST /apply": way(
        ANYONE,
        opens=TAKEN | {403},
        body=form(login="new@walk.example.com", name="N", password="a long new password 7"),
    ),
    "GET /apply/firm": way(APPLICANTS, opens={200, 303}),
    "POST /apply/firm": way(APPLICANTS, opens=TAKEN, body={"data": {"names-zh": "Z", "creditCode": "1"}}),
    "GET /apply/contact": way(APPLICANTS, opens={200, 303}),
    "POST /apply/contact": way(APPLICANTS, opens=TAKEN, body={"data": {"contact-name": "Z"}}),
    "GET /apply/papers": way(APPLICANTS, opens={200, 303}),
    "POST /apply/papers": way(
        APPLICANTS,
        opens=TAKEN,
        body={"data": bodies.PAPER, "files": {"file": ("a.pdf", pdf("walked"), "application/pdf")}},
    ),
    "POST /apply/papers/{document}/removal": way(
        APPLICANTS, "X", opens=TAKEN, hides={404, 409}, document="paper"
    ),
    "GET /apply/review": way(APPLICANTS, opens={200, 303}),
    "POST /apply/review": way(APPLICANTS, opens=TAKEN),
    "POST /apply/withdrawal": way(APPLICANTS, opens=TAKEN),
}

STAFF = {
    "GET /admin": way(REGISTRAR),
    "GET /admin/keys": way(DESK),
    "POST /admin/keys/{identifier}": way(
        DESK, reach=DESK, opens=TAKEN, body=form(act="approve"), identifier="recovery"
    ),
    "GET /admin/people": way(REGISTRAR),
    "GET /admin/applications": way(REGISTRAR),
    "GET /admin/applications/{application}": way(REGISTRAR, "Y", application="application"),
    "POST /admin/applications/{application}/approval": way(
        REGISTRAR, "Y", opens=TAKEN, application="application"
    ),
    "POST /admin/applications/{application}/questions": way(
        REGISTRAR,
        "Y",
        opens=TAKEN,
        body={"data": {"field-0": "/names", "question-0": "why?"}},
        application="application",
    ),
    "POST /admin/applications/{application}/refusal": way(
        REGISTRAR, "Y", opens=TAKEN, body=form(reason="no"), application="application"
    ),
    "GET /admin/parties": way(REGISTRAR),
    "GET /admin/parties/{number}": way(REGISTRAR, number="number"),
    "POST /admin/parties/{number}/standing": way(
        REGISTRAR, opens=TAKEN, body=form(act="suspend", reason="walk"), number="number"
    ),
    "POST /admin/parties/{number}/documents/{document}": way(
        REGISTRAR, opens=TAKEN, body=form(act="approve"), number="number", document="waiting"
    ),
    "GET /admin/trail": way(REGISTRAR | {Scope.AUDIT}),
    "GET /admin/trail/file": way(REGISTRAR | {Scope.AUDIT}),
    "GET /admin/companies": way(REGISTRAR),
    "POST /admin/companies": way(
        REGISTRAR,
        opens=TAKEN,
        body={
            "data": {"name": "C", "issuer": "https://l.example.com", "client-id": "c", "client-secret": "s"}
        },
    ),
    "POST /admin/companies/{company}/disable": way(REGISTRAR, opens=TAKEN, company="company"),
    "GET /admin/hold-proposals": way(QC),
    "POST /admin/hold-proposals/{number}": way(QC, reach=QC, opens=TAKEN, body=declined, number="proposal"),
}

WAYS = {
    route: each
    for part in (PUBLIC, OWN, SUPPLIER, DRAFTS, GOODS, PAPERS, APPLYING, STAFF)
    for route, each in part.items()
}
