"""The embedded node's process: found, started so that it dies with us, and recognised when it did not.

A child learns of its parent's death by PR_SET_PDEATHSIG, which a short launcher sets before it becomes the
node; where the system has no such thing, or it failed, the next supervisor finds the orphan by `node.json`.
"""

from __future__ import annotations

import json
import os
import platform
import signal
import socket
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from suyuan.adapters.evm.errors import NodeMissing
from suyuan.adapters.evm.node_state import write_synced

RECORD = "node.json"
HOST = "127.0.0.1"

#: argv: pid of the parent, then the command. The second look at the parent closes the gap before prctl.
LAUNCHER = """
import ctypes, os, sys
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, 9, 0, 0, 0)
if os.getppid() != int(sys.argv[1]):
    sys.exit(1)
os.execv(sys.argv[2], sys.argv[2:])
"""


@dataclass(frozen=True, slots=True)
class NodeRecord:
    """A started node: `started` distinguishes it from a later process with the same pid."""

    pid: int
    started: str
    port: int

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"


def find_anvil(root: Path | None = None) -> Path:
    """Npm's anvil below `root`, or below this file's checkout or the working folder; raises NodeMissing."""
    machine = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}.get(
        platform.machine().lower(), platform.machine().lower()
    )
    roots = [root] if root else [*Path(__file__).resolve().parents, Path.cwd()]
    for place in roots:
        modules = place / "node_modules"
        for candidate in (
            modules / "@foundry-rs" / f"anvil-{sys.platform}-{machine}" / "bin" / "anvil",
            modules / ".bin" / "anvil",
        ):
            if os.access(candidate, os.X_OK):
                return candidate
    raise NodeMissing(
        "the embedded chain needs anvil, and node_modules has none: run 'npm ci' (./scripts/up does), or set "
        "SUYUAN_CHAIN_URL to a node of your own"
    )


def launch(command: list[str], log_path: Path) -> subprocess.Popen[bytes]:
    """Start `command` so that it is killed when the calling thread ends; Ctrl-C does not reach it.

    The kernel watches the thread that started the child, so the caller must live as long as the child shall.
    """
    with log_path.open("wb") as output:
        return subprocess.Popen(  # noqa: S603 - our own interpreter and the node's binary
            [sys.executable, "-I", "-S", "-c", LAUNCHER, str(os.getpid()), *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def write_record(folder: Path, pid: int, port: int) -> NodeRecord:
    record = NodeRecord(pid, started_at(pid) or "", port)
    write_synced(folder / RECORD, json.dumps(asdict(record)).encode())
    return record


def read_record(folder: Path) -> NodeRecord | None:
    """The node last started for this folder, whether it still runs or not."""
    try:
        content = json.loads((folder / RECORD).read_bytes())
        return NodeRecord(int(content["pid"]), str(content["started"]), int(content["port"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def is_running(record: NodeRecord) -> bool:
    """Whether this very process is still there; a reused pid is not it."""
    return bool(record.started) and started_at(record.pid) == record.started


def end(record: NodeRecord) -> None:
    """Kill the recorded process, if it is still that one, and wait until it is gone."""
    deadline = time.monotonic() + 10
    while is_running(record) and time.monotonic() < deadline:
        os.kill(record.pid, signal.SIGKILL)
        time.sleep(0.02)


def started_at(pid: int) -> str | None:
    """When the process started, in the system's own words; None when it is gone or a zombie."""
    stat = Path(f"/proc/{pid}/stat")
    if not Path("/proc/self/stat").exists():
        said = subprocess.run(  # noqa: S603 - numbers only
            ["/bin/ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        return said.stdout.strip() or None
    try:
        # The second field is the command in brackets and may hold anything; after it the fields are plain.
        fields = stat.read_text().rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None
    return None if fields[0] in {"Z", "X"} else f"{boot}:{fields[19]}"


def free_port(preferred: int | None) -> int:
    """`preferred` when nobody listens there, else any free port of the loopback interface."""
    for port in (preferred or 0, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise NodeMissing("no port is free on the loopback interface")
