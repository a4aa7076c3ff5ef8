from __future__ import annotations

import os
import stat
import subprocess
import sys

import pytest

from suyuan.config import load, load_keys
from suyuan.config.folder import private_folder, tighten
from suyuan.database import Database


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def open_umask():
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.usefixtures("open_umask")
def test_a_new_data_folder_is_its_owners_alone_whoever_makes_it(tmp_path):
    load_keys(load(env_file=None, data_dir=tmp_path / "by-keys"))
    Database(f"sqlite:///{tmp_path}/by-database/suyuan.db").close()
    private_folder(tmp_path / "up" / "by-up")
    for made in ("by-keys", "by-database", "up/by-up"):
        assert mode(tmp_path / made) == 0o700, made


def test_a_looser_data_folder_is_tightened(tmp_path):
    folder = tmp_path / "var"
    (folder / "keys").mkdir(parents=True)
    (folder / "suyuan.db").touch()
    folder.chmod(0o755)
    tighten(folder)
    assert mode(folder) == 0o700


def test_a_folder_of_other_things_is_left_as_it_is(tmp_path):
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "letter.txt").touch()
    folder.chmod(0o755)
    tighten(folder)
    private_folder(folder)
    assert mode(folder) == 0o755
    tighten(tmp_path / "nowhere")


def test_a_command_keeps_what_it_writes_from_others(tmp_path):
    """In a process of its own: it changes the mask of its whole process."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("SUYUAN_")},
        "SUYUAN_DATA_DIR": str(tmp_path / "var"),
    }
    command = ["sh", "-c", 'umask 022; exec "$0" -m suyuan.cli db upgrade', sys.executable]
    subprocess.run(command, env=environment, cwd=tmp_path, check=True, capture_output=True)
    assert mode(tmp_path / "var") == 0o700
    assert mode(tmp_path / "var" / "suyuan.db") == 0o600
