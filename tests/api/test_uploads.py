"""Uploads over HTTP: every way in, and what is refused at the door."""

from __future__ import annotations

import asyncio
import io
import zipfile
from dataclasses import replace

import pytest

from suyuan.access import tokens
from suyuan.access.model import Scope
from suyuan.api.intake import limits_of
from suyuan.config.settings import load
from suyuan.uploads.duty import Desk
from suyuan.uploads.steps import check_next, submit_next
from uploads.desk import row, sheet

SITE = "https://id.gs1.org/414/9520718001904"


@pytest.fixture
def gateway(gateway):
    return replace(gateway, settings=load(env_file=None, data_dir=gateway.settings.data_dir))


@pytest.fixture
def supplier(client, registrar, gateway):
    """Headers of a party's token."""
    party = {
        "names": {"zh": "果园"},
        "identifiers": ["urn:party:1"],
        "roles": ["producer"],
        "sites": [{"uri": SITE, "names": {"zh": "地块"}}],
    }
    assert registrar.post("/api/v1/parties", json=party).status_code == 201
    product = {"gtin": "09520718000013", "names": {"zh": "桃"}}
    assert registrar.post("/api/v1/products", json=product).status_code == 201
    with gateway.database.transaction() as conn:
        secret = tokens.issue(conn, gateway.clock, "ERP", 1, (Scope.SUBMIT, Scope.READ))
    del registrar.headers["Authorization"]
    return {"Authorization": f"Bearer {secret}"}


@pytest.fixture
def clerk(gateway):
    desk = Desk(gateway.database, gateway.clock, limits_of(gateway), gateway.receipt_signer, "clerk")

    def work():
        while check_next(desk) or submit_next(desk):
            pass

    return work


def send(client, supplier, data, name="harvest.csv", **params):
    given = {"name": name, "kind": "harvest"} | params
    return client.post("/api/v1/uploads", content=data, params=given, headers=supplier)


def test_a_sheet_goes_from_upload_to_receipt(client, supplier, clerk):
    rows = [row(number) for number in range(1, 13)]
    rows[4] = row(5, quantity="viel")
    taken = send(client, supplier, sheet(rows))
    assert taken.status_code == 201, taken.text
    where = taken.headers["Location"]
    clerk()
    draft = client.get(where, headers=supplier).json()
    assert (draft["state"], draft["totals"]) == ("needs_fixes", {"ok": 11, "error": 1})
    (group,) = client.get(f"{where}/faults", headers=supplier).json()["items"]
    assert (group["value"], group["rows"], group["row"]) == ("viel", 1, 6)
    (bad,) = client.get(f"{where}/rows?state=error", headers=supplier).json()["items"]
    body = {
        "version": draft["version"],
        "cells": [{"sheet": bad["sheet"], "row": bad["row"], "column": "quantity", "text": "3"}],
    }
    assert client.patch(f"{where}/cells", json=body, headers=supplier).status_code == 200
    late = client.patch(f"{where}/cells", json=body, headers=supplier)
    assert (late.status_code, late.json()["code"]) == (409, "upload.changed")
    assert late.json()["errors"]
    clerk()
    draft = client.get(where, headers=supplier).json()
    assert draft["state"] == "valid", draft
    sign = {"version": draft["version"], "root": draft["root"]}
    wrong = client.post(f"{where}/submit", json=sign | {"root": "0x" + "00" * 32}, headers=supplier)
    assert (wrong.status_code, wrong.json()["code"]) == (409, "upload.root")
    assert client.post(f"{where}/submit", json=sign, headers=supplier).status_code == 202
    clerk()
    assert client.get(where, headers=supplier).json()["state"] == "submitted"
    assert client.get(f"{where}/receipt", headers=supplier).json()["rows"] == 12
    assert client.get(f"{where}/annotated", headers=supplier).content[:2] == b"PK"
    again = send(client, supplier, sheet(rows))
    assert (again.status_code, again.json()["isNew"]) == (200, False)


def test_rows_are_listed_page_by_page(client, supplier, clerk):
    where = send(client, supplier, sheet([row(n) for n in range(1, 703)])).headers["Location"]
    clerk()
    seen, url = [], f"{where}/rows?limit=300"
    while url:
        answer = client.get(url, headers=supplier)
        seen += [each["row"] for each in answer.json()["items"]]
        url = answer.links.get("next", {}).get("url")
    assert seen == list(range(2, 704))


def test_a_form_takes_the_file_too(client, supplier):
    files = {"file": ("采收.csv", sheet([row(1)]), "text/csv")}
    answer = client.post("/api/v1/uploads", files=files, headers=supplier)
    assert answer.status_code == 201, answer.text
    assert answer.json()["file"]["name"] == "采收.csv"


def macro_workbook():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        book.writestr("xl/workbook.xml", "<workbook/>")
        book.writestr("xl/vbaProject.bin", b"macro")
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "refusal"),
    [
        ("rows.xlsx", b"MZ\x90\x00" + bytes(200), (422, "file.kind")),
        ("rows.xlsx", macro_workbook(), (422, "file.active")),
        ("rows.csv", b"", (422, "file.empty")),
        ("", b"a,b", (422, "file.name")),
        ("rows.csv", b"a" * 10_000_001, (413, "file.too-large")),
        ("rows.csv", b"\x00\x01\x02", (422, "file.kind")),
    ],
)
def test_what_is_no_sheet_is_refused_at_the_door(client, supplier, name, data, refusal):
    answer = send(client, supplier, data, name=name)
    assert (answer.status_code, answer.json()["code"]) == refusal, answer.text
    assert client.get("/api/v1/uploads", headers=supplier).json()["items"] == []


def test_a_sender_who_goes_away_in_the_middle_leaves_nothing(client, supplier):
    messages = iter(
        [{"type": "http.request", "body": b"product,lot\n", "more_body": True}, {"type": "http.disconnect"}]
    )
    sent = []

    async def receive():
        return next(messages)

    async def answer(message):
        sent.append(message)

    headers = [(name.lower().encode(), value.encode()) for name, value in supplier.items()]
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/v1/uploads",
        "query_string": b"name=a.csv&kind=harvest",
        "headers": headers,
    }
    asyncio.run(client.app(scope, receive, answer))
    assert not [each for each in sent if each.get("status", 500) < 400]
    assert client.get("/api/v1/uploads", headers=supplier).json()["items"] == []


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_templates_are_there_for_every_kind(client, supplier, ending):
    for kind in ("harvest", "processing", "packing", "dispatch", "receipt", "inspection", "test"):
        answer = client.get(f"/api/v1/templates/{kind}.{ending}", headers=supplier)
        assert answer.status_code == 200
        assert answer.headers["content-disposition"].startswith("attachment")
    assert client.get(f"/api/v1/templates/nothing.{ending}", headers=supplier).status_code == 404
