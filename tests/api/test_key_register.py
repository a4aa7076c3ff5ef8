"""`suyuan key register` against the routes themselves: a text, a signature, a key."""

from __future__ import annotations

import json
import os

import pytest
from typer.testing import CliRunner

from own_keys import address, secret
from suyuan.access import tokens
from suyuan.access.model import Scope
from suyuan.adapters.keystore import write_keystore
from suyuan.cli import connection
from suyuan.cli.app import app
from suyuan.cli.register import not_about

PHRASE = "correct horse"


@pytest.fixture
def party(registrar):
    body = {"names": {"en": "own"}, "identifiers": ["urn:example:party:own"], "roles": ["producer"]}
    return registrar.post("/api/v1/parties", json=body).json()["number"]


@pytest.fixture
def token(gateway, party):
    with gateway.database.transaction() as conn:
        return tokens.issue(conn, gateway.clock, "erp", party, (Scope.READ, Scope.PARTY_ADMIN))


@pytest.fixture
def key(client, token, tmp_path, monkeypatch):
    """Runs `suyuan key …` as the party's own system; files 5.json and 6.json hold keys."""
    monkeypatch.setenv("SUYUAN_PUBLIC_URL", "http://testserver")
    monkeypatch.setenv("SUYUAN_TOKEN", token)
    real = connection.httpx.Client
    monkeypatch.setattr(
        connection.httpx, "Client", lambda **options: real(transport=client._transport, **options)
    )
    (tmp_path / "phrase").write_text(PHRASE)
    for number in (5, 6):
        write_keystore(tmp_path / f"{number}.json", secret(number), PHRASE)
    before = os.umask(0o022)

    def run(*arguments, **files):
        given = ["--passphrase-file", tmp_path / "phrase"]
        given += [part for name, file in files.items() for part in (f"--{name}", tmp_path / file)]
        return CliRunner().invoke(app, ["key", *(str(each) for each in (*arguments, *given))])

    yield run
    os.umask(before)


def test_the_holder_registers_his_key_by_a_signed_text(key, registrar, party):
    done = key("register", "--yes", "--json", keystore="5.json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert (found["party"], found["address"], found["custodial"]) == (party, address(5), False)
    listed = registrar.get(f"/api/v1/parties/{party}/keys").json()["keys"]
    assert address(5) in [each["address"] for each in listed]


def test_a_party_with_an_own_key_says_yes_with_that_one(key, registrar, gateway, tmp_path, monkeypatch):
    body = {"names": {"en": "two"}, "identifiers": ["urn:example:party:two"], "roles": ["producer"]}
    two = registrar.post("/api/v1/parties", json=body | {"keyAddress": address(5)}).json()["number"]
    with gateway.database.transaction() as conn:
        scopes = (Scope.READ, Scope.PARTY_ADMIN)
        monkeypatch.setenv("SUYUAN_TOKEN", tokens.issue(conn, gateway.clock, "two", two, scopes))
    refused = key("register", "--yes", keystore="6.json")
    assert (refused.exit_code, "key.approval-needed" in refused.output) == (1, True)
    phrase = ("--present-passphrase-file", tmp_path / "phrase")
    done = key("register", "--yes", *phrase, keystore="6.json", present="5.json")
    assert done.exit_code == 0, done.output


def test_without_a_yes_nothing_is_registered(key, registrar, party):
    done = key("register", keystore="5.json")
    assert done.exit_code == 1
    assert f"party: {party} own" in done.output  # the text was shown
    listed = registrar.get(f"/api/v1/parties/{party}/keys").json()["keys"]
    assert address(5) not in [each["address"] for each in listed]


def test_a_new_key_file_says_what_comes_next(key, tmp_path):
    done = key("new", keystore="new.json")
    assert "suyuan key register --keystore" in done.output


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("party: 7 own", "party: 8 own"),
        (address(5), address(6)),
        ("Register a signing key", "Give everything away"),
        ("nonce: abc", "nonce: abd"),
        ("Suyuan\n", "Suyuan\nand more\n"),
    ],
)
def test_a_text_about_anything_else_is_not_signed(old, new):
    message = (
        "溯源 Suyuan\n登记签名密钥 / Register a signing key\n单位 party: 7 own\n"
        f"地址 address: {address(5)}\n链 chain: 31337\n账本 ledger: 0x{'22' * 20}\n"
        "一次性编号 nonce: abc\n有效至 valid until: 2026-11-23T10:00:00+00:00"
    )
    asked = {"id": "abc", "message": message}
    assert not_about(asked, 7, address(5)) is None
    assert message != message.replace(old, new)
    assert not_about({"id": "abc", "message": message.replace(old, new)}, 7, address(5))
