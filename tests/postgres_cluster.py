"""A real PostgreSQL for tests: made from Debian's package, on a unix socket, gone with the test process."""

from __future__ import annotations

import fcntl
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg

SUPERUSER = "suyuan"
_PREFIX = "suyuan-pg-"


class PostgresMissing(Exception):
    """There is no PostgreSQL here and it could not be installed."""


def binaries() -> Path:
    """The folder of initdb and postgres; installs Debian's package when we may. Raises PostgresMissing."""
    found = _installed()
    if found is None:
        with Path(tempfile.gettempdir(), "suyuan-postgresql.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # test workers start together
            found = _installed() or _install()
    return found


def _installed() -> Path | None:
    on_path = shutil.which("initdb")
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    candidates = [*reversed(folders), *([Path(on_path).resolve().parent] if on_path else [])]
    return next((folder for folder in candidates if (folder / "initdb").exists()), None)


def _install() -> Path:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise PostgresMissing("PostgreSQL is not installed, and only root on Debian can install it here")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "postgresql"]):
        done = subprocess.run(command, env=quiet, capture_output=True, text=True, check=False)
    found = _installed()
    if found is None:
        raise PostgresMissing(f"apt-get install postgresql failed: {done.stderr.strip()[-300:]}")
    return found


def _sweep(parent: Path) -> None:
    """Remove what killed test processes left behind; their servers ended with them."""
    for folder in parent.glob(f"{_PREFIX}*-*"):
        owner = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if owner.isdecimal() and not Path("/proc", owner).exists():
            shutil.rmtree(folder, ignore_errors=True)


class PostgresCluster:
    """One server of our own. `durable=False` puts its files into memory: commits are flushed as always, but
    cheaply. `durable=True` puts them on the disk, for tests that kill the server."""

    def __init__(self, *, durable: bool = False) -> None:
        self._bin = binaries()
        memory = Path("/dev/shm")  # noqa: S108 - a folder with a random name and mode 0700 is made in it
        parent = memory if not durable and os.access(memory, os.W_OK) else Path(tempfile.gettempdir())
        _sweep(parent)
        self.folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=parent))
        self._process: subprocess.Popen[bytes] | None = None
        self._account = "postgres" if os.geteuid() == 0 else None
        if self._account:
            os.chown(self.folder, pwd.getpwnam(self._account).pw_uid, -1)
        self._run(
            "initdb", "-D", str(self.folder / "data"), "-U", SUPERUSER, "--auth=trust", "-E", "UTF8",
            "--locale=C", "--no-sync",
        )  # fmt: skip

    def url(self, name: str) -> str:
        """The SQLAlchemy URL of a database of this server."""
        return f"postgresql+psycopg://{SUPERUSER}@/{name}?host={self.folder}"

    def start(self) -> None:
        """Start the server and wait until it answers; it ends with this process, however that ends."""
        (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *self._as_account(dies_with_us=True), str(self._bin / "postgres"),
                    "-D", str(self.folder / "data"), "-k", str(self.folder), "-c", "listen_addresses=",
                    "-c", "shared_buffers=64MB", "-c", "max_connections=200",
                ],
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + 30
        while True:
            try:
                self.execute("SELECT 1")
            except psycopg.OperationalError:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    raise RuntimeError((self.folder / "log").read_text()[-2000:]) from None
                time.sleep(0.05)
            else:
                return

    def execute(self, statement: str) -> None:
        """Run one statement on the maintenance database, outside of any transaction."""
        with psycopg.connect(
            host=str(self.folder), user=SUPERUSER, dbname="postgres", autocommit=True
        ) as conn:
            conn.execute(statement.encode())

    def kill(self) -> None:
        """SIGKILL to the postmaster; its children notice and leave. start() brings it back."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._process = None

    def stop(self) -> None:
        """Stop, and remove every file."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(timeout=30)
            self._process = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def _as_account(self, *, dies_with_us: bool = False) -> list[str]:
        """PostgreSQL refuses to run as root: then it runs as the account of Debian's package."""
        command = ["setpriv"]
        if self._account:
            command += ["--reuid", self._account, "--regid", self._account, "--clear-groups"]
        if dies_with_us:
            command += ["--pdeathsig", "QUIT"]
        return command if len(command) > 1 else []

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as_account(), str(self._bin / program), *arguments]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr}")
