from __future__ import annotations

import stat
import threading

import pytest

from suyuan.config import load, load_keys
from suyuan.config.settings import Settings


@pytest.fixture
def local(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return load(env_file=None, data_dir=tmp_path / "var")


def test_a_local_chain_makes_its_keys_once(local):
    first = load_keys(local)
    assert len({first.master, first.relayer, first.receipt}) == 3
    assert load_keys(local) == first


def test_made_keys_are_for_the_owner_alone(local):
    load_keys(local)
    folder = local.data_dir / "keys"
    assert sorted(path.name for path in folder.iterdir()) == ["master", "receipt", "relayer"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_processes_that_start_together_agree_on_the_keys(local):
    found = []
    threads = [threading.Thread(target=lambda: found.append(load_keys(local))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({(keys.master, keys.relayer, keys.receipt) for keys in found}) == 1


def test_given_keys_are_used_as_given(local, tmp_path):
    (tmp_path / "relayer").write_text("22" * 32)
    settings = load(
        env_file=None, data_dir=local.data_dir, master_key="11" * 32, relayer_key_file=tmp_path / "relayer"
    )
    keys = load_keys(settings)
    assert (keys.master, keys.relayer) == (b"\x11" * 32, b"\x22" * 32)


def test_a_damaged_key_file_is_never_replaced(local):
    load_keys(local)
    path = local.data_dir / "keys" / "master"
    path.write_text("")
    with pytest.raises(ValueError, match="whose content"):
        load_keys(local)
    assert path.read_text() == ""


def test_nothing_is_made_for_a_foreign_chain(tmp_path):
    settings = Settings.model_construct(
        chain_url="https://node.example", data_dir=tmp_path, master_key=None, master_key_file=None
    )
    with pytest.raises(ValueError, match="master key is not given"):
        load_keys(settings)


def test_keys_do_not_show_in_logs(local):
    keys = load_keys(local)
    assert keys.master.hex() not in repr(keys)
    assert repr(keys.master) not in repr(keys)
