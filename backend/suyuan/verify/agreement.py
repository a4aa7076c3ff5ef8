"""Whether a bundle agrees with itself: the questions that need no chain."""

from __future__ import annotations

from itertools import chain

from suyuan.verify import offline
from suyuan.verify.bundle import parse_bundle
from suyuan.verify.form import BundleFault
from suyuan.verify.report import Outcome


def disagreement(data: bytes) -> str:
    """The first thing in a bundle that contradicts the rest of it, in a sentence; empty when nothing does.

    No proof of anything: a server that lies can agree with itself.
    """
    try:
        bundle = parse_bundle(data)
    except BundleFault as fault:
        return str(fault)
    questions = (offline.check_lot, offline.check_times, offline.check_custody, offline.check_inclusion)
    checks = chain.from_iterable(question(bundle) for question in questions)
    wrong = next((check for check in checks if check.outcome is Outcome.FAIL), None)
    return f"{wrong.subject or wrong.name}: {wrong.detail}" if wrong else ""
