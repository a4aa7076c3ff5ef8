from __future__ import annotations

import sys
import time

from suyuan.up.children import FIRST_PAUSE, Child, last_lines


def child_of(tmp_path, code):
    return Child("one", [sys.executable, "-c", code], {"GREETING": "hello"}, tmp_path / "one.log")


def test_a_dead_child_is_started_again_after_a_pause_that_grows(tmp_path):
    child = child_of(tmp_path, "pass")
    child.start()
    child.process.wait()
    assert not child.watch()
    assert child.pause == 2 * FIRST_PAUSE
    time.sleep(FIRST_PAUSE)
    assert child.watch()
    assert child.restarts == 1
    child.process.wait()


def test_a_living_child_is_left_alone_and_stopped_when_asked(tmp_path):
    child = child_of(tmp_path, "import time; time.sleep(60)")
    child.start()
    assert not child.watch()
    assert child.is_up()
    child.stop(5)
    assert not child.is_up()


def test_what_a_child_said_last_is_kept(tmp_path):
    child = child_of(tmp_path, "import os, sys; print(os.environ['GREETING']); sys.exit('no database')")
    child.start()
    child.process.wait()
    assert last_lines(child.log) == "hello\nno database"
