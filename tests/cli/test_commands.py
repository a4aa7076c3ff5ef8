"""The command line by itself: what it says and how it ends, without a running system."""

from __future__ import annotations

import json
import os

import httpx
import pytest
from typer.testing import CliRunner

from suyuan.cli import connection
from suyuan.cli.app import app
from suyuan.cli.exits import Exit

COMMANDS = [
    "up",
    "serve",
    "worker",
    "deploy",
    "audit",
    "db",
    "account",
    "party",
    "key",
    "submit",
    "sign",
    "lot",
    "trace",
    "verify",
    "export",
]


@pytest.fixture
def suyuan(monkeypatch, tmp_path):
    monkeypatch.setenv("SUYUAN_DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    for name in ("SUYUAN_PUBLIC_URL", "SUYUAN_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    before = os.umask(0o022)
    yield lambda *arguments: CliRunner().invoke(app, [str(each) for each in arguments])
    os.umask(before)


@pytest.fixture
def gateway(monkeypatch):
    """Answers in place of a running gateway; returns the requests that came."""
    monkeypatch.setenv("SUYUAN_PUBLIC_URL", "http://gateway.test")
    monkeypatch.setenv("SUYUAN_TOKEN", "token")
    seen = []

    def start(answer):
        def handle(request):
            seen.append(request)
            return answer(request)

        real = httpx.Client
        monkeypatch.setattr(
            connection.httpx,
            "Client",
            lambda **options: real(transport=httpx.MockTransport(handle), **options),
        )
        return seen

    return start


def test_every_command_has_help(suyuan):
    shown = suyuan("--help").output
    for command in COMMANDS:
        assert command in shown
        assert suyuan(command, "--help").exit_code == 0


def test_without_a_running_gateway_one_sentence_says_so(suyuan):
    ended = suyuan("party", "list")
    assert ended.exit_code == Exit.UNREACHABLE
    assert "suyuan up" in ended.output


def test_a_gateway_that_does_not_answer_is_said_in_one_sentence(suyuan, monkeypatch):
    monkeypatch.setenv("SUYUAN_PUBLIC_URL", "http://127.0.0.1:9")
    ended = suyuan("party", "list")
    assert ended.exit_code == Exit.UNREACHABLE
    assert "cannot be reached" in ended.output


def test_all_faults_of_a_document_are_printed_with_what_to_do(suyuan, gateway, tmp_path):
    faults = [
        {"pointer": f"/epcisBody/eventList/{n}", "code": "x.y", "message": f"fault {n}", "fix": f"mend {n}"}
        for n in range(3)
    ]
    problem = {"detail": "3 faults", "code": "document.refused", "errors": faults}
    gateway(lambda _request: httpx.Response(422, json=problem))
    file = tmp_path / "document.json"
    file.write_text("{}")
    ended = suyuan("submit", file)
    assert ended.exit_code == Exit.REFUSED
    for n in range(3):
        assert f"fault {n}" in ended.output
        assert f"mend {n}" in ended.output


@pytest.mark.parametrize(
    ("status", "code"), [(401, Exit.NOT_ALLOWED), (403, Exit.NOT_ALLOWED), (503, Exit.UNREACHABLE)]
)
def test_the_exit_code_says_what_kind_of_trouble_it_is(suyuan, gateway, status, code):
    gateway(lambda _request: httpx.Response(status, json={"detail": "no", "code": "some.code"}))
    assert suyuan("party", "list").exit_code == code


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize("body", [b"<html>", b"[" * 100_000, b"\xff"])
def test_what_answers_no_json_is_no_gateway(suyuan, gateway, status, body):
    gateway(lambda _request: httpx.Response(status, content=body))
    ended = suyuan("party", "list")
    assert ended.exit_code == Exit.UNREACHABLE
    assert isinstance(ended.exception, SystemExit)


def test_a_list_goes_on_where_the_link_says(suyuan, gateway):
    def answer(request):
        party = {
            "number": 1,
            "names": {"zh": "甲"},
            "roles": [],
            "identifiers": ["urn:a:1"],
            "state": "final",
            "suspended": False,
        }
        if "cursor" in str(request.url):
            return httpx.Response(200, json={"parties": [party | {"number": 2}]})
        link = '</api/v1/parties?cursor=abc>; rel="next"'
        return httpx.Response(200, json={"parties": [party]}, headers={"Link": link})

    gateway(answer)
    assert [each["number"] for each in json.loads(suyuan("party", "list", "--json").output)] == [1, 2]


def test_a_document_is_sent_byte_for_byte_and_its_bytes_are_its_key(suyuan, gateway, tmp_path):
    seen = gateway(lambda _request: httpx.Response(202, json={"id": "1", "receipt": {}, "submissions": []}))
    file = tmp_path / "document.json"
    file.write_bytes(b'\xef\xbb\xbf{ "a":1.50 }\n')
    assert suyuan("submit", file, "--as", "7", "--onboard").exit_code == 0
    [request] = seen
    assert request.content == file.read_bytes()
    assert request.url.params["as"] == "7"
    assert request.url.params["onboard"] == "true"
    assert "idempotency-key" not in request.headers


def test_trace_wants_one_direction(suyuan):
    assert suyuan("trace", "urn:a:b", "--back", "--forward").exit_code == Exit.USAGE


def test_something_that_is_no_lot_is_said_before_anything_is_asked(suyuan):
    ended = suyuan("lot", "show", "not a lot")
    assert ended.exit_code == Exit.USAGE


def test_verify_without_anything_to_trust_could_not_check(suyuan, tmp_path):
    bundle = tmp_path / "bundle.json"
    bundle.write_text("{}")
    ended = suyuan("verify", bundle)
    assert ended.exit_code == 2
    assert "--deployment" in ended.output


def test_wrong_settings_are_all_named(suyuan, monkeypatch):
    monkeypatch.setenv("SUYUAN_PORT", "99999")
    monkeypatch.setenv("SUYUAN_CHAIN_URL", "nowhere")
    ended = suyuan("db", "check")
    assert ended.exit_code == Exit.USAGE
    assert "SUYUAN_PORT" in ended.output
    assert "SUYUAN_CHAIN_URL" in ended.output


def test_a_database_without_tables_is_not_up_to_date(suyuan):
    assert suyuan("db", "check").exit_code == Exit.REFUSED
    assert suyuan("db", "upgrade").exit_code == 0
    assert suyuan("db", "check").exit_code == 0
