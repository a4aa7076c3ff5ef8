"""`suyuan key rewrap`: the way to a new master key."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from suyuan.anchoring import heartbeats
from suyuan.cli.app import app
from suyuan.kernel.clock import SystemClock
from suyuan.kernel.ledger import Role
from suyuan.parties.custody import Keyring
from suyuan.parties.model import NewParty
from suyuan.parties.register import register_party
from suyuan.parties.signers import StoredSigners

FORMER, PRESENT = b"\x01" * 32, b"\x02" * 32


@pytest.fixture
def sealed(sqlite_database, monkeypatch, tmp_path):
    """A database with one custodial key under the former master key, and settings with the present one."""
    with sqlite_database.transaction() as conn:
        register_party(
            conn, SystemClock(), Keyring(FORMER), NewParty({"en": "x"}, ("urn:party:1",), Role.PRODUCER)
        )
    monkeypatch.setenv("SUYUAN_DATABASE_URL", sqlite_database.url.render_as_string())
    monkeypatch.setenv("SUYUAN_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SUYUAN_MASTER_KEY", PRESENT.hex())
    return sqlite_database


def run(tmp_path, former):
    path = tmp_path / "former"
    path.write_text(former)
    return CliRunner().invoke(app, ["key", "rewrap", "--former", str(path)])


def test_keys_open_under_the_new_master_key_alone(sealed, tmp_path):
    done = run(tmp_path, FORMER.hex())
    assert done.exit_code == 0, done.output
    assert "1 keys" in done.output
    assert StoredSigners(sealed, Keyring(PRESENT)).sign(1, bytes(32))


@pytest.mark.parametrize("former", ["", "nonsense", "03" * 32])
def test_a_wrong_former_key_changes_nothing(sealed, tmp_path, former):
    assert run(tmp_path, former).exit_code != 0
    assert StoredSigners(sealed, Keyring(FORMER)).sign(1, bytes(32))


def test_beside_a_running_worker_nothing_is_sealed_anew(sealed, tmp_path):
    with sealed.transaction() as conn:
        heartbeats.beat(conn, SystemClock(), "worker", {})
    done = run(tmp_path, FORMER.hex())
    assert done.exit_code != 0
    assert "A worker or clerk spoke" in done.output
    assert StoredSigners(sealed, Keyring(FORMER)).sign(1, bytes(32))
