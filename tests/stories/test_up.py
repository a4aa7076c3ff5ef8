from __future__ import annotations

import os
import re
import signal
import socket
import time

import pytest

from stories.running import RunningSystem, free_port
from suyuan.up.state import read_state

pytestmark = [pytest.mark.slow, pytest.mark.node]


@pytest.fixture(scope="module")
def system(tmp_path_factory):
    found = RunningSystem(tmp_path_factory.mktemp("up"), free_port())
    yield found
    found.down()
    assert found.processes() == []


def passports(printed):
    return [found for found in re.findall(r"http://\S+", printed) if "/01/" in found]


def test_one_command_starts_everything_with_pages_to_look_at(system):
    printed = system.up()
    assert system.get("/readyz").status_code == 200
    pages = passports(printed)
    assert pages
    answer = system.get(pages[0].removeprefix(system.url), accept="text/html")
    assert answer.status_code == 200
    assert "阳山水蜜桃" in answer.text
    assert "█" in printed


def test_a_second_command_beside_it_says_that_it_runs_already(system):
    assert "already running" in system.up()


def test_a_taken_port_is_said_in_one_sentence(system, tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        refused = RunningSystem(tmp_path, port)
        said = refused.suyuan("up", "--port", port, "--data", tmp_path, "--detach", code=3)
    assert f"Port {port}" in said


def test_a_second_start_finds_all_data_again(system):
    page = passports(system.up())[0]
    system.down()
    assert system.processes() == []
    printed = system.up()
    assert passports(printed)[0] == page
    assert system.get(page.removeprefix(system.url), accept="text/html").status_code == 200


def test_a_killed_gateway_is_started_again(system):
    before = read_state(system.data).children["gateway"]
    os.kill(before.pid, signal.SIGKILL)
    until = time.monotonic() + 60
    while read_state(system.data).children["gateway"] == before and time.monotonic() < until:
        time.sleep(0.2)
    assert read_state(system.data).children["gateway"] != before
    while time.monotonic() < until:
        try:
            if system.get("/readyz").status_code == 200:
                return
        except OSError:
            pass
        except Exception as error:
            if "Connect" not in type(error).__name__ and "Read" not in type(error).__name__:
                raise
        time.sleep(0.2)
    pytest.fail("the gateway did not come back")


def test_after_kill_of_everything_the_next_start_takes_over(system):
    page = passports(system.up())[0]
    for pid in system.processes():
        os.kill(pid, signal.SIGKILL)
    printed = system.up()
    assert "killed" in printed
    assert system.get("/readyz").status_code == 200
    assert system.get(page.removeprefix(system.url), accept="text/html").status_code == 200


def test_down_stops_everything_and_nothing_else(system):
    system.up()
    system.down()
    assert system.processes() == []
    assert "not running" in system.down()
