"""`suyuan account`: the operator's own way in, at the machine itself."""

from __future__ import annotations

import os

import pytest
from typer.testing import CliRunner

from suyuan.access import invitations, trail
from suyuan.access.model import Seat
from suyuan.cli.app import app
from suyuan.kernel.clock import SystemClock


@pytest.fixture
def account(monkeypatch, tmp_path, sqlite_database):
    monkeypatch.setenv("SUYUAN_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SUYUAN_DATABASE_URL", str(sqlite_database.url))
    monkeypatch.setenv("SUYUAN_PUBLIC_URL", "https://trace.example.com")
    monkeypatch.chdir(tmp_path)
    before = os.umask(0o022)
    yield lambda *arguments: CliRunner().invoke(app, ["account", *arguments])
    os.umask(before)


def test_the_first_registrar_comes_in_by_a_link(account, sqlite_database):
    done = account("add", "138 0013 8000", "--seats", "registrar", "--name", "李梅")
    assert done.exit_code == 0, done.output
    code = done.stdout.strip().removeprefix("https://trace.example.com/invitation/")
    with sqlite_database.reading() as conn:
        found = invitations.find(conn, SystemClock(), code)
        assert (found.account.name, found.account.party, found.account.seats) == (
            "李梅",
            None,
            {Seat.REGISTRAR},
        )
        assert [(each["action"], each["kind"]) for each in trail.lines(conn)] == [
            ("account.invited", "operator")
        ]
    listed = account("list")
    assert "+8613800138000" in listed.stdout
    assert "invited" in listed.stdout


@pytest.mark.parametrize(
    ("arguments", "exit_code", "said"),
    [
        (["nobody", "--seats", "registrar"], 1, "neither an e-mail address nor a telephone number"),
        (["a@example.com", "--seats", "king"], 2, "There is no seat 'king'"),
        (["a@example.com", "--seats", "signer"], 1, "signer is a seat of a party"),
        (["a@example.com", "--seats", "admin", "--party", "5"], 3, "5"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(account, arguments, exit_code, said):
    done = account("add", *arguments)
    assert (done.exit_code, said in done.output) == (exit_code, True), done.output


def test_a_login_is_taken_once(account):
    assert account("add", "a@example.com", "--seats", "qc").exit_code == 0
    again = account("add", "A@Example.com", "--seats", "qc")
    assert again.exit_code == 1
    assert "somebody's already" in again.output
