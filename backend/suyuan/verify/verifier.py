"""The verifier: a bundle, what the user trusts and a node of his choice give a report.

What it does not do: it does not prove that a statement was true before it was signed, that a sensor lay where
it was said to lie, or that the node tells the truth; ask several nodes, or run one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial

from suyuan.verify import history, offline, onchain, signing
from suyuan.verify.asked import check_asked
from suyuan.verify.bundle import Bundle, parse_bundle
from suyuan.verify.chain import SeenChain
from suyuan.verify.form import BundleFault
from suyuan.verify.report import Check, Outcome, Report
from suyuan.verify.rpc import Rpc, Unreachable
from suyuan.verify.trust import Trust

Question = Callable[[], Iterable[Check]]


def verify_bundle(
    data: bytes,
    trust: Trust,
    rpc: Rpc,
    fetched_at: datetime | None = None,
    expected_lot: bytes | None = None,
) -> Report:
    """Check the bytes of a bundle against the chain alone. Never raises: surprise is a FAIL in the report.

    `fetched_at` (aware; by the user's own clock) is when a live page was asked for the bundle: a page must
    not leave out what was recorded well before. None for a file, which may be old and hide nothing.
    `expected_lot` is the id of the lot that was asked for: a bundle of another lot is FAIL, and one that was
    fetched without a lot in mind PARTIAL.
    """
    parsed: list[Bundle] = []
    checks = _answer("format", partial(_parse, data, parsed))
    if not parsed:
        return Report(tuple(checks))
    bundle, chain = parsed[0], SeenChain(rpc, trust)
    checks += _answer("lot", partial(offline.check_lot, bundle))
    checks += _answer("lot", partial(check_asked, bundle, expected_lot, fetched_at))
    checks += _answer("time", partial(offline.check_times, bundle))
    checks += _answer("custody", partial(offline.check_custody, bundle))
    checks += _answer("inclusion", partial(offline.check_inclusion, bundle))
    checks += _answer("product", partial(offline.check_products, bundle))

    ground = _answer("chain", partial(onchain.check_chain, bundle, trust, chain))
    ground += _answer("code", partial(onchain.check_code, trust, chain))
    if not any(check.outcome is Outcome.FAIL for check in ground):
        ground += _answer("asOf", partial(onchain.check_as_of, bundle, chain, fetched_at))
    checks += ground
    if any(check.outcome in (Outcome.FAIL, Outcome.UNREACHABLE) for check in ground):
        return Report((*checks, _not_asked()))

    checks += _answer("history", partial(history.check_history, bundle, chain, fetched_at))
    for entry in bundle.entries:
        checks += _answer("block", partial(onchain.check_block, entry, chain), entry.subject)
        checks += _answer("signature", partial(signing.check_signature, entry, trust, chain), entry.subject)
    for party in bundle.parties:
        checks += _answer("profile", partial(onchain.check_profile, party, chain), party.subject)
    for anchor in bundle.anchors:
        checks += _answer("anchor", partial(onchain.check_anchor, anchor, chain), anchor.subject)
    return Report(tuple(checks))


def _answer(name: str, question: Question, subject: str = "") -> list[Check]:
    checks: list[Check] = []
    try:
        checks.extend(question())
    except Unreachable as silence:
        checks.append(Check(name, Outcome.UNREACHABLE, str(silence), subject))
    except Exception as surprise:  # noqa: BLE001 - whatever it was, it must never look like a PASS
        detail = f"surprise in the verifier: {type(surprise).__name__}: {surprise}"
        checks.append(Check(name, Outcome.FAIL, detail, subject))
    return checks


def _parse(data: bytes, parsed: list[Bundle]) -> Iterable[Check]:
    try:
        parsed.append(parse_bundle(data))
    except BundleFault as fault:
        yield Check("format", Outcome.FAIL, str(fault))
        return
    yield Check("format", Outcome.PASS, "reads strictly as suyuan-bundle/1")


def _not_asked() -> Check:
    detail = "the entries were not compared: see what the chain, its code or the bundle's block said above"
    return Check("history", Outcome.UNREACHABLE, detail)
