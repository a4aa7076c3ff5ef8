"""DATA_DIR/run.json: what this data folder's system is and which processes belong to it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from suyuan.up.processes import ProcessMark, is_alive

NAME = "run.json"


@dataclass(slots=True)
class RunState:
    """`phase` is starting, ready or stopping. `children` by their name in the supervisor."""

    supervisor: ProcessMark
    url: str
    phase: str = "starting"
    chain_rpc: str | None = None
    children: dict[str, ProcessMark] = field(default_factory=dict)
    summary: dict[str, Any] = field(default_factory=dict)


def read_state(data_dir: Path) -> RunState | None:
    """What was last written; None when nothing readable is there (a torn file counts as nothing)."""
    try:
        found = json.loads((data_dir / NAME).read_text("utf-8"))
        return RunState(
            supervisor=_mark(found["supervisor"]),
            url=found["url"],
            phase=found["phase"],
            chain_rpc=found.get("chain_rpc"),
            children={name: _mark(each) for name, each in found["children"].items()},
            summary=found.get("summary", {}),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _mark(found: Mapping[str, Any]) -> ProcessMark:
    return ProcessMark(int(found["pid"]), str(found["started"]))


def write_state(data_dir: Path, state: RunState) -> None:
    """Atomically: a reader sees the old or the new state, never half of one."""
    temporary = data_dir / f".{NAME}.{os.getpid()}"
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(asdict(state), file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(data_dir / NAME)


def forget_state(data_dir: Path) -> None:
    (data_dir / NAME).unlink(missing_ok=True)


def is_running(state: RunState | None) -> bool:
    """Whether the supervisor of this state still runs."""
    return state is not None and is_alive(state.supervisor)
