"""A clerk killed at any moment, as a process of its own: nothing is lost, nothing doubled."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time

import pytest
from sqlalchemy import func, select

from suyuan.journal.tables import events, submissions
from suyuan.uploads import queries, repository
from suyuan.uploads.model import State
from uploads.desk import row, sheet

CLERK = """
import sys, time
from suyuan.database import Database
from suyuan.journal.model import Limits
from suyuan.journal.receipts import ReceiptSigner
from suyuan.kernel.clock import SystemClock
from suyuan.uploads.duty import Desk
from suyuan.uploads.steps import check_next, submit_next
signer = ReceiptSigner(bytes([7] * 32), 31337, "0x" + "22" * 20)
desk = Desk(Database(sys.argv[1]), SystemClock(), Limits(), signer)
while True:
    if not (check_next(desk) or submit_next(desk)):
        time.sleep(0.02)
"""
ROWS = 3_000
LONGEST = 120
KILLS = 5


@pytest.fixture
def clerk(world):
    url = world.database.url.render_as_string(hide_password=False)
    running = []

    def start():
        running.append(
            subprocess.Popen([sys.executable, "-c", CLERK, url], env=os.environ, start_new_session=True)
        )
        return running[-1]

    yield start
    for each in running:
        if each.poll() is None:
            each.kill()
        each.wait()


def killed_until(world, clerk, draft, ended, random_):
    """Start a clerk, kill it after a moment while it works on the draft, and again; then let it finish."""
    seen = set()
    deadline = time.monotonic() + LONGEST
    for _ in range(KILLS):
        process = clerk()
        before = world.draft(draft.id)
        while world.draft(draft.id).progress == before.progress and time.monotonic() < deadline:
            if world.draft(draft.id).state in ended:
                break
            time.sleep(0.01)
        time.sleep(random_.uniform(0, 0.15))
        process.kill()
        process.wait()
        seen.add(world.draft(draft.id).state)
    process = clerk()
    while world.draft(draft.id).state not in ended:
        assert time.monotonic() < deadline, world.draft(draft.id).state
        assert process.poll() is None
        time.sleep(0.05)
    process.kill()
    process.wait()
    return seen


@pytest.mark.chaos
@pytest.mark.slow
def test_a_clerk_that_is_killed_again_and_again_submits_each_row_once(world, preparer, signer, clerk):
    random_ = random.Random(20261123)  # noqa: S311 - faults must be repeatable, not secret
    draft = world.upload(preparer, sheet([row(number) for number in range(1, ROWS + 1)]))
    seen = killed_until(world, clerk, draft, {State.VALID, State.NEEDS_FIXES}, random_)
    ready = world.draft(draft.id)
    assert (ready.state, ready.good, ready.summary["rows"]) == (State.VALID, ROWS, ROWS)
    world.sign(signer, ready)
    seen |= killed_until(world, clerk, draft, {State.SUBMITTED}, random_)
    print("killed in", sorted(seen))
    done = world.draft(draft.id)
    assert (done.submitted, done.trouble) == (done.documents, None)
    with world.database.reading() as conn:
        assert conn.execute(select(func.count()).select_from(events)).scalar() == ROWS
        assert conn.execute(select(func.count()).select_from(submissions)).scalar() == done.documents
        assert sum(block.rows for block in repository.blocks_where(conn, draft.id)) == ROWS
        assert queries.receipt_of(conn, done)["rows"] == ROWS
