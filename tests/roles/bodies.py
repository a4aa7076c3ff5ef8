"""What goes with requests of the walk, such that whoever may act does act: (world, side) -> for httpx."""

from __future__ import annotations

import base64
import json

from file_samples import pdf
from journal_world import amount, document, made
from roles import planted
from uploads.desk import row
from uploads.desk import sheet as csv_of

#: Acting had its effect, or was refused for a reason of the thing's own.
ACTED = frozenset({200, 201, 202, 204, 303, 409, 422})
SIGNATURE = "0x" + "11" * 65


def event(_world, _side):
    return {"json": document(made(amount("urn:example:lot:walked", 1)))}


def signatures(world, _side):
    return {"json": {"signatures": world.signatures}}


def proof(world, side):
    return {"json": {"challenge": world.things[f"{side}.challenge"], "signature": SIGNATURE}}


def lost(world, side):
    return {"json": proof(world, side)["json"] | {"reason": "lost"}}


def sheet(world, side):
    rows = [row(77, site=planted.site_of(side))]
    return {"content": csv_of(rows), "headers": {"Content-Type": "text/csv"}}


def version(world, side):
    return {"json": {"version": world.drafts[f"{side}.mending"][0], "takeOver": True}}


def root(world, side):
    number, found = world.drafts[f"{side}.ready"]
    return {"json": {"version": number, "root": found}}


def cells(world, side):
    cell = {"sheet": "csv", "row": 3, "column": "quantity", "text": "5"}
    return {"json": version(world, side)["json"] | {"cells": [cell]}}


def fixes(world, side):
    fix = {"column": "quantity", "rule": "number", "value": f"viel {planted.WORDS[side]}", "text": "5"}
    return {"json": version(world, side)["json"] | fix}


def mapping(world, side):
    return {"json": version(world, side)["json"] | {"takeOver": True, "columns": {"0": "product"}}}


def prepared(_world, _side):
    return {"json": {"prepared": "0" * 36, "signatures": [SIGNATURE]}}


def offer(world, _side):
    line = {"lot": planted.lot_of("A"), "quantity": "1", "uom": "KGM", "profile": "NONE"}
    return {"json": {"receiver": str(world.numbers["B"]), "lines": [line]}}


def measured(_world, _side):
    measurement = {"line": 1, "packs": 1}
    return {"json": {"measurements": [measurement]}}


def refused(_world, _side):
    return {"json": {"reason": "too_warm", "evidence": ["0x" + "ab" * 32]}}


def _examined(number):
    item = {"item": "look", "result": "good", "verdict": "pass"}
    return {"number": number, "verdict": "pass", "items": [item]}


def inspection(_world, _side):
    record = _examined("I-1") | {"stage": "receiving"}
    return {"json": {"lot": planted.lot_of("A"), "inspection": record}}


def report(_world, _side):
    sample = {"name": "S", "takenOn": "2026-11-01"}
    record = _examined("T-1") | {"issued": "2026-11-02", "sample": sample}
    return {"json": {"lot": planted.lot_of("A"), "testReport": record}}


def applying(_world, _side):
    told = {"login": "new@walk.example.com", "name": "N", "password": "a long new password 7"}
    return {"json": told}


PAPER = {
    "kind": "haccp",
    "number": "H-1",
    "issuer": "I",
    "validFrom": "2026-01-01",
    "validUntil": "2027-01-01",
}


def paper(_world, _side):
    return {"data": PAPER, "files": {"file": ("a.pdf", pdf("walked"), "application/pdf")}}


def person(_world, _side):
    return {"json": {"login": "walked@walk.example.com", "name": "P", "seats": ["auditor"]}}


def company(world, side):
    told = {"name": "C", "issuer": "https://login.example.com", "clientId": "c", "clientSecret": "s"}
    return {"json": told | {"party": world.numbers[side]}}


def token(_world, _side):
    return {"json": {"name": "t", "scopes": ["submissions:read"], "expiresAt": "2027-01-01T00:00:00Z"}}


def packed(told):
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode()
