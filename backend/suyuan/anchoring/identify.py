"""Is this the chain we know? (rule R10) Nothing is sent to a chain that is not recognised."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from suyuan.anchoring.finalize import newest_checkpoint
from suyuan.anchoring.ports import Block, Identity
from suyuan.anchoring.tables import epochs
from suyuan.anchoring.way import Way, log
from suyuan.kernel.canonical import canonical_json
from suyuan.kernel.clock import Clock
from suyuan.kernel.hashing import from_hex, keccak256, to_hex

_NO_CODE = keccak256(b"")
LATCHES = ("wrong_chain", "chain_lost")


class WrongChain(Exception):
    """Another network answers at this address."""


class ChainLost(Exception):
    """The network is the right one, but our contracts or our history are not on it any more."""

    def __init__(self, reason: str, identity: Identity) -> None:
        super().__init__(reason)
        self.identity = identity


def open_epoch(conn: Connection) -> Row[Any] | None:
    """The epoch that we are in, or None before the first."""
    query = select(epochs).where(epochs.c.closed_at.is_(None)).order_by(epochs.c.epoch.desc())
    return conn.execute(query.limit(1)).one_or_none()


def identity_of(row: Row[Any]) -> Identity:
    """The identity that an epoch was opened with."""
    contracts = json.loads(row.contracts)
    return Identity(
        chain_id=row.chain_id,
        genesis_hash=row.genesis_hash,
        contracts={name: it["address"] for name, it in contracts.items()},
        code_hashes={name: from_hex(it["codeHash"]) for name, it in contracts.items()},
    )


def recognise(way: Way, *, sure: bool) -> None:
    """Set the way's epoch, or raise WrongChain, ChainLost, ChainUnavailable, LeaseLost.

    With `sure` the newest final block is enough: a chain that has it has our contracts too, for they cannot
    be changed. Otherwise, and whenever that block is not there, everything is compared.
    """
    with way.database.reading() as conn:
        row = open_epoch(conn)
        point = None if row is None else newest_checkpoint(conn, row.epoch)
    if row is not None and sure and point is not None:
        block: Block | None = way.chain.block(point[0])
        if block is not None and block.hash == point[1]:
            way.epoch, way.chain_id = row.epoch, row.chain_id
            return
    now = way.chain.identity()
    if row is None:
        _require_code(now)
        with way.writing() as conn:
            row_epoch = begin(conn, way.clock, now, 1, None)
        way.epoch, way.chain_id = row_epoch, now.chain_id
        return
    _compare(identity_of(row), now)
    way.epoch, way.chain_id = row.epoch, row.chain_id
    if row.latch in LATCHES:
        with way.writing() as conn:
            latch(conn, way.clock, row.epoch, None, None)


def _compare(known: Identity, now: Identity) -> None:
    if known.chain_id != now.chain_id:
        raise WrongChain(f"chain {now.chain_id} answers where chain {known.chain_id} is expected")
    if known.genesis_hash != now.genesis_hash:
        raise ChainLost("the chain begins with another block", now)
    if known.contracts != now.contracts:
        raise ChainLost("the contracts stand at other addresses than before", now)
    for name, digest in known.code_hashes.items():
        found = now.code_hashes.get(name, _NO_CODE)
        if found != digest:
            what = "no code" if found == _NO_CODE else "other code"
            raise ChainLost(f"there is {what} at the address of {name}", now)


def has_code(now: Identity) -> bool:
    """Whether every contract is deployed."""
    return bool(now.contracts) and _NO_CODE not in now.code_hashes.values()


def _require_code(now: Identity) -> None:
    if not has_code(now):
        empty = sorted(name for name, digest in now.code_hashes.items() if digest == _NO_CODE)
        raise ChainLost(f"no contract is deployed for {', '.join(empty) or 'anything'}", now)


def begin(conn: Connection, clock: Clock, identity: Identity, epoch: int, reason: str | None) -> int:
    """Open an epoch for a chain; `reason` is why the one before ended."""
    contracts = {
        name: {"address": address, "codeHash": to_hex(identity.code_hashes[name])}
        for name, address in identity.contracts.items()
    }
    row = {
        "epoch": epoch,
        "chain_id": identity.chain_id,
        "genesis_hash": identity.genesis_hash,
        "contracts": canonical_json(contracts).decode(),
        "opened_at": clock.now(),
        "reason": reason,
    }
    conn.execute(insert(epochs).values(row))
    log.warning("epoch opened", extra={"epoch": epoch, "chain_id": identity.chain_id, "reason": reason})
    return epoch


def latch(conn: Connection, clock: Clock, epoch: int, what: str | None, reason: str | None) -> None:
    """Say in the open why nothing is sent, or (None) that it is over."""
    values = {"latch": what, "latch_reason": reason, "latched_at": clock.now() if what else None}
    conn.execute(update(epochs).where(epochs.c.epoch == epoch).values(values))
    if what:
        log.critical("latched", extra={"latch": what, "reason": reason})
