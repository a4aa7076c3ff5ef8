from __future__ import annotations

import os
import subprocess
import sys

from suyuan.up.processes import ProcessMark, end, is_alive, mark_of


def sleeper(*arguments):
    return subprocess.Popen([sys.executable, "-c", *arguments])


def test_a_process_is_known_by_number_and_start():
    mine = mark_of(os.getpid())
    assert mine is not None
    assert is_alive(mine)


def test_another_process_with_the_same_number_is_not_ours():
    reused = ProcessMark(os.getpid(), "some other boot:17")
    assert not is_alive(reused)
    assert not end(reused, grace=0.1)


def test_an_ended_process_that_nobody_collected_counts_as_gone():
    child = sleeper("pass")
    mark = mark_of(child.pid)
    while child.poll() is None and mark_of(child.pid):
        pass
    assert mark is None or not is_alive(mark)
    child.wait()


def test_end_asks_first_and_insists_later():
    deaf = sleeper(
        "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    )
    mark = mark_of(deaf.pid)
    assert mark
    assert end(mark, grace=0.3)
    assert not is_alive(mark)
    deaf.wait()
