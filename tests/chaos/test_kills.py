"""Gateway, worker, node and database are killed with SIGKILL at random moments while clients submit.

SUYUAN_CHAOS_SEED repeats a run, SUYUAN_CHAOS_KILLS lengthens it.
"""

from __future__ import annotations

import os
import random
import time

import pytest

from chaos_checker import Verdict
from chaos_harness import Fire
from postgres_cluster import PostgresCluster, PostgresMissing

pytestmark = [pytest.mark.chaos, pytest.mark.node, pytest.mark.slow]


def seed() -> int:
    chosen = int(os.environ.get("SUYUAN_CHAOS_SEED", random.SystemRandom().randrange(2**32)))
    print(f"SUYUAN_CHAOS_SEED={chosen}")
    return chosen


def demand(verdict: Verdict, kills: int) -> None:
    """A run that had no faults or no promises proves nothing, and fails."""
    print(verdict)
    assert sum(verdict.kills.values()) >= kills
    assert verdict.acknowledged > kills // 5  # a slow machine promises less; none at all proves nothing
    assert verdict.clean, verdict


def test_fifty_kills_of_gateway_worker_and_node_lose_and_double_nothing(tmp_path) -> None:
    kills = int(os.environ.get("SUYUAN_CHAOS_KILLS", "50"))
    fire = Fire(tmp_path, seed())
    try:
        fire.start()
        fire.begin_submitting(4)
        for _ in range(kills):
            fire.wait_for_work()
            time.sleep(fire.random.uniform(0.05, 1.2))
            fire.kill_one()
        fire.heal()
        demand(fire.check(), kills)
    finally:
        fire.stop()


@pytest.mark.postgres
def test_two_workers_and_a_killed_postgresql_lose_and_double_nothing(tmp_path) -> None:
    kills = int(os.environ.get("SUYUAN_CHAOS_KILLS", "50")) // 2
    try:
        cluster = PostgresCluster(durable=True)
    except PostgresMissing as reason:
        pytest.skip(str(reason))
    cluster.start()
    fire = Fire(tmp_path, seed(), database_url=cluster.url("postgres"), workers=2)
    try:
        fire.start()
        fire.begin_submitting(4)
        for number in range(kills):
            fire.wait_for_work()
            time.sleep(fire.random.uniform(0.05, 1.2))
            if number % 8 == 4:
                fire.kills["database"] += 1
                cluster.kill()
                time.sleep(fire.random.uniform(0, 0.5))
                restart(cluster)
            else:
                fire.kill_one()
        fire.heal()
        demand(fire.check(), kills)
    finally:
        fire.stop()
        cluster.stop()


def restart(cluster: PostgresCluster) -> None:
    """The killed server's children need a moment to leave; until then it cannot start."""
    for _ in range(30):
        try:
            cluster.start()
        except RuntimeError:
            time.sleep(0.3)
        else:
            return
    raise AssertionError("PostgreSQL does not come back")
