"""`suyuan verify` as people see it: a node and a page on this machine, answers as the contracts gave them."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console
from typer.testing import CliRunner

from fakes.recorded_rpc import Recorded
from suyuan.cli import verify as command
from suyuan.cli.app import app
from suyuan.cli.verdict import plain, show_report
from suyuan.kernel.clock import FixedClock
from suyuan.verify import Check, NodeRefused, Outcome, Report, Unreachable

VECTORS = json.loads(Path(__file__).parents[1].joinpath("vectors", "bundle.json").read_text("ascii"))
CASES = {case["name"]: case for case in (*VECTORS["valid"], *VECTORS["broken"])}


def bundle(name):
    edits = CASES[name]["edits"]
    return VECTORS["bundle"].replace(*edits, 1) if edits else VECTORS["bundle"]


class Machine(BaseHTTPRequestHandler):
    """A node at POST; a page at GET."""

    node = Recorded(VECTORS["answers"])
    page = b""
    status = 200

    def do_GET(self):
        self.answer(type(self).page)

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = {"jsonrpc": "2.0", "id": asked["id"]}
        try:
            answer["result"] = self.node.ask(asked["method"], asked["params"])
        except (NodeRefused, Unreachable) as refusal:
            answer["error"] = {"code": -32000, "message": str(refusal)}
        self.answer(json.dumps(answer).encode())

    def answer(self, body):
        self.send_response(type(self).status if self.command == "GET" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def machine():
    handler = type("Here", (Machine,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    handler.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield handler
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def trusted(tmp_path):
    folder = tmp_path / "trusted"
    folder.mkdir()
    trust = VECTORS["trust"]
    folder.joinpath("chain.json").write_text(json.dumps({"chainId": trust["chainId"]}))
    for name, address in trust["contracts"].items():
        found = {
            "address": address, "block": trust["firstBlock"], "runtimeCodeHash": trust["codeHashes"][name],
        }  # fmt: skip
        folder.joinpath(f"{name}.json").write_text(json.dumps(found))
    return folder


@pytest.fixture
def suyuan(monkeypatch, tmp_path, trusted, machine):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("SUYUAN_DATA_DIR", str(tmp_path))

    def run(what, *more, node=None):
        arguments = ["verify", str(what), "--rpc", node or machine.url, "--deployment", str(trusted), *more]
        return CliRunner().invoke(app, arguments)

    return run


def saved(tmp_path, name):
    file = tmp_path / "bundle.json"
    file.write_text(bundle(name), "utf-8")
    return file


def test_a_valid_bundle_is_told_calmly_with_chinese_names_whole(suyuan, tmp_path):
    ended = suyuan(saved(tmp_path, "as served"))
    assert ended.exit_code == 0
    assert "清湖牧场 (2), 华东食品检测中心 (1), 晨光生鲜 (1)" in ended.output
    assert "安吉散养鸡蛋 30 枚装" in ended.output
    assert "The bundle checks out: 4 entries, complete up to" in ended.output
    assert "FAIL" not in ended.output
    lines = ended.output.splitlines()
    assert max(map(cell_len, lines)) <= 80
    assert len(lines) < 30


def test_a_tampered_bundle_says_last_what_is_wrong(suyuan, tmp_path):
    ended = suyuan(saved(tmp_path, "a party renamed"))
    assert ended.exit_code == 1
    assert "party 1 别家牧场: is not the profile on chain" in ended.output
    *_, wrong, empty, verdict = ended.output.splitlines()
    assert wrong.startswith("FAIL")
    assert not empty
    assert "does not check out: 1 of 31 checks failed" in verdict


def test_a_node_that_is_silent_leaves_it_open(suyuan, tmp_path):
    ended = suyuan(saved(tmp_path, "as served"), node="http://127.0.0.1:9")
    assert ended.exit_code == 2
    assert "UNREACHABLE" in ended.output
    assert "could not be checked: the node did not answer" in ended.output
    assert "Traceback" not in ended.output


def test_what_is_no_bundle_is_said_to_be_none(suyuan, tmp_path):
    file = tmp_path / "bundle.json"
    file.write_text("[" * 100_000)
    ended = suyuan(file)
    assert ended.exit_code == 1
    assert "no bundle that can be checked" in ended.output


OLDER = "an older state, in a file"
ANOTHER = CASES["as served, where another lot was asked for"]["expectedLot"]


def at(monkeypatch, seconds):
    moment = datetime.fromtimestamp(seconds, UTC)
    monkeypatch.setattr(command, "SystemClock", lambda: FixedClock(moment))


def test_an_old_file_is_valid_as_of_its_time(suyuan, tmp_path):
    ended = suyuan(saved(tmp_path, OLDER))
    assert ended.exit_code == 0
    assert "1 newer entry exists" in " ".join(ended.output.split())
    assert "checks out as of 20" in ended.output


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case["fetchedAt"] is not None])
def test_a_live_page_is_judged_by_when_it_was_asked(suyuan, machine, monkeypatch, name):
    machine.page = bundle(name).encode()
    at(monkeypatch, CASES[name]["fetchedAt"])
    lot = {None: "x", ANOTHER: "01/06901234567892/10/M2611-08"}
    path = lot.get(CASES[name]["expectedLot"], "01/06901234567892/10/M2611-07")
    ended = suyuan(f"{machine.url}/{path}")
    assert ended.exit_code == CASES[name]["exitCode"]
    assert ("the page hides 1 entry" in ended.output) is ("complete" in CASES[name]["failed"])


def test_a_lot_of_the_running_gateway_is_a_live_page_too(suyuan, machine, monkeypatch):
    monkeypatch.setenv("SUYUAN_PUBLIC_URL", machine.url)
    machine.page = bundle(OLDER).encode()
    at(monkeypatch, json.loads(VECTORS["bundle"])["asOf"]["time"] + timedelta(hours=2).total_seconds())
    ended = suyuan("06901234567892/M2611-07")
    assert ended.exit_code == 1
    assert "the page hides 1 entry" in ended.output


def test_a_clean_bundle_of_another_lot_is_no_answer(suyuan, machine, monkeypatch):
    monkeypatch.setenv("SUYUAN_PUBLIC_URL", machine.url)
    machine.page = bundle("as served").encode()
    at(monkeypatch, CASES["as served, fetched at once"]["fetchedAt"])
    assert suyuan("06901234567892/M2611-07").exit_code == 0
    ended = suyuan("06901234567892/M2611-08")
    assert ended.exit_code == 1
    assert "another lot than was asked for" in " ".join(ended.output.split())


def test_an_address_that_names_no_lot_says_whose_bundle_came(suyuan, machine, monkeypatch):
    machine.page = bundle("as served").encode()
    at(monkeypatch, CASES["as served, fetched at once"]["fetchedAt"])
    ended = suyuan(f"{machine.url}/latest.json")
    assert ended.exit_code == 0
    assert "the address names no lot; the bundle speaks of https://id.gs1.org/" in " ".join(
        ended.output.split()
    )
    assert "but see PARTIAL above" in " ".join(ended.output.split())


@pytest.mark.parametrize("body", [b"[" * 100_000, b"{}", b"\xff", b'{"detail": "gone \\u001b[2J [b]"}'])
def test_a_page_that_refuses_is_one_sentence_whatever_it_says(suyuan, machine, body):
    machine.page, machine.status = body, 503
    ended = suyuan(f"{machine.url}/x")
    assert ended.exit_code == 2
    assert "The bundle cannot be fetched" in ended.output
    assert "\x1b" not in ended.output
    assert isinstance(ended.exception, SystemExit)


def test_the_report_as_json_is_the_report_alone(suyuan, tmp_path):
    report = json.loads(suyuan(saved(tmp_path, OLDER), "--json").output)
    assert report["exitCode"] == 0
    assert report["counts"]["PARTIAL"] == 1


def test_a_bundle_cannot_give_orders_to_the_terminal():
    told = json.loads(VECTORS["bundle"])
    told["parties"][0]["profile"]["names"]["zh"] = "坏\x1b[2J\x07\u202e[bold]名"
    check = Check("lot", Outcome.FAIL, "odd \x1b]0;title\x07", "entry 0")
    out = StringIO()
    console = Console(file=out, width=80, force_terminal=True, color_system=None, highlight=False)
    show_report(Report((check,)), json.dumps(told).encode(), console)
    assert "坏\N{REPLACEMENT CHARACTER}[2J" in out.getvalue()
    assert "[bold]名" in out.getvalue()
    assert not {"\x07", "\u202e"} & set(out.getvalue())
    assert "\x1b]" not in out.getvalue()
    assert "\x1b[2J" not in out.getvalue()
    assert plain("清湖 farm №1") == "清湖 farm №1"
