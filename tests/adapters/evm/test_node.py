from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time

import pytest

from fakes.anvil import until
from suyuan.adapters.evm import node_process
from suyuan.adapters.evm.client import EvmChain
from suyuan.adapters.evm.errors import ChainMisconfigured, NodeBusy, NodeMissing
from suyuan.adapters.evm.node import EmbeddedNode, Pace, chain_folder, node_url
from suyuan.adapters.evm.policy import Depth, parse_policy, saved_point
from suyuan.adapters.evm.relayer import LocalRelayer
from suyuan.adapters.evm.rpc import HttpRpc
from suyuan.anchoring.ports import Call, ChainUnavailable

pytestmark = pytest.mark.node

PURSE = LocalRelayer(b"\x31" * 32)
QUICK = Pace(block_seconds=0.02, save_seconds=0.05)
NEVER = Pace(block_seconds=0.02, save_seconds=3600)


def embedded(folder, pace=QUICK, **options) -> EmbeddedNode:
    return EmbeddedNode(folder, funded=[PURSE.address], pace=pace, **options)


def chain_of(folder) -> EvmChain:
    policy = parse_policy("saved", chain_folder(folder) / "saved.json")
    return EvmChain(HttpRpc(lambda: node_url(folder)), policy, {}, {})


def pay(chain: EvmChain, nonce: int):
    """A mined transaction's receipt."""
    signed = PURSE.sign(
        Call("0x" + "22" * 20, b""), nonce=nonce, gas=30_000, fees=chain.fees(), chain_id=31337
    )
    chain.send(signed.raw)
    return until(lambda: chain.receipt(signed.hash))


def pay_and_save(chain: EvmChain, nonce: int):
    receipt = pay(chain, nonce)
    until(lambda: chain.finalized() >= receipt.block.number)
    return receipt


def test_a_chain_lives_on_after_a_restart(tmp_path):
    chain = chain_of(tmp_path)
    with embedded(tmp_path):
        genesis = chain.identity().genesis_hash
        receipt = pay(chain, 0)
    with embedded(tmp_path):
        assert chain.identity().genesis_hash == genesis
        assert chain.receipt(receipt.transaction_hash) == receipt
        assert chain.nonce(PURSE.address) == 1
        assert pay(chain, 1).block.number == receipt.block.number + 1


def test_the_address_stays_the_same_while_its_port_is_free(tmp_path):
    with embedded(tmp_path) as node:
        first = node.url
    with embedded(tmp_path) as node:
        assert node.url == first == node_url(tmp_path)


def test_another_port_is_taken_when_somebody_has_ours(tmp_path):
    with embedded(tmp_path) as node:
        port = int(node.url.rpartition(":")[2])
    with socket.create_server(("127.0.0.1", port)), embedded(tmp_path) as node:
        assert node.url != f"http://127.0.0.1:{port}"
        assert chain_of(tmp_path).head().number == 0


def test_only_saved_blocks_are_final(tmp_path):
    chain = chain_of(tmp_path)
    with embedded(tmp_path, NEVER):
        receipt = pay(chain, 0)
        assert chain.finalized() == 0 < receipt.block.number
    with embedded(tmp_path):
        assert chain.finalized() == receipt.block.number


def test_an_idle_chain_does_not_grow(tmp_path):
    chain = chain_of(tmp_path)
    with embedded(tmp_path) as node:
        pay_and_save(chain, 0)
        generations = node.states.generations()
        time.sleep(0.3)
        assert chain.head().number == 1
        assert node.states.generations() == generations


def test_a_policy_that_counts_blocks_gets_them(tmp_path):
    chain = EvmChain(HttpRpc(lambda: node_url(tmp_path)), Depth(3), {}, {})
    with embedded(tmp_path, confirmations=3):
        receipt = pay(chain, 0)
        until(lambda: chain.finalized() >= receipt.block.number)
        assert chain.head().number == receipt.block.number + 2


def test_kill_9_of_the_node_loses_nothing_final_and_it_comes_back(tmp_path):
    chain = chain_of(tmp_path)
    with embedded(tmp_path) as node:
        final = pay_and_save(chain, 0)
        killed = node.pid
        os.kill(killed, signal.SIGKILL)
        until(lambda: node.pid not in (killed, None) and chain.head())
        assert chain.receipt(final.transaction_hash) == final
        assert pay_and_save(chain, 1).block.number == 2


def test_kill_9_of_the_node_takes_back_only_what_was_not_final(tmp_path):
    chain = chain_of(tmp_path)
    with embedded(tmp_path):
        final = pay_and_save(chain, 0)
    with embedded(tmp_path, NEVER) as node:
        pending = pay(chain, 1)
        assert chain.finalized() == final.block.number
        killed = node.pid
        os.kill(killed, signal.SIGKILL)
        until(lambda: node.pid not in (killed, None) and chain.head())
        assert chain.receipt(pending.transaction_hash) is None
        assert chain.head().number == chain.finalized() == final.block.number
        assert pay(chain, 1).block.number == pending.block.number


