"""Questions that the bundle alone can answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from math import floor

from suyuan.kernel.canonical import parse_json
from suyuan.kernel.errors import SuyuanError
from suyuan.kernel.hashing import leaf_hash
from suyuan.kernel.identity import identify, lot_id
from suyuan.kernel.ledger import ANY_ROLE, LedgerRefusal, LotState, record_entry
from suyuan.kernel.merkle import verify_inclusion
from suyuan.verify.bundle import Bundle
from suyuan.verify.report import Check, Outcome


def check_lot(bundle: Bundle) -> Iterator[Check]:
    """The ledger's name of the lot is the SHA-256 of its canonical URI."""
    if identify(bundle.lot_uri).uri != bundle.lot_uri:
        yield Check("lot", Outcome.FAIL, "the lot's URI is not in its canonical form")
    elif lot_id(bundle.lot_uri) != bundle.lot_id:
        yield Check("lot", Outcome.FAIL, "lotId is not the SHA-256 of the lot's URI")
    else:
        yield Check("lot", Outcome.PASS, f"lotId is the SHA-256 of the lot's URI, {bundle.lot_uri[:200]}")


def check_times(bundle: Bundle) -> Iterator[Check]:
    """The time that the party signed is the time that the event tells."""
    for shown in bundle.entries:
        told = _event_seconds(shown.event.get("eventTime"))
        if told is None:
            yield Check("time", Outcome.FAIL, "the event has no readable eventTime", shown.subject)
        elif told != shown.entry.occurred_at:
            detail = f"the event tells {told}, the party signed {shown.entry.occurred_at}"
            yield Check("time", Outcome.FAIL, detail, shown.subject)
        else:
            yield Check("time", Outcome.PASS, "the signed time is the event's time", shown.subject)


def _event_seconds(told: object) -> int | None:
    try:
        moment = datetime.fromisoformat(str(told).upper())
    except ValueError:
        return None
    return floor(moment.timestamp()) if moment.tzinfo else floor(moment.replace(tzinfo=UTC).timestamp())


def check_custody(bundle: Bundle) -> Iterator[Check]:
    """Custody, count and head follow from the entries by the ledger's rules.

    Roles and qualification are the contract's to judge at the time of recording; they are not replayed.
    """
    state = LotState()
    for shown in bundle.entries:
        try:
            state, in_custody = record_entry(state, shown.party, ANY_ROLE, shown.entry, may_open=True)
        except LedgerRefusal as refusal:
            detail = f"the ledger would have refused this entry: {refusal.reason}"
            yield Check("custody", Outcome.FAIL, detail, shown.subject)
            return
        if in_custody != shown.in_custody:
            detail = f"inCustody is shown as {shown.in_custody}, the entries say {in_custody}"
            yield Check("custody", Outcome.FAIL, detail, shown.subject)
    for word in ("custodian", "offered_to", "count", "head"):
        if getattr(state, word) != getattr(bundle.status, word):
            detail = f"the entries give another {word} than the bundle's status"
            yield Check("custody", Outcome.FAIL, detail)
            return
    yield Check("custody", Outcome.PASS, f"{state.count} entries give the custody, count and head shown")


def check_inclusion(bundle: Bundle) -> Iterator[Check]:
    """Each leaf's bytes lead along its path to the root of its anchor."""
    for anchor in bundle.anchors:
        for leaf in anchor.leaves:
            subject = f"leaf {leaf.index} of anchor {anchor.number}"
            hashed = leaf_hash(leaf.data)
            if verify_inclusion(hashed, leaf.index, anchor.leaf_count, leaf.path, anchor.root):
                yield Check("inclusion", Outcome.PASS, "the leaf is under the anchor's root", subject)
            else:
                yield Check("inclusion", Outcome.FAIL, "the leaf is not under the anchor's root", subject)


def check_products(bundle: Bundle) -> Iterator[Check]:
    """A product's master data speaks of this lot's product, not of another: a version that was anchored,
    not necessarily the newest.
    """
    for anchor in bundle.anchors:
        for leaf in anchor.leaves:
            subject = f"leaf {leaf.index} of anchor {anchor.number}"
            try:
                product = parse_json(leaf.data)
            except SuyuanError as fault:
                yield Check("product", Outcome.FAIL, f"the leaf is no JSON: {fault}", subject)
                continue
            named = product.get("uri") if isinstance(product, dict) else None
            if isinstance(named, str) and _is_product_of(named, bundle.lot_uri):
                detail = "this anchored version describes this lot's product"
                yield Check("product", Outcome.PASS, detail, subject)
            else:
                yield Check("product", Outcome.FAIL, "the leaf describes another product", subject)


def _is_product_of(product_uri: str, lot_uri: str) -> bool:
    if product_uri == lot_uri:
        return True
    product, lot = identify(product_uri), identify(lot_uri)
    if product.gtin is not None:
        return product.gtin == lot.gtin
    return product.uri == lot.class_uri
