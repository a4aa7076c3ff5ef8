"""A whole running system for tests: started, used and stopped by its own commands."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data"


def shared_file(*parts):
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip("the folder ../shared/data with real documents is not here")
    return path


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class RunningSystem:
    """`suyuan up` on a folder and a port; every command of it as a method."""

    def __init__(self, data, port):
        self.data = data
        self.port = port
        self.url = f"http://127.0.0.1:{port}"

    def suyuan(self, *arguments, code=0, timeout=300):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SUYUAN_")}
        done = subprocess.run(
            [sys.executable, "-m", "suyuan.cli", *map(str, arguments)],
            env={**environment, "SUYUAN_DATA_DIR": str(self.data), "COLUMNS": "200", "PYTHONUTF8": "1"},
            cwd=self.data,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        assert done.returncode == code, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def json(self, *arguments, **options):
        return json.loads(self.suyuan(*arguments, **options))

    def up(self, *options):
        return self.suyuan("up", "--detach", "--port", self.port, "--data", self.data, *options)

    def down(self):
        return self.suyuan("up", "--down", "--data", self.data)

    def get(self, path, **headers):
        return httpx.get(self.url + path, headers=headers, timeout=30, trust_env=False)

    def processes(self):
        """Every process that runs on this data folder."""
        found = []
        for place in Path("/proc").iterdir():
            if not place.name.isdecimal() or int(place.name) == os.getpid():
                continue
            try:
                words = (place / "cmdline").read_bytes() + (place / "environ").read_bytes()
                state = (place / "stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            if str(self.data).encode() in words and state != "Z":
                found.append(int(place.name))
        return found


@contextmanager
def running(data, *options):
    system = RunningSystem(data, free_port())
    try:
        system.up(*options)
        yield system
    finally:
        system.down()
