"""`suyuan submit` of a sheet: faults as a table, a receipt at the end."""

from __future__ import annotations

import json

import httpx
import pytest
from typer.testing import CliRunner

from suyuan.cli import connection
from suyuan.cli.app import app
from suyuan.cli.exits import Exit

DRAFT = {
    "id": "0190",
    "isNew": True,
    "state": "checking",
    "version": 1,
    "rows": 3,
    "totals": {"ok": 2, "error": 1},
    "progress": {"done": 0, "total": 3},
    "trouble": None,
    "remainder": None,
    "root": "0x" + "ab" * 32,
    "manifest": {"rows": 3, "left": 0},
}
FAULT = {
    "rows": 7,
    "sheet": "采收",
    "letter": "C",
    "row": 5,
    "column": "quantity",
    "value": "viel",
    "message": "no number",
    "fix": "write a number",
}


@pytest.fixture
def submit(monkeypatch, tmp_path):
    """Runs the command on a sheet; `states` are what the gateway says one after another."""
    monkeypatch.setenv("SUYUAN_PUBLIC_URL", "http://gateway.test")
    monkeypatch.setenv("SUYUAN_TOKEN", "token")
    monkeypatch.setattr("suyuan.cli.sheets.POLL_SECONDS", 0)
    file = tmp_path / "rows.csv"
    file.write_text("product,lot\n")
    asked = []

    def run(states, *options):
        left = iter(states)

        def answer(request):
            path = request.url.path
            asked.append((request.method, path, request.content))
            if path.endswith("/faults"):
                return httpx.Response(200, json={"items": [FAULT]})
            if path.endswith("/receipt"):
                return httpx.Response(200, json={"documents": [{"submissions": [{"id": "s1"}]}]})
            return httpx.Response(200, json=DRAFT | {"state": next(left)})

        real = httpx.Client
        transport = httpx.MockTransport(answer)
        monkeypatch.setattr(connection.httpx, "Client", lambda **given: real(transport=transport, **given))
        ended = CliRunner().invoke(app, ["submit", str(file), "--kind", "harvest", *options])
        return ended, asked

    return run


def test_a_good_sheet_is_signed_by_its_root_and_gives_a_receipt(submit):
    ended, asked = submit(["uploaded", "checking", "valid", "signed", "submitting", "submitted"], "--json")
    assert ended.exit_code == 0, ended.output
    assert json.loads(ended.output)["submissions"] == [{"id": "s1"}]
    (signed,) = [content for method, path, content in asked if path.endswith("/submit")]
    assert json.loads(signed) == {"version": 1, "root": DRAFT["root"]}


def test_faults_are_a_table_and_nothing_is_submitted(submit):
    ended, asked = submit(["uploaded", "needs_fixes"])
    assert ended.exit_code == Exit.REFUSED
    for text in ("7", "采收 C5", "quantity", "viel", "no number", "write a number"):
        assert text in ended.output
    assert not [path for method, path, _ in asked if path.endswith(("/submit", "/choice"))]


def test_the_good_rows_go_in_only_when_that_was_asked_for(submit):
    states = ["uploaded", "needs_fixes", "preparing", "valid", "signed", "submitted"]
    ended, asked = submit(states, "--only-good")
    assert ended.exit_code == 0, ended.output
    assert [path for method, path, _ in asked if method == "POST"][1:] == [
        "/api/v1/uploads/0190/choice",
        "/api/v1/uploads/0190/submit",
    ]


def test_a_dry_run_signs_nothing(submit):
    ended, asked = submit(["uploaded", "valid"], "--dry-run")
    assert ended.exit_code == 0, ended.output
    assert len([path for method, path, _ in asked if method == "POST"]) == 1