SUPERVISOR = """
    import sys, time
    from pathlib import Path
    from suyuan.adapters.evm.node import EmbeddedNode, Pace
    node = EmbeddedNode(Path(sys.argv[1]), funded=[sys.argv[2]], pace=Pace(0.02, 0.05))
    node.start()
    print(node.pid, flush=True)
    time.sleep(3600)
"""


def test_kill_9_of_the_supervisor_takes_the_node_along_and_loses_nothing_final(tmp_path):
    chain = chain_of(tmp_path)
    command = [sys.executable, "-c", textwrap.dedent(SUPERVISOR), str(tmp_path), PURSE.address]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as supervisor:
        child = int(supervisor.stdout.readline())
        final = pay_and_save(chain, 0)
        supervisor.kill()
    until(lambda: node_process.started_at(child) is None)

    with embedded(tmp_path):
        assert chain.receipt(final.transaction_hash) == final


def test_a_node_that_outlived_its_supervisor_is_saved_and_ended(tmp_path):
    chain = chain_of(tmp_path)
    with embedded(tmp_path):
        pay_and_save(chain, 0)
    folder = chain_folder(tmp_path)
    node = embedded(tmp_path)
    node._binary = node_process.find_anvil()
    port = node_process.free_port(None)
    orphan = subprocess.Popen(node._command(port, node.states.newest_whole()))
    node_process.write_record(folder, orphan.pid, port)
    until(chain.head)
    signed = PURSE.sign(Call("0x" + "22" * 20, b""), nonce=1, gas=30_000, fees=chain.fees(), chain_id=31337)
    chain.send(signed.raw)
    chain.rpc.call("evm_mine")
    reaped = threading.Thread(target=orphan.wait, daemon=True)
    reaped.start()

    with node:
        assert orphan.wait(timeout=5) == -signal.SIGKILL
        assert chain.receipt(signed.hash).block.number == 2


def test_a_reused_pid_is_left_alone(tmp_path):
    folder = chain_folder(tmp_path)
    folder.mkdir()
    record = {"pid": os.getpid(), "started": "another boot:1", "port": node_process.free_port(None)}
    (folder / "node.json").write_text(json.dumps(record))

    with embedded(tmp_path):
        assert chain_of(tmp_path).head().number == 0


def test_two_supervisors_of_one_folder_are_refused(tmp_path):
    with embedded(tmp_path), pytest.raises(NodeBusy, match="is run by another process"):
        embedded(tmp_path).start()


def test_a_torn_state_file_falls_back_to_the_one_before_with_a_line_in_the_log(tmp_path, caplog):
    chain = chain_of(tmp_path)
    with embedded(tmp_path) as node:
        receipts = [pay_and_save(chain, nonce) for nonce in range(4)]
        states = node.states
    whole = states.generations()
    assert len(whole) == 3
    whole[0].write_bytes(whole[0].read_bytes()[: whole[0].stat().st_size // 2])

    with embedded(tmp_path):
        assert chain.head().number == receipts[2].block.number
        assert saved_point(states.saved).block == receipts[2].block.number
        assert chain.finalized() == receipts[2].block.number
        assert pay(chain, 3).succeeded
    assert "cannot be read; falling back to the one before" in caplog.text


@pytest.mark.parametrize("damage", [b"", b"\x1f\x8b", b"{}", bytes(100)])
def test_no_readable_state_at_all_refuses_rather_than_starts_empty(tmp_path, damage):
    chain = chain_of(tmp_path)
    with embedded(tmp_path) as node:
        pay_and_save(chain, 0)
    for path in node.states.generations():
        path.write_bytes(damage)

    for _ in "twice":
        with pytest.raises(ChainMisconfigured, match="none of the embedded chain's state files"):
            embedded(tmp_path).start()


def test_a_full_disk_leaves_the_older_generations_and_nothing_final(tmp_path, monkeypatch):
    chain = chain_of(tmp_path)
    with embedded(tmp_path) as node:
        final = pay_and_save(chain, 0)
        monkeypatch.setattr(os, "fsync", _no_space)
        pending = pay(chain, 1)
        time.sleep(0.3)
        assert chain.finalized() == final.block.number
        monkeypatch.undo()
        until(lambda: chain.finalized() == pending.block.number)
        assert not list(node.folder.glob("*.tmp"))


def _no_space(_descriptor):
    raise OSError(28, "No space left on device")


def test_a_missing_anvil_is_one_clear_sentence(tmp_path):
    with pytest.raises(NodeMissing, match="needs anvil, and node_modules has none: run 'npm ci'"):
        node_process.find_anvil(tmp_path)


def test_an_anvil_that_does_not_start_is_one_clear_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(
        EmbeddedNode, "_command", lambda self, port, state: ["/bin/sh", "-c", "echo no glibc"]
    )

    with pytest.raises(NodeMissing, match="did not start: no glibc"):
        embedded(tmp_path).start()


def test_a_folder_whose_chain_was_never_started_is_unavailable(tmp_path):
    with pytest.raises(ChainUnavailable, match="has not been started"):
        chain_of(tmp_path).head()


def test_stopping_twice_is_harmless(tmp_path):
    node = embedded(tmp_path)
    node.start()
    node.stop()
    node.stop()
    with pytest.raises(ChainUnavailable):
        chain_of(tmp_path).head()
