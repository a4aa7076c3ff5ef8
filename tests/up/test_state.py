from __future__ import annotations

import os

from suyuan.up.processes import ProcessMark, mark_of
from suyuan.up.state import RunState, forget_state, is_running, read_state, write_state


def test_what_was_written_is_read_again(tmp_path):
    state = RunState(
        ProcessMark(7, "then"), "http://127.0.0.1:1", children={"worker": ProcessMark(8, "later")}
    )
    write_state(tmp_path, state)
    assert read_state(tmp_path) == state


def test_a_torn_file_counts_as_nothing(tmp_path):
    (tmp_path / "run.json").write_text('{"supervisor": {"pid": 7')
    assert read_state(tmp_path) is None


def test_a_state_of_a_killed_supervisor_is_not_running(tmp_path):
    write_state(tmp_path, RunState(ProcessMark(os.getpid(), "another start"), "http://127.0.0.1:1"))
    assert not is_running(read_state(tmp_path))
    mine = mark_of(os.getpid())
    assert mine
    write_state(tmp_path, RunState(mine, "http://127.0.0.1:1"))
    assert is_running(read_state(tmp_path))
    forget_state(tmp_path)
    assert read_state(tmp_path) is None
