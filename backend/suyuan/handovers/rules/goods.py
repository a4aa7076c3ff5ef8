"""HA1, HA9, HA13, HA15: what was handed over, how it looks, and that nothing is lost between the figures."""

from __future__ import annotations

from suyuan.handovers.numbers import amount_text
from suyuan.handovers.rules.model import Finding, LineFacts, Refusal, Verdict


def ha1(facts: LineFacts) -> list[Finding]:
    """Scanned by both; count and seal as sent. A smaller count must show in what is refused or missing."""
    measured = facts.receiver
    found = [_scan(facts), _seal(facts)]
    if measured is None or measured.packs is None or facts.packs_sent is None:
        return [*found, Finding("HA1", Verdict.UNMEASURED, "packs_uncounted", line=facts.line)]
    value, limit = str(measured.packs), str(facts.packs_sent)
    if measured.packs == facts.packs_sent:
        return [*found, Finding("HA1", Verdict.PASS, "packs_equal", value, limit, facts.line)]
    told = facts.sums is not None and facts.sums.missing > 0 and measured.packs < facts.packs_sent
    verdict = Verdict.WARN if told or facts.sums is None else Verdict.BLOCK
    says = "packs_differ_declared" if told else "packs_differ"
    return [*found, Finding("HA1", verdict, says, value, limit, facts.line)]


def _scan(facts: LineFacts) -> Finding:
    scanned = facts.receiver.scanned if facts.receiver else None
    if scanned is None:
        return Finding("HA1", Verdict.UNMEASURED, "not_scanned", line=facts.line)
    verdict, says = (Verdict.PASS, "scanned") if scanned else (Verdict.BLOCK, "scan_differs")
    return Finding("HA1", verdict, says, line=facts.line)


def _seal(facts: LineFacts) -> Finding:
    found = facts.receiver.seal if facts.receiver else None
    if facts.seal_sent is None:
        verdict = Verdict.UNMEASURED if found is None else Verdict.WARN
        return Finding("HA1", verdict, "seal_not_sent", found or "", "", facts.line)
    if found is None:
        return Finding("HA1", Verdict.UNMEASURED, "seal_unread", "", facts.seal_sent, facts.line)
    same = _folded(found) == _folded(facts.seal_sent)
    verdict, says = (Verdict.PASS, "seal_equal") if same else (Verdict.BLOCK, "seal_differs")
    return Finding("HA1", verdict, says, found, facts.seal_sent, facts.line)


def _folded(seal: str) -> str:
    return "".join(seal.split()).casefold()


def ha9(facts: LineFacts) -> list[Finding]:
    """Dry, clean, no signs of thawing; ice where the goods lie in it. What is bad needs a photo."""
    measured = facts.receiver
    if measured is None or (measured.dry, measured.clean, measured.thaw_signs) == (None, None, None):
        return [Finding("HA9", Verdict.UNMEASURED, "packaging_unseen", line=facts.line)]
    bad = [
        says
        for says, is_bad in (
            ("packaging_wet", measured.dry is False),
            ("packaging_dirty", measured.clean is False),
            ("thaw_signs", measured.thaw_signs is True),
            ("ice_missing", bool(facts.profile and facts.profile.needs_ice) and measured.ice is False),
        )
        if is_bad
    ]
    if not bad:
        return [Finding("HA9", Verdict.PASS, "packaging_good", line=facts.line)]
    if not measured.photos:
        return [Finding("HA9", Verdict.BLOCK, f"{says}_no_photo", line=facts.line) for says in bad]
    return [Finding("HA9", Verdict.CONDITIONAL, says, line=facts.line) for says in bad]


def ha13(facts: LineFacts) -> list[Finding]:
    """Accepted, refused and missing are what was sent, exactly."""
    sums = facts.sums
    if sums is None:
        return []
    value = " + ".join(amount_text(each) for each in (sums.accepted, sums.refused, sums.missing))
    if sums.difference:
        return [
            Finding("HA13", Verdict.BLOCK, "sums_differ", value, amount_text(sums.sent), facts.line),
        ]
    says = "sums_close_missing" if sums.missing else "sums_close"
    verdict = Verdict.WARN if sums.missing else Verdict.PASS
    return [Finding("HA13", verdict, says, value, amount_text(sums.sent), facts.line)]


def ha15(told: Refusal) -> list[Finding]:
    """Who turns goods down says why and shows it."""
    if told.reason is None:
        return [Finding("HA15", Verdict.BLOCK, "reason_missing", line=told.line)]
    if not told.evidence:
        return [Finding("HA15", Verdict.BLOCK, "evidence_missing", told.reason, line=told.line)]
    return [Finding("HA15", Verdict.PASS, "refusal_shown", told.reason, line=told.line)]
