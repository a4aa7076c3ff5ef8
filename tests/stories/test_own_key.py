"""A party with its own key signs by `suyuan sign`: its lots become final, and we never have the key."""

from __future__ import annotations

import re
from urllib.parse import quote

import pysqlite3
import pytest

from journal_world import amount, as_bytes, document, lot, made, shipped
from stories.running import RunningSystem, free_port
from suyuan.adapters.keystore import read_keystore

pytestmark = [pytest.mark.slow, pytest.mark.node]

PASSPHRASE = "a quiet orchard\n"


@pytest.fixture(scope="module")
def system(tmp_path_factory):
    found = RunningSystem(tmp_path_factory.mktemp("own"), free_port())
    found.up("--empty")
    yield found
    found.down()


@pytest.fixture(scope="module")
def keystore(system, tmp_path_factory):
    folder = tmp_path_factory.mktemp("elsewhere")
    (folder / "passphrase").write_text(PASSPHRASE)
    shown = system.suyuan(
        "key", "new", "--keystore", folder / "key.json", "--passphrase-file", folder / "passphrase"
    )
    assert (folder / "key.json").stat().st_mode & 0o077 == 0
    return folder, re.search(r"0x[0-9a-fA-F]{40}", shown)[0]


@pytest.fixture(scope="module")
def party(system, keystore):
    _, address = keystore
    options = ["--role", "producer", "--zh", "自持果园", "--key", address, "--json"]
    return system.json("party", "add", "urn:example:party:own", *options)["number"]


@pytest.fixture(scope="module")
def signed(system, keystore, party, tmp_path_factory):
    folder, _ = keystore
    goods = [amount(f"own-{number}", 10) for number in range(160)]  # two parts
    event = made(*goods, **{"suyuan:confidential": ["/quantityList/0/quantity"]})
    (folder / "harvest.json").write_bytes(as_bytes(document(event)))
    options = ["--passphrase-file", folder / "passphrase", "--as", party, "--yes", "--wait", "--json"]
    return system.json("sign", folder / "harvest.json", "--keystore", folder / "key.json", *options)


def test_what_is_signed_here_becomes_final_with_a_receipt(signed, party):
    (submission,) = signed["submissions"]
    assert submission["state"] == "final"
    assert submission["entries"] == 160
    assert signed["receipt"]["party"] == party


def test_anybody_can_check_the_lot_against_the_chain(system, signed):
    assert system.json("verify", lot("own-7"), "--json")["exitCode"] == 0


def test_neither_database_nor_files_hold_a_key_of_the_party(system, signed, keystore, party):
    folder, _ = keystore
    secret = read_keystore(folder / "key.json", PASSPHRASE.strip())
    conn = pysqlite3.connect(f"file:{system.data / 'suyuan.db'}?mode=ro", uri=True)
    try:
        rows = conn.execute(
            "SELECT custodial, sealed, master FROM parties_keys WHERE party = ?", (party,)
        ).fetchall()
        assert rows == [(0, None, None)]
        tables = [name for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            for row in conn.execute(f'SELECT * FROM "{table}"'):
                assert not any(holds(value, secret) for value in row), table
    finally:
        conn.close()
    for file in system.data.rglob("*"):
        if file.is_file():
            assert not holds(file.read_bytes(), secret), file


def holds(value, secret):
    raw = value.encode() if isinstance(value, str) else value
    return isinstance(raw, bytes) and (secret in raw or secret.hex().encode() in raw.lower())


def test_without_its_signature_nothing_is_taken_in_for_it(system, party, keystore):
    folder, _ = keystore
    (folder / "more.json").write_bytes(as_bytes(document(shipped("own", amount("own-3", 1), day=2))))
    system.suyuan("submit", folder / "more.json", "--as", party, code=1)
    assert system.json("submit", folder / "more.json", "--as", party, "--dry-run", "--json")["id"] is None


def test_another_key_signs_nothing_for_it(system, party, signed, tmp_path):
    (tmp_path / "passphrase").write_text("other")
    options = ["--keystore", tmp_path / "key.json", "--passphrase-file", tmp_path / "passphrase"]
    system.suyuan("key", "new", *options)
    (tmp_path / "more.json").write_bytes(as_bytes(document(made(amount("own-other", 1), day=2))))
    system.suyuan("sign", tmp_path / "more.json", *options, "--as", party, "--yes", code=1)
    for name, status in (("own-other", 404), ("own-7", 200)):
        assert system.get(f"/lot/{quote(lot(name), safe='')}").status_code == status
