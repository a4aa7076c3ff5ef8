"""One pass over the way to the chain, and the loop around it.

A pass may stop anywhere, by an exception or by a kill; the next one, here or in another process,
continues from
what is in the database.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from suyuan.anchoring import identify, lease
from suyuan.anchoring.broadcast import broadcast
from suyuan.anchoring.confirm import confirm
from suyuan.anchoring.errors import LeaseLost
from suyuan.anchoring.finalize import finalize
from suyuan.anchoring.guard import NodeBehind, check
from suyuan.anchoring.model import Policy, Progress, Safeguards
from suyuan.anchoring.number import number
from suyuan.anchoring.ports import Chain, ChainUnavailable, Contracts, PartySigners, Relayer
from suyuan.anchoring.prepare import fill_gap, prepare
from suyuan.anchoring.rebind import rebind
from suyuan.anchoring.seal import seal
from suyuan.anchoring.way import View, Way, log, nothing, nothing_foreseen
from suyuan.database import Database
from suyuan.kernel.clock import Clock
from suyuan.kernel.errors import Unavailable

Redeploy = Callable[[], tuple[Chain, Contracts]]

#: A chain must look lost this many passes running before an embedded one is begun anew.
_LOST_PASSES = 3


class RelayLoop:
    """The relayer. `redeploy` puts the contracts on an emptied chain and returns the chain and the calls
    for their
    new addresses; given only where the chain is our own (embedded), else an operator decides (`chain
    rebind`).
    """

    def __init__(  # noqa: PLR0913, PLR0917 - it assembles the way
        self,
        database: Database,
        chain: Chain,
        contracts: Contracts,
        relayer: Relayer,
        signers: PartySigners,
        clock: Clock,
        policy: Policy | None = None,
        *,
        redeploy: Redeploy | None = None,
        safeguards: Safeguards | None = None,
        hook: Callable[[str], None] = nothing,
        owner: str | None = None,
        put_back: Callable[[Connection, Sequence[bytes]], None] = nothing_foreseen,
    ) -> None:
        self._way = Way(
            database=database,
            chain=chain,
            contracts=contracts,
            relayer=relayer,
            signers=signers,
            clock=clock,
            policy=policy or Policy(),
            safeguards=safeguards or Safeguards(),
            owner=owner or lease.owner_name(),
            hook=hook,
            put_back=put_back,
        )
        self._redeploy = redeploy
        self._sure = False  # the last pass saw the right chain
        self._known = False  # this process has seen it at least once
        self._lost = 0

    @property
    def chain(self) -> Chain:
        """The chain in use; another one after a redeployment."""
        return self._way.chain

    def pass_once(self) -> Progress:
        """One pass. Whatever is unavailable ends it quietly with `idle` saying why; faults of ours are
        raised.
        """
        progress = Progress()
        try:
            self._steps(progress)
        except LeaseLost:
            progress.idle = "another relayer has the lease"
        except NodeBehind as reason:
            progress.idle = str(reason)
        except (ChainUnavailable, Unavailable) as reason:
            self._sure = False
            progress.idle = f"unavailable: {reason}"
            log.warning("pass ended early", extra={"reason": str(reason)})
        return progress

    def _steps(self, progress: Progress) -> None:
        way = self._way
        with way.database.transaction() as conn:
            if not lease.acquire(conn, way.clock, way.relayer.address, way.owner, way.policy.lease_seconds):
                raise LeaseLost(way.relayer.address)
        progress.sealed = seal(way)
        known = self._known
        if known:  # signatures are over the ledger's address: only once it has been seen to be the right one
            progress.numbered = number(way)
        if not self._recognised(progress):
            return
        if not known:
            progress.numbered = number(way)
        finalized = way.chain.finalized()  # first: a nonce used up to there is then seen as used
        view = View(way.chain.head(), way.chain.nonce(way.relayer.address), finalized)
        if way.safeguards.guard:
            progress.reopened = check(way, view)
        progress.mined, again = confirm(way, view)
        progress.reopened += again
        progress.ended = finalize(way, view)
        fill_gap(way, view)
        progress.prepared = prepare(way, view)
        progress.sent = broadcast(way, view)

    def _recognised(self, progress: Progress) -> bool:
        way = self._way
        try:
            identify.recognise(way, sure=self._sure)
        except identify.WrongChain as reason:
            self._sure = self._known = False
            self._latch("wrong_chain", str(reason), progress)
            return False
        except identify.ChainLost as reason:
            self._sure = self._known = False
            self._lost += 1
            if self._redeploy is None or self._lost < _LOST_PASSES:
                self._latch("chain_lost", str(reason), progress)
                return False
            self._begin_anew(self._redeploy, reason)
            return False
        self._sure, self._known, self._lost = True, True, 0
        return True

    def _begin_anew(self, redeploy: Redeploy, lost: identify.ChainLost) -> None:
        """Contracts that stand already are kept: a crash between the two steps must not deploy them twice."""
        way = self._way
        now = lost.identity
        if not identify.has_code(now):
            way.chain, way.contracts = redeploy()
            way.hook("redeployed")
            now = way.chain.identity()
        with way.writing() as conn:
            rebind(conn, way.clock, now, str(lost))
        self._lost = 0

    def _latch(self, what: str, reason: str, progress: Progress) -> None:
        progress.idle = f"{what}: {reason}"
        way = self._way
        with way.writing() as conn:
            row = identify.open_epoch(conn)
            if row is not None and row.latch != what:
                identify.latch(conn, way.clock, row.epoch, what, reason)

    def run(self, stop: threading.Event, wake_seconds: float = 0.5) -> None:
        """Pass until `stop` is set: at once again while there is work, else every `wake_seconds`."""
        while not stop.is_set():
            started = time.monotonic()
            try:
                progress = self.pass_once()
                pause = min(0.05, wake_seconds) if progress.moved else wake_seconds
            except Exception:  # noqa: BLE001 - the next pass begins from the database, whatever this one stumbled over
                log.exception("pass failed")
                pause = max(wake_seconds, 1.0)
            stop.wait(max(pause - (time.monotonic() - started), 0.01))
        self.release()

    def release(self) -> None:
        """Give the lease back, so that another relayer need not wait for its end."""
        way = self._way
        try:
            with way.database.transaction() as conn:
                lease.release(conn, way.relayer.address, way.owner, way.clock)
        except Unavailable:
            log.warning("lease not released")
