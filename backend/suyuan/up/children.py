"""Child processes that are started again when they die, with a growing pause."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from suyuan.up.processes import ProcessMark, mark_of

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
HEALTHY_AFTER = 60.0  # a child that ran this long starts again with the first pause


@dataclass(slots=True)
class Child:
    """One child: how it is started, and what is known of the one that runs now."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    mark: ProcessMark | None = None
    started_at: float = 0.0
    pause: float = FIRST_PAUSE
    due_at: float = 0.0
    restarts: int = field(default=0)

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches the supervisor alone."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own program
                list(self.command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **self.environment},
                start_new_session=True,
            )
        self.mark = mark_of(self.process.pid)
        self.started_at = time.monotonic()

    def exit_code(self) -> int | None:
        """None while it runs."""
        return self.process.poll() if self.process else None

    def is_up(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def watch(self) -> bool:
        """Start it again when it died and its pause is over. True when it was started now."""
        if self.process is not None:
            if self.process.poll() is None:
                return False
            if time.monotonic() - self.started_at > HEALTHY_AFTER:
                self.pause = FIRST_PAUSE
            self.due_at = time.monotonic() + self.pause
            self.pause = min(self.pause * 2, LONGEST_PAUSE)
            self.process = None
            self.restarts += 1
        if time.monotonic() < self.due_at:
            return False
        self.start()
        return True

    def stop(self, grace: float) -> None:
        """SIGTERM, then SIGKILL after `grace` seconds."""
        process = self.process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(grace)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def own_command(*arguments: str) -> list[str]:
    """The command that starts another `suyuan` with this same Python."""
    return [sys.executable, "-m", "suyuan.cli", *arguments]


def last_lines(log: Path, count: int = 8) -> str:
    """The end of a log, for the sentence that says why a child does not start."""
    try:
        return "\n".join(log.read_text("utf-8", errors="replace").splitlines()[-count:])
    except OSError:
        return ""
