"""`--detach` and `--down`: a supervisor in the background, and its end."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from suyuan.config.folder import private_folder
from suyuan.up.announce import summary_lines
from suyuan.up.children import own_command
from suyuan.up.errors import CannotStart
from suyuan.up.processes import end, mark_of, wait_gone
from suyuan.up.state import RunState, forget_state, is_running, read_state

DOWN_SECONDS = 60.0
Say = Callable[[str], None]


def start_detached(data_dir: Path, arguments: Sequence[str], say: Say, echo: Say) -> None:
    """Start `suyuan up` in the background and return when it is ready; its lines go to `echo` as they are."""
    state = read_state(data_dir)
    if state is not None and is_running(state):
        _already(state, say, echo)
        return
    private_folder(data_dir)
    log = data_dir / "up.log"
    with log.open("wb") as out:
        process = subprocess.Popen(  # noqa: S603 - our own program
            own_command("up", *arguments),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env={**os.environ, "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"},
            start_new_session=True,
        )
    _follow(data_dir, log, process, echo)


def _already(state: RunState, say: Say, echo: Say) -> None:
    say(f"Suyuan is already running at {state.url}")
    if state.summary:
        for line in summary_lines(state.summary):
            echo(line)


def _follow(data_dir: Path, log: Path, process: subprocess.Popen[bytes], echo: Say) -> None:
    mine = mark_of(process.pid)
    with log.open(encoding="utf-8", errors="replace") as lines:
        while True:
            ended = process.poll()
            state = read_state(data_dir)
            ready = state is not None and state.supervisor == mine and state.phase == "ready"
            for line in lines:
                echo(line.rstrip("\n"))
            if ended is not None:
                raise CannotStart("It did not start; the lines above say why.")
            if ready:
                return
            time.sleep(0.1)


def _end_orphan(data_dir: Path) -> None:
    """A node ends with its supervisor; where the system cannot promise that, its own record names it."""
    from suyuan.adapters.evm import node_process  # late: web3 takes a second to import
    from suyuan.adapters.evm.node import chain_folder

    record = node_process.read_record(chain_folder(data_dir))
    if record is not None and node_process.is_running(record):
        node_process.end(record)


def stop_running(data_dir: Path, say: Say) -> None:
    """End the supervisor of this data folder and everything it started; nothing else is touched."""
    state = read_state(data_dir)
    if state is None:
        say("Suyuan is not running on this data.")
        return
    if is_running(state):
        say("stopping Suyuan")
        end(state.supervisor, grace=DOWN_SECONDS)
    for mark in state.children.values():
        end(mark, grace=10)
        wait_gone(mark, 1)
    _end_orphan(data_dir)
    forget_state(data_dir)
    say("Suyuan has stopped; its data stays.")
