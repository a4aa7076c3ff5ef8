"""`suyuan worker`: carries records to the chain, and says every few seconds that it lives."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from types import FrameType

from suyuan import bootstrap
from suyuan.anchoring import heartbeats
from suyuan.anchoring.ports import ChainUnavailable
from suyuan.anchoring.relay import RelayLoop
from suyuan.bootstrap import System
from suyuan.config.logs import log_to_stderr
from suyuan.config.settings import Settings
from suyuan.kernel.errors import SuyuanError
from suyuan.parties.keys import finish_rotations

log = logging.getLogger("suyuan.worker")

BEAT_SECONDS = 5.0


def run(settings: Settings) -> None:
    """Work until SIGTERM or Ctrl-C; a second signal is not needed, since every pass may be cut off anywhere.

    Raises SuyuanError when settings, keys or chain are wrong.
    """
    log_to_stderr()
    stop = threading.Event()

    def asked(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, asked)
    system = bootstrap.open_system(settings)
    try:
        bootstrap.check_chain(system)
        work(system, stop)
    finally:
        system.database.close()


def work(system: System, stop: threading.Event) -> None:
    """Relay until `stop` is set, with a heart beside it."""
    loop = bootstrap.relay_loop(system)
    name = f"{socket.gethostname()}:{os.getpid()}"
    heart = threading.Thread(target=_beat, args=(system, loop, name, stop), name="heart", daemon=True)
    heart.start()
    log.info("worker started", extra={"worker": name, "chain_id": system.identity.chain_id})
    loop.run(stop)
    heart.join(timeout=5)
    log.info("worker stopped", extra={"worker": name})


def _beat(system: System, loop: RelayLoop, name: str, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            facts = _facts(system, loop)
            with system.database.transaction() as conn:
                heartbeats.beat(conn, system.clock, name, facts)
                finish_rotations(conn, system.clock)
        except SuyuanError as error:
            log.warning("heartbeat not written", extra={"reason": error.message})
        except Exception:  # a heart that stops would call the worker dead while it works
            log.exception("heartbeat failed")
        stop.wait(BEAT_SECONDS)


def _facts(system: System, loop: RelayLoop) -> dict[str, object]:
    relayer = system.connection.relayer
    address = relayer.address if relayer else ""
    try:
        return {
            "relayer": address,
            "balance": str(loop.chain.balance(address)),
            "head": loop.chain.head().number,
            "finalized": loop.chain.finalized(),
        }
    except ChainUnavailable as error:
        return {"relayer": address, "trouble": str(error)}
