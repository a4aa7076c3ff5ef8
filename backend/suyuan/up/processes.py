"""Processes that can be told from others that later got the same number."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ProcessMark:
    """A process by number and start; `started` is compared, never parsed."""

    pid: int
    started: str


def mark_of(pid: int) -> ProcessMark | None:
    """The mark of a running process; None when there is none (a zombie counts as none)."""
    if Path("/proc/self/stat").exists():
        return _mark_from_proc(pid)
    return _mark_from_ps(pid)


def _mark_from_proc(pid: int) -> ProcessMark | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("ascii", errors="replace")
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()  # the name before it may hold spaces and brackets
    if fields[0] in "ZX":
        return None
    return ProcessMark(pid, f"{boot}:{fields[19]}")  # field 22 of proc(5): start time in ticks since boot


def _mark_from_ps(pid: int) -> ProcessMark | None:
    asked = subprocess.run(  # noqa: S603 - fixed program, numeric argument
        ["/bin/ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    status, _, started = asked.stdout.strip().partition(" ")
    if not started or status.startswith("Z"):
        return None
    return ProcessMark(pid, started.strip())


def is_alive(mark: ProcessMark) -> bool:
    """Whether exactly this process still runs."""
    return mark_of(mark.pid) == mark


def end(mark: ProcessMark, *, grace: float) -> bool:
    """SIGTERM, then SIGKILL after `grace` seconds. True when it was running at all."""
    if not is_alive(mark):
        return False
    _signal(mark, signal.SIGTERM)
    if not wait_gone(mark, grace):
        _signal(mark, signal.SIGKILL)
        wait_gone(mark, 10)
    return True


def wait_gone(mark: ProcessMark, seconds: float) -> bool:
    """Wait until the process is gone; False when it still runs after `seconds`."""
    until = time.monotonic() + seconds
    while is_alive(mark):
        if time.monotonic() > until:
            return False
        _reap(mark.pid)
        time.sleep(0.05)
    return True


def _signal(mark: ProcessMark, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(mark.pid, number)


def _reap(pid: int) -> None:
    """Collect it when it is our own child, so that it does not stay as a zombie."""
    with contextlib.suppress(ChildProcessError, OSError):
        os.waitpid(pid, os.WNOHANG)
