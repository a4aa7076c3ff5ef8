"""What every step of a pass is given."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from suyuan.anchoring import lease
from suyuan.anchoring.model import Policy, Safeguards
from suyuan.anchoring.ports import Block, Chain, Contracts, PartySigners, Relayer
from suyuan.database import Database
from suyuan.kernel.clock import Clock

log = logging.getLogger("suyuan.anchoring")


def nothing(_point: str) -> None:
    """The hook of ordinary service."""


def nothing_foreseen(_conn: Connection, _lots: Sequence[bytes]) -> None:
    """Where nobody has foreseen anything."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """How often in a row a simulated call of one operation has reverted, and when it did first."""

    times: int
    since: datetime


@dataclass(slots=True)
class Way:
    """The chain, the keys and the rules; `epoch` is the open epoch once the chain has been recognised.

    `hook` is called by name at the points where a crash would matter; tests raise there. `put_back` is told
    of lots whose entries are set aside, or are recorded after all, in the transaction that does it. `doubts`
    are by operation and end with the process: another one only takes longer to believe a revert.
    """

    database: Database
    chain: Chain
    contracts: Contracts
    relayer: Relayer
    signers: PartySigners
    clock: Clock
    policy: Policy
    safeguards: Safeguards
    owner: str
    hook: Callable[[str], None] = nothing
    put_back: Callable[[Connection, Sequence[bytes]], None] = nothing_foreseen
    epoch: int = 0
    chain_id: int = 0
    doubts: dict[int, Doubt] = field(default_factory=dict)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that holds the lease's row: two relayers can never write at the same time, and one
        that was stopped for long finds out here. Raises LeaseLost.
        """
        with self.database.transaction() as conn:
            lease.renew(conn, self.clock, self.relayer.address, self.owner, self.policy.lease_seconds)
            yield conn


@dataclass(slots=True)
class View:
    """What the node said at the start of the pass. Steps that need newer facts ask for them."""

    head: Block
    nonce: int
    finalized: int
    blocks: dict[int, Block | None] = field(default_factory=dict)

    def block(self, chain: Chain, number: int) -> Block | None:
        """The canonical block, asked once in a pass."""
        if number not in self.blocks:
            self.blocks[number] = chain.block(number)
        return self.blocks[number]
