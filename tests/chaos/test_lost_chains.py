"""A real node, real contracts: blocks are reorganised away, or the whole chain is gone; all is final
again."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from chaos_checker import Acknowledged, Verdict, entry_logs, judge
from fakes.anvil import Anvil, anvil
from suyuan import bootstrap
from suyuan.adapters.evm.client import EvmChain
from suyuan.adapters.evm.connect import contract_abis
from suyuan.adapters.evm.contracts import EvmContracts
from suyuan.adapters.evm.deploy import deploy
from suyuan.adapters.evm.policy import Depth
from suyuan.anchoring import leaves, outbox, queries
from suyuan.anchoring.audit import audit_chain
from suyuan.anchoring.model import Policy, Safeguards, State
from suyuan.anchoring.relay import RelayLoop
from suyuan.config.settings import load
from suyuan.database import Database
from suyuan.kernel.clock import SystemClock
from suyuan.kernel.hashing import keccak256, sha256
from suyuan.kernel.ledger import Kind, LedgerEntry, Role
from suyuan.kernel.typed_data import address_of, sign

pytestmark = [pytest.mark.chaos, pytest.mark.node]

CLOCK = SystemClock()
PARTIES = 3


class Keys:
    """Custodial keys without custody."""

    @staticmethod
    def key(party: int) -> bytes:
        return keccak256(b"party %d" % party)

    def sign(self, party: int, digest: bytes) -> bytes | None:
        return sign(digest, self.key(party))


class Queue:
    """What a gateway would enqueue, without a gateway."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.acknowledged = Acknowledged()
        self.count = 0
        with database.transaction() as conn:
            for party in range(1, PARTIES + 1):
                key = address_of(Keys.key(party))
                outbox.enqueue_register_party(
                    conn, CLOCK, party, sha256(b"p"), int(Role.PRODUCER), 2**40 - 1, key
                )

    def submit(self, number: int) -> None:
        for _ in range(number):
            self.count += 1
            party = 1 + self.count % PARTIES
            lot = sha256(b"lot %d" % self.count)
            entry = LedgerEntry(lot, sha256(b"event" + lot), 1_790_000_000, 0, Kind.PRODUCED)
            with self.database.transaction() as conn:
                outbox.enqueue_submission(conn, CLOCK, party, [entry], f"s{self.count}")
                leaves.add_leaf(conn, CLOCK, "product", b"leaf %d" % (self.count // 5))
            self.acknowledged.tried.add(lot)
            self.acknowledged.lots.setdefault(str(party), []).append(lot)

    def shown_final(self) -> int:
        with self.database.reading() as conn:
            found = queries.operations_of(conn, [f"s{n}" for n in range(1, self.count + 1)])
        return sum(operation.state is State.FINAL for operation in found.values())

    def settled(self) -> bool:
        with self.database.reading() as conn:
            return queries.settled(conn)


@contextmanager
def relaying(database: Database, node: Anvil, folder, **options) -> Iterator[tuple[RelayLoop, EvmChain]]:
    relayer = node.purse()
    found = deploy(node.rpc, relayer, Depth(1), folder)
    abis = contract_abis()
    chain = EvmChain(node.rpc, Depth(3), found.addresses, abis)
    contracts = EvmContracts(found.chain_id, found.addresses, abis)
    policy = Policy(resend_seconds=0.2, seal_seconds=0.3, lag_seconds=0)
    yield RelayLoop(database, chain, contracts, relayer, Keys(), CLOCK, policy, **options), chain


def settle(loop: RelayLoop, node: Anvil, queue: Queue, seconds: float = 40) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        loop.pass_once()
        node.mine()
        if queue.settled():
            return True
        time.sleep(0.02)
    return False


def verdict(database: Database, chain: EvmChain, queue: Queue) -> Verdict:
    found = judge(queue.acknowledged, entry_logs(chain.rpc, chain.identity().contracts["TraceLedger"]))
    with database.reading() as conn:
        differences = audit_chain(conn, chain)
    return replace(found, differences=[f"{it.where}: {it.what}" for it in differences])


def write_some_blocks(loop: RelayLoop, node: Anvil, queue: Queue) -> None:
    for _ in range(8):
        queue.submit(4)
        for _ in range(3):
            loop.pass_once()
            node.mine()


def test_twenty_blocks_reorganised_away_are_final_again(database: Database, tmp_path) -> None:
    with anvil() as node, relaying(database, node, tmp_path) as (loop, chain):
        queue = Queue(database)
        write_some_blocks(loop, node, queue)
        assert settle(loop, node, queue)
        assert queue.shown_final() == queue.count
        before = len(entry_logs(node.rpc, chain.identity().contracts["TraceLedger"]))
        node.reorganise(20)
        after = len(entry_logs(node.rpc, chain.identity().contracts["TraceLedger"]))
        assert after < before, "nothing was reorganised away"
        loop.pass_once()
        assert queue.shown_final() < queue.count, "shown final, and is not"
        assert settle(loop, node, queue)
        found = verdict(database, chain, queue)
        print(f"{before - after} entries reorganised away;", found)
        assert found.clean
        assert queue.shown_final() == queue.count


def test_without_the_finality_guard_the_same_loses_records_that_are_shown_final(
    database: Database, tmp_path
) -> None:
    """The negative control: the checker sees it."""
    careless = Safeguards(guard=False)
    with anvil() as node, relaying(database, node, tmp_path, safeguards=careless) as (loop, chain):
        queue = Queue(database)
        write_some_blocks(loop, node, queue)
        assert settle(loop, node, queue)
        node.reorganise(20)
        queue.submit(4)
        settle(loop, node, queue, seconds=5)
        found = verdict(database, chain, queue)
        print(found)
        assert found.lost > 0
        assert queue.shown_final() > found.recorded
        assert found.differences


def test_an_embedded_chain_that_is_gone_is_begun_anew_with_everything_on_it(
    database: Database, tmp_path
) -> None:
    settings = load(data_dir=tmp_path, database_url=database.url.render_as_string(hide_password=False))
    with bootstrap.embedded_node(settings):
        bootstrap.deploy_if_needed(settings)
        queue = Queue(database)
        queue.submit(40)
        run_until(settings, database, queue)
        assert queue.shown_final() == queue.count
    shutil.rmtree(tmp_path / "chain")
    with bootstrap.embedded_node(settings):
        queue.submit(10)
        run_until(settings, database, queue)
        chain = bootstrap.open_system(settings).connection.chain
        found = verdict(database, chain, queue)
        print(found)
        assert found.clean
        assert queue.shown_final() == queue.count
        with database.reading() as conn:
            assert queries.backlog(conn).epoch == 2


def run_until(settings, database: Database, queue: Queue) -> None:
    """The worker's own loop, with keys of this test."""
    system = bootstrap.open_system(settings)
    connection = system.connection
    loop = RelayLoop(
        database,
        connection.chain,
        connection.contracts,
        connection.relayer,
        Keys(),
        CLOCK,
        redeploy=bootstrap._redeployment(system),
    )
    stop = threading.Event()
    thread = threading.Thread(target=loop.run, args=(stop, 0.1))
    thread.start()
    deadline = time.monotonic() + 60
    try:
        while time.monotonic() < deadline:
            time.sleep(0.3)
            if queue.settled() and settled_on_its_chain(database, loop):
                return
        raise AssertionError("not settled")
    finally:
        stop.set()
        thread.join()
        system.database.close()


def settled_on_its_chain(database: Database, loop: RelayLoop) -> bool:
    """Final on the chain that is there, not on the one that is gone."""
    with database.reading() as conn:
        known = queries.known_chain(conn)
    return known is not None and known.genesis_hash == loop.chain.identity().genesis_hash
