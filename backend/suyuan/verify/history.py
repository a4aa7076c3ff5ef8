"""Questions to the ledger's logs: was every entry shown recorded, and is every recorded entry shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from suyuan.kernel.ledger import ANY_ROLE, LedgerRefusal, LotState, record_entry
from suyuan.verify.bundle import Bundle, BundleEntry
from suyuan.verify.chain import SeenChain, SeenEntry
from suyuan.verify.report import Check, Outcome, utc
from suyuan.verify.rpc import Unreachable

#: What was recorded so long before a live page was fetched must stand on it; what is fresher may still be on
#: the way to being final.
GRACE = timedelta(minutes=15)


def check_history(bundle: Bundle, chain: SeenChain, fetched_at: datetime | None) -> Iterator[Check]:
    """Compare the entries shown with all entries that the ledger recorded for the lot."""
    logs = chain.entries_of(bundle.lot_id)
    until = [seen for seen in logs if seen.block <= bundle.as_of.block]
    for shown in bundle.entries:
        yield _compare(shown, until[shown.index] if shown.index < len(until) else None, chain)
    if len(until) > len(bundle.entries):
        detail = (
            f"the ledger has {len(until)} entries up to the bundle's block, {len(bundle.entries)} are shown"
        )
        yield Check("complete", Outcome.FAIL, detail)
        return
    newer = logs[len(until) :]
    if fetched_at is not None:
        limit = int((fetched_at - GRACE).timestamp())
        hidden = sum(_time(seen, chain) < limit for seen in newer)
        if hidden:
            told = f"the ledger has {len(logs)}, {len(bundle.entries)} are shown"
            detail = f"the page hides {_counted(hidden)} recorded before {utc(limit)}: {told}"
            yield Check("complete", Outcome.FAIL, detail)
            return
    yield _complete(bundle, chain.lot(bundle.lot_id), logs)
    if newer:
        yield _newer(bundle, len(newer), live=fetched_at is not None)


def _time(seen: SeenEntry, chain: SeenChain) -> int:
    """Its block's time. Raises Unreachable when the node contradicts itself about that block."""
    block = chain.block(seen.block)
    if block is None or block.hash != seen.block_hash:
        raise Unreachable(f"the node gives an entry of block {seen.block}, but not that block")
    return block.time


def _newer(bundle: Bundle, count: int, *, live: bool) -> Check:
    exist = f"{count} newer entries exist" if count > 1 else "1 newer entry exists"
    fresh = f", recorded less than {GRACE.seconds // 60} minutes before it was fetched" if live else ""
    detail = f"valid as of {utc(bundle.as_of.time)}; {exist}{fresh}: get it again to see all"
    return Check("newer", Outcome.PARTIAL, detail)


def _counted(number: int) -> str:
    return f"{number} entries" if number > 1 else "1 entry"


def _compare(shown: BundleEntry, seen: SeenEntry | None, chain: SeenChain) -> Check:
    if seen is None:
        return Check("entry", Outcome.FAIL, "the ledger has no such entry", shown.subject)
    pairs = {
        "event": (shown.entry.event_hash, seen.entry.event_hash),
        "kind": (shown.entry.kind, seen.entry.kind),
        "party": (shown.party, seen.party),
        "sequence": (shown.sequence, seen.sequence),
        "occurredAt": (shown.entry.occurred_at, seen.entry.occurred_at),
        "counterparty": (shown.entry.counterparty, seen.entry.counterparty),
        "index": (shown.index, seen.index),
        "inCustody": (shown.in_custody, seen.in_custody),
        "transaction": (shown.transaction, seen.transaction),
        "block": (shown.block, seen.block),
        "logIndex": (shown.log_index, seen.log_index),
    }
    differing = [word for word, (one, other) in pairs.items() if one != other]
    if differing:
        return Check(
            "entry", Outcome.FAIL, f"the ledger says otherwise: {', '.join(differing)}", shown.subject
        )
    block = chain.block(seen.block)
    if block is None or block.hash != seen.block_hash:
        return Check("entry", Outcome.FAIL, "stands in a block that is not of this chain", shown.subject)
    return Check("entry", Outcome.PASS, "is what the ledger recorded", shown.subject)


def _complete(bundle: Bundle, now: LotState, logs: Sequence[SeenEntry]) -> Check:
    """All entries together give the count and head that the ledger stores: none was left out, by anyone."""
    state = LotState()
    try:
        for seen in logs:
            state, _ = record_entry(state, seen.party, ANY_ROLE, seen.entry, may_open=True)
    except LedgerRefusal as refusal:
        return Check("complete", Outcome.FAIL, f"the node's logs break the ledger's rules: {refusal.reason}")
    if len(logs) == len(bundle.entries) and bundle.status != now:
        return Check("complete", Outcome.FAIL, "the ledger's count, head or custody is not the one shown")
    if state != now:
        detail = f"the node gives {state.count} entries, but the ledger counts {now.count}: ask another node"
        return Check("complete", Outcome.UNREACHABLE, detail)
    return Check(
        "complete", Outcome.PASS, f"all {len(bundle.entries)} entries: the ledger's count and head agree"
    )
