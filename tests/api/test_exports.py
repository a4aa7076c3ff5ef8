"""Exports over HTTP and on the command line."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from suyuan.access import tokens
from suyuan.access.model import Scope
from suyuan.cli import connection
from suyuan.cli.app import app

LOT = "https://id.gs1.org/01/06901234567892/10/EXPORT"
DOCUMENT = {
    "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
    "type": "EPCISDocument",
    "schemaVersion": "2.0",
    "creationDate": "2026-11-01T08:00:00Z",
    "epcisBody": {
        "eventList": [
            {
                "type": "ObjectEvent",
                "action": "ADD",
                "bizStep": "commissioning",
                "eventTime": "2026-11-01T08:00:00Z",
                "eventTimeZoneOffset": "+08:00",
                "quantityList": [{"epcClass": LOT, "quantity": 12, "uom": "KGM"}],
            }
        ]
    },
}


@pytest.fixture
def callers(gateway, registrar):
    """Headers of parties 1 and 2, of an auditor and of the registrar, after party 1 has told of a lot."""
    for number in (1, 2):
        party = {"names": {"en": "x"}, "identifiers": [f"urn:party:{number}"], "roles": ["producer"]}
        assert registrar.post("/api/v1/parties", json=party).status_code == 201
    made = {}
    with gateway.database.transaction() as conn:
        for who, party, scopes in (
            ("one", 1, (Scope.SUBMIT, Scope.READ)),
            ("two", 2, (Scope.READ,)),
            ("auditor", None, (Scope.AUDIT,)),
        ):
            made[who] = tokens.issue(conn, gateway.clock, who, party, scopes)
    del registrar.headers["Authorization"]
    headers = {who: {"Authorization": f"Bearer {secret}"} for who, secret in made.items()}
    assert registrar.post("/api/v1/submissions", json=DOCUMENT, headers=headers["one"]).status_code == 202
    return headers


def test_a_party_gets_its_own_and_no_other(client, callers):
    own = client.get("/api/v1/exports/events.csv", headers=callers["one"])
    assert own.headers["content-type"] == "text/csv; charset=utf-8"
    assert own.headers["content-disposition"] == 'attachment; filename="events.csv"'
    assert own.content.startswith(b"\xef\xbb\xbfeventID,")
    assert LOT in own.text
    foreign = client.get("/api/v1/exports/events.csv?bom=false", headers=callers["two"])
    assert foreign.content.startswith(b"eventID,")
    assert LOT not in foreign.text
    stolen = client.get("/api/v1/exports/events.csv?party=1", headers=callers["two"])
    assert (stolen.status_code, stolen.json()["code"]) == (403, "party.not_yours")


def test_the_document_can_be_told_again(client, callers):
    found = client.get("/api/v1/exports/events.jsonld", headers=callers["one"])
    assert found.headers["content-type"] == "application/ld+json"
    again = client.post("/api/v1/submissions", content=found.content, headers=callers["one"]).json()
    assert again["submissions"][0]["repeated"] == 1


def test_the_auditor_names_the_party(client, callers):
    assert client.get("/api/v1/exports/lots.csv", headers=callers["auditor"]).status_code == 422
    assert LOT in client.get("/api/v1/exports/lots.csv?party=1", headers=callers["auditor"]).text


@pytest.mark.parametrize("name", ["prices.csv", "lots.jsonld", "Events.csv"])
def test_what_is_not_exported_is_not_found(client, callers, name):
    answer = client.get(f"/api/v1/exports/{name}", headers=callers["one"])
    assert (answer.status_code, answer.json()["code"]) == (404, "export.unknown")


def test_a_filter_that_is_none_is_refused(client, callers):
    answer = client.get("/api/v1/exports/events.csv?from=gestern&lot=x%20y", headers=callers["one"])
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/from", "/lot"]


@pytest.fixture
def suyuan(client, callers, monkeypatch, tmp_path):
    monkeypatch.setenv("SUYUAN_PUBLIC_URL", "http://gateway.test")
    monkeypatch.setenv("SUYUAN_TOKEN", callers["one"]["Authorization"].removeprefix("Bearer "))

    def through(**options):
        client.headers.update(options["headers"])
        return client

    monkeypatch.setattr(connection.httpx, "Client", through)
    return lambda *arguments: CliRunner().invoke(app, [str(each) for each in arguments])


def test_the_command_writes_a_whole_file(suyuan, tmp_path):
    out = tmp_path / "events.jsonld"
    done = suyuan("export", "epcis", "--out", out, "--from", "2026-11-01")
    assert done.exit_code == 0, done.output
    assert len(json.loads(out.read_text("utf-8"))["epcisBody"]["eventList"]) == 1
    assert [each.name for each in tmp_path.iterdir() if each.name.endswith(".part")] == []


def test_the_command_writes_tables_to_the_terminal(suyuan):
    done = suyuan("export", "csv", "lots", "--no-bom")
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[1].startswith(LOT)


def test_the_command_says_what_is_wrong_and_leaves_no_file(suyuan, tmp_path):
    out = tmp_path / "x.csv"
    done = suyuan("export", "csv", "prices", "--out", out)
    assert done.exit_code != 0
    assert "export.unknown" in done.output
    assert not out.exists()
