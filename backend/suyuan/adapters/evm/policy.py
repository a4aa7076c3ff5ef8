"""When a block is final: a policy of the chain, chosen by its operator, never guessed (rule R8).

`depth:N`        N blocks from the head on, the head being 1; `depth:1` suits chains with immediate finality
                 (Besu QBFT, IBFT2), which do not know the tags
`tag:finalized`  the node's own tag; `tag:safe` likewise
`saved`          the embedded node: only blocks that are in its state file, synced to disk; `saved:N` asks for
                 depth N as well
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from suyuan.adapters.evm import answers
from suyuan.adapters.evm.errors import BadPolicy
from suyuan.adapters.evm.rpc import Rpc, RpcError
from suyuan.anchoring.ports import ChainUnavailable
from suyuan.config.finality import FORMS, parse_finality

NOTHING = -1


class FinalityPolicy(Protocol):
    def finalized(self, rpc: Rpc) -> int:
        """Greatest final block number, or -1. Raises ChainUnavailable."""


@dataclass(frozen=True, slots=True)
class Depth:
    """Final once `depth` blocks, itself included, stand on the chain."""

    depth: int

    def finalized(self, rpc: Rpc) -> int:
        head = answers.quantity(_ask(rpc, "eth_blockNumber"), "the head")
        return max(NOTHING, head - self.depth + 1)


@dataclass(frozen=True, slots=True)
class Tag:
    """Final where the node says so."""

    tag: str

    def finalized(self, rpc: Rpc) -> int:
        try:
            value = rpc.call("eth_getBlockByNumber", self.tag, False)
        except RpcError as error:
            raise ChainUnavailable(
                f"{rpc.where} does not know the block tag '{self.tag}' ({error}); "
                "a chain with immediate finality wants SUYUAN_FINALITY=depth:1"
            ) from error
        found = answers.optional_block(value)
        return NOTHING if found is None else found.number


@dataclass(frozen=True, slots=True)
class SavedPoint:
    """The newest block that the embedded node's supervisor has synced to disk."""

    block: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Saved:
    """Final once saved: what kill -9 of the node cannot take back."""

    read: Callable[[], SavedPoint | None]
    depth: int = 1

    def finalized(self, rpc: Rpc) -> int:
        point = self.read()
        if point is None:
            return NOTHING
        found = answers.optional_block(_ask(rpc, "eth_getBlockByNumber", hex(point.block), False))
        if found is None or found.hash != point.hash:
            # The node fell back to an older state, or is another one: the saved point says nothing about it.
            return NOTHING
        return min(point.block, Depth(self.depth).finalized(rpc))


def saved_point(path: Path) -> SavedPoint | None:
    """What `saved.json` says, or None while nothing (readable) is there."""
    try:
        content = json.loads(path.read_bytes())
        return SavedPoint(int(content["block"]), bytes.fromhex(content["hash"][2:]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def parse_policy(text: str, saved_file: Path | None = None) -> FinalityPolicy:
    """The policy that `text` names; raises BadPolicy. `saved_file` is needed for `saved` only."""
    match parse_finality(text):
        case "depth", value:
            return Depth(int(value))
        case "tag", value:
            return Tag(value)
        case "saved", value:
            if saved_file is None:
                raise BadPolicy("the finality policy 'saved' is for the embedded chain only")
            return Saved(lambda: saved_point(saved_file), int(value or 1))
        case _:
            raise BadPolicy(f"'{text}' is no finality policy: use one of {FORMS}; N is 1 or more")


def confirmations(text: str) -> int:
    """How many blocks the policy wants, the block itself included; 1 where it does not count them."""
    name, value = parse_finality(text) or ("", "")
    return int(value) if name in {"depth", "saved"} and value else 1


def _ask(rpc: Rpc, method: str, *params: object) -> object:
    try:
        return rpc.call(method, *params)
    except RpcError as error:
        raise ChainUnavailable(f"{rpc.where} refused {method}: {error}") from error
