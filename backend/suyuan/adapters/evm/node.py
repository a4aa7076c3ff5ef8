"""The embedded chain: an anvil of our own, which this supervisor mines, saves and keeps alive.

anvil runs without mining of its own. The supervisor alone makes blocks, and only when transactions wait: an
idle chain does not grow, and no block is made while the state is being saved (a dump that races a block has
the accounts of one block and the receipts of another). What `saved.json` names survives kill -9 of node and
supervisor together; what it does not name may be rolled back, and the finality policy `saved` waits for it.
"""

from __future__ import annotations

import fcntl
import logging
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

from suyuan.adapters.evm import answers, node_process
from suyuan.adapters.evm.errors import ChainMisconfigured, NodeBusy, NodeMissing
from suyuan.adapters.evm.node_state import StateFiles
from suyuan.adapters.evm.policy import SavedPoint
from suyuan.adapters.evm.rpc import HttpRpc, RpcError
from suyuan.anchoring.ports import Block, ChainUnavailable

CHAIN_ID = 31337
START_SECONDS = 60.0
RESTART_SECONDS = 0.2
#: A node that answers nothing for this long is killed and started again from its saved state.
HUNG_SECONDS = 30.0
FUNDS = 10**24  # wei: a million ether of the toy chain
GAS_LIMIT = 60_000_000
LOADED = "load.json"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often the supervisor looks for waiting transactions, and saves a head that has changed."""

    block_seconds: float = 0.2
    save_seconds: float = 1.0


DEFAULT_PACE = Pace()


def chain_folder(data_dir: Path) -> Path:
    return data_dir / "chain"


def node_url(data_dir: Path) -> str:
    """Where the node of this data folder listens; raises ChainUnavailable before its first start."""
    record = node_process.read_record(chain_folder(data_dir))
    if record is None:
        raise ChainUnavailable("the embedded chain has not been started in this data folder")
    return record.url


class EmbeddedNode:
    """Supervises the node of one data folder; use as a context manager, or start() and stop().

    `funded` are addresses that always find money. `confirmations` above 1 makes the supervisor follow each
    block of transactions with empty ones, for a policy that counts blocks.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        funded: Sequence[str] = (),
        confirmations: int = 1,
        pace: Pace = DEFAULT_PACE,
    ) -> None:
        self.folder = chain_folder(data_dir)
        self.states = StateFiles(self.folder)
        self._funded = tuple(funded)
        self._confirmations = confirmations
        self._pace = pace
        self._binary: Path | None = None
        self._save_cost = 0.0
        self._saved: SavedPoint | None = None
        self._saved_when = 0.0
        self._answered = 0.0
        self._child: subprocess.Popen[bytes] | None = None
        self._record: node_process.NodeRecord | None = None
        self._rpc = HttpRpc(lambda: self.url, answer_seconds=60)
        self._stopping = threading.Event()
        self._ready = threading.Event()
        self._failure: Exception | None = None
        self._thread: threading.Thread | None = None
        self._lock: IO[bytes] | None = None

    @property
    def url(self) -> str:
        record = self._record
        if record is None:
            raise ChainUnavailable("the embedded chain is not running")
        return record.url

    @property
    def pid(self) -> int | None:
        """The node's process now, for tests and diagnosis."""
        return self._child.pid if self._child else None

    def start(self) -> None:
        """Return when the node answers. Raises NodeMissing, NodeBusy, ChainMisconfigured."""
        self._binary = node_process.find_anvil()
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = self._take_lock()
        self._stopping.clear()
        self._ready.clear()
        self._failure = None
        self._thread = threading.Thread(target=self._supervise, name="embedded-node", daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            self._release()
            raise self._failure

    def stop(self) -> None:
        """Save everything, end the node, and return; safe to call twice."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
        self._release()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _take_lock(self) -> IO[bytes]:
        lock = (self.folder / "lock").open("ab")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.close()
            raise NodeBusy(f"the embedded chain in {self.folder} is run by another process") from error
        return lock

    def _release(self) -> None:
        self._thread = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _supervise(self) -> None:
        try:
            self._bring_up()
        except Exception as error:  # noqa: BLE001 - start() raises it, whatever it is
            self._failure = error
            self._end_child()
            return
        finally:
            self._ready.set()
        while not self._stopping.wait(self._pace.block_seconds):
            self._attempt("keeping the embedded chain", self._tend)
        self._attempt("saving the embedded chain at the end", self._seal)
        self._attempt("saving the embedded chain at the end", self._save)
        self._end_child()

    def _attempt(self, what: str, work: Callable[[], None]) -> None:
        try:
            work()
        except (ChainMisconfigured, ChainUnavailable, RpcError, OSError) as error:
            log.warning("%s failed: %s", what, error)
        except Exception:  # the node ends with this thread, so nothing may end it
            log.exception("%s failed", what)

    def _tend(self) -> None:
        child = self._child
        if child is None or child.poll() is not None:
            log.warning("the embedded chain's node ended by itself; it starts again from its saved state")
            self._stopping.wait(RESTART_SECONDS)
            self._bring_up()
        elif time.monotonic() - self._answered > HUNG_SECONDS:
            log.error("the embedded chain's node answers nothing; it is killed and started again")
            self._end_child()
            self._bring_up()
        self._seal()
        wait = max(self._pace.save_seconds, 3 * self._save_cost)  # a large state is not saved all day long
        if time.monotonic() - self._saved_when >= wait:
            self._save()

    def _bring_up(self) -> None:
        previous = node_process.read_record(self.folder)
        if previous is not None and node_process.is_running(previous) and self._child is None:
            self._rescue(previous)
        state = self.states.newest_whole()
        port = node_process.free_port(previous.port if previous else None)
        self._child = node_process.launch(self._command(port, state), self.folder / "anvil.log")
        self._record = node_process.write_record(self.folder, self._child.pid, port)
        self._wait_until_it_answers(self._child)
        (self.folder / LOADED).unlink(missing_ok=True)
        for address in self._funded:
            self._rpc.call("anvil_setBalance", address, hex(FUNDS))
        head = self._head()
        self._saved = SavedPoint(head.number, head.hash)
        self._saved_when = time.monotonic()
        if state is None:
            self._saved = None
            self._save()  # the genesis block, so that a kill in the first second does not make another chain
        else:
            self.states.mark(self._saved)

    def _command(self, port: int, state: bytes | None) -> list[str]:
        command = [str(self._binary), "--host", node_process.HOST, "--port", str(port)]
        command += ["--chain-id", str(CHAIN_ID), "--hardfork", "prague", "--gas-limit", str(GAS_LIMIT)]
        command += ["--accounts", "0", "--no-mining", "--no-cors", "--quiet", "--prune-history", "64"]
        if state is not None:
            load = self.folder / LOADED
            load.write_bytes(state)
            command += ["--load-state", str(load)]
        return command

    def _wait_until_it_answers(self, child: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and child.poll() is None:
            try:
                self._rpc.call("eth_chainId")
            except (ChainUnavailable, RpcError):
                time.sleep(0.02)
            else:
                self._answered = time.monotonic()
                return
        self._end_child()
        said = (self.folder / "anvil.log").read_text(errors="replace").strip()[-300:]
        raise NodeMissing(f"the embedded chain's node did not start: {said or 'it said nothing'}")

    def _rescue(self, orphan: node_process.NodeRecord) -> None:
        """A node that outlived its supervisor may hold blocks that nobody saved: save, then end it."""
        log.warning("a node without supervisor runs (pid %d): it is saved and ended", orphan.pid)
        self._record = orphan
        self._attempt("saving the state of a node without supervisor", self._save)
        node_process.end(orphan)
        self._record = None

    def _seal(self) -> None:
        status = answers.members(self._rpc.call("txpool_status"), "the pool's status")
        self._answered = time.monotonic()
        if answers.quantity(status.get("pending"), "waiting transactions"):
            self._rpc.call("evm_mine")
            for _ in range(self._confirmations - 1):
                self._rpc.call("evm_mine")

    def _save(self) -> None:
        head = self._head()
        point = SavedPoint(head.number, head.hash)
        if point == self._saved:
            return
        began = time.monotonic()
        state = answers.octets(self._rpc.call("anvil_dumpState"), "the chain's state")
        if self._head() != head:
            return  # somebody else made a block meanwhile; this dump may be of neither
        self.states.write(state, point)
        self._saved = point
        self._saved_when = time.monotonic()
        self._save_cost = self._saved_when - began

    def _head(self) -> Block:
        return answers.block(self._rpc.call("eth_getBlockByNumber", "latest", False))

    def _end_child(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.wait()
        self._record = None
