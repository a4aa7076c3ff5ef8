"""What is missing from a lot's story. No data is never good data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from suyuan.kernel.ledger import Kind
from suyuan.passport.model import LATE, Gap, Step, Vouch

#: Kinds that their writers make without holding the goods; for them it is no gap.
_BYSTANDERS = frozenset({Kind.TESTED, Kind.INSPECTED, Kind.CORRECTED, Kind.OBSERVED, Kind.COLD_CHAIN})


def find_gaps(steps: Sequence[Step], *, has_temperature: bool) -> tuple[Gap, ...]:
    """Gaps and notices in the order of the page; `steps` oldest first."""
    return tuple(gap for gap in _all(steps, has_temperature) if gap.count)


def _all(steps: Sequence[Step], has_temperature: bool) -> Iterator[Gap]:  # noqa: FBT001 - private
    recorded = sorted(
        (step for step in steps if step.recorded),
        key=lambda step: step.recorded.index if step.recorded else 0,
    )
    yield Gap("origin", int(bool(recorded) and recorded[0].kind is Kind.INTRODUCED), grave=True)
    yield Gap("custody", sum(map(is_bystander, recorded)), grave=True)
    yield Gap("unoffered", sum(step.kind is Kind.RECEIVED for step in recorded), grave=True)
    yield Gap("rejected", sum(step.state == "rejected" for step in steps), grave=True)
    yield Gap("late", sum(step.lag is not None and step.lag > LATE for step in recorded), grave=False)
    yield Gap("temperature", int(not has_temperature), grave=False)
    yield Gap("test", int(not any(step.vouch is Vouch.INDEPENDENT for step in recorded)), grave=False)


def is_bystander(step: Step) -> bool:
    """RECEIVED without an offer is counted by its own name."""
    expected = step.kind in _BYSTANDERS or step.kind is Kind.RECEIVED
    return step.recorded is not None and not step.recorded.in_custody and not expected
