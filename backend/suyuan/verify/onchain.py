"""Questions to the chain that stand alone: its identity, its blocks, parties' profiles, anchors."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from suyuan.verify.bundle import Bundle, BundleAnchor, BundleEntry, BundleParty
from suyuan.verify.chain import SeenChain
from suyuan.verify.report import Check, Outcome, utc
from suyuan.verify.rpc import Unreachable
from suyuan.verify.trust import CONTRACTS, Trust


def check_chain(bundle: Bundle, trust: Trust, chain: SeenChain) -> Iterator[Check]:
    """Bundle, trust and node speak of the same chain and contracts."""
    if bundle.chain_id != trust.chain_id:
        detail = f"the bundle speaks of chain {bundle.chain_id}, you trust chain {trust.chain_id}"
        yield Check("chain", Outcome.FAIL, detail)
        return
    for name in CONTRACTS:
        if bundle.contracts[name].lower() != trust.contracts[name].lower():
            detail = f"the bundle's {name} is {bundle.contracts[name]}, you trust {trust.contracts[name]}"
            yield Check("chain", Outcome.FAIL, detail)
            return
    answered = chain.chain_id()
    if answered != trust.chain_id:
        detail = f"the node is on chain {answered}, not on chain {trust.chain_id}: ask another node"
        yield Check("chain", Outcome.UNREACHABLE, detail)
        return
    yield Check("chain", Outcome.PASS, f"chain {answered} and the three contracts that you trust")


def check_code(trust: Trust, chain: SeenChain) -> Iterator[Check]:
    """The code at each address is the code that was deployed there."""
    for name in CONTRACTS:
        expected, found = trust.code_hashes.get(name), chain.code_hash(name)
        if found is None:
            detail = f"there is no contract at {trust.contracts[name]}: the chain was reset, or is another"
            yield Check("code", Outcome.FAIL, detail, name)
        elif expected is None:
            yield Check("code", Outcome.UNSUPPORTED, "no code hash to compare with was given", name)
        elif found != expected:
            yield Check("code", Outcome.FAIL, "other code runs there than was deployed", name)
        else:
            yield Check("code", Outcome.PASS, "runs the deployed code", name)


#: A live page that stays behind the chain for longer is said to be old.
STALE = timedelta(hours=24)


def check_as_of(bundle: Bundle, chain: SeenChain, fetched_at: datetime | None) -> Iterator[Check]:
    """The block up to which the bundle speaks is one of this chain; a live page does not stay far behind."""
    as_of = bundle.as_of
    block = chain.block(as_of.block) if as_of.block <= chain.head else None
    if block is None:
        known = chain.block_by_hash(as_of.block_hash)
        if known is None:
            raise Unreachable(f"the node is at block {chain.head}, the bundle speaks of block {as_of.block}")
        yield Check("asOf", Outcome.FAIL, f"the block's number is {known.number}, not {as_of.block}")
    elif block.hash != as_of.block_hash:
        yield Check("asOf", Outcome.FAIL, f"block {as_of.block} of the chain has another hash")
    elif block.time != as_of.time:
        yield Check("asOf", Outcome.FAIL, f"block {as_of.block} has the time {block.time}, not {as_of.time}")
    else:
        yield Check("asOf", Outcome.PASS, f"block {as_of.block} ({utc(as_of.time)}) is a block of this chain")
        if fetched_at is not None:
            yield from _check_age(bundle, chain, fetched_at)


def _check_age(bundle: Bundle, chain: SeenChain, fetched_at: datetime) -> Iterator[Check]:
    """How long the chain had gone on when the page was fetched: since the block after the bundle's."""
    after = chain.block(bundle.as_of.block + 1) if bundle.as_of.block < chain.head else None
    if after is not None and fetched_at.timestamp() - after.time > STALE.total_seconds():
        hours = int(fetched_at.timestamp() - bundle.as_of.time) // 3600
        age = f"{hours} hours" if hours < 48 else f"{hours // 24} days"
        detail = f"the page tells a state that is {age} old, though the chain has gone on since"
        yield Check("asOf", Outcome.PARTIAL, detail)


def check_block(shown: BundleEntry, chain: SeenChain) -> Iterator[Check]:
    """The entry's block is canonical, and has the time shown."""
    block = chain.block(shown.block) if shown.block <= chain.head else None
    if block is None:
        yield Check("block", Outcome.FAIL, f"the chain has no block {shown.block}", shown.subject)
    elif block.time != shown.block_time:
        detail = f"block {shown.block} has the time {block.time}, not {shown.block_time}"
        yield Check("block", Outcome.FAIL, detail, shown.subject)
    else:
        yield Check("block", Outcome.PASS, "the block has the number and time shown", shown.subject)


def check_profile(party: BundleParty, chain: SeenChain) -> Iterator[Check]:
    """The profile shown is the one whose hash the registry holds, or held."""
    if chain.profile_hash(party.number) == party.profile_hash:
        yield Check("profile", Outcome.PASS, "is the profile on chain", party.subject)
    elif party.profile_hash in chain.profile_hashes(party.number):
        detail = "was the profile on chain; the party has changed it since"
        yield Check("profile", Outcome.PARTIAL, detail, party.subject)
    else:
        yield Check("profile", Outcome.FAIL, "is not the profile on chain", party.subject)


def check_anchor(anchor: BundleAnchor, chain: SeenChain) -> Iterator[Check]:
    """The anchor's root and number of leaves are those on chain."""
    seen = chain.anchored_root(anchor.number)
    if seen is None:
        yield Check("anchor", Outcome.FAIL, "the chain has no such anchor", anchor.subject)
    elif seen != (anchor.root, anchor.leaf_count):
        yield Check("anchor", Outcome.FAIL, "the chain has another root or count", anchor.subject)
    else:
        yield Check("anchor", Outcome.PASS, "root and count are those on chain", anchor.subject)
