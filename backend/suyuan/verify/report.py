"""The verdict: a list of typed checks whose outcomes are never merged into one another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum


class Outcome(Enum):
    """What became of one check. Surprise is FAIL; silence of the chain is UNREACHABLE, never FAIL or PASS."""

    PASS = "PASS"  # noqa: S105 - the word of the verdict
    FAIL = "FAIL"
    UNREACHABLE = "UNREACHABLE"  # the node did not answer, or answered nonsense: ask again, or ask another
    UNSUPPORTED = "UNSUPPORTED"  # this verifier, or this node, cannot decide it
    PARTIAL = "PARTIAL"  # true, and the chain knows more than the bundle shows


@dataclass(frozen=True, slots=True)
class Check:
    """One question and its answer.

    `name` is a stable word (docs/formats/bundle.md lists them), `subject` what it was asked about
    (``entry 3``, ``party 2``; empty for the bundle itself), `detail` a sentence for people.
    """

    name: str
    outcome: Outcome
    detail: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """All checks in the order they were made."""

    checks: tuple[Check, ...]

    def having(self, outcome: Outcome) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if check.outcome is outcome)

    @property
    def exit_code(self) -> int:
        """0 checks out, 1 does not check out, 2 could not be checked; 1 wins over 2.

        PARTIAL is no failure: what the bundle says is true, and the detail names what it leaves out.
        """
        if not self.checks or self.having(Outcome.FAIL):
            return 1
        if self.having(Outcome.UNREACHABLE) or self.having(Outcome.UNSUPPORTED):
            return 2
        return 0

    def as_json(self) -> dict[str, object]:
        """``{exitCode, counts{outcome: n}, checks[{name, subject, outcome, detail}]}``."""
        return {
            "exitCode": self.exit_code,
            "counts": {outcome.value: len(self.having(outcome)) for outcome in Outcome},
            "checks": [
                {
                    "name": check.name,
                    "subject": check.subject,
                    "outcome": check.outcome.value,
                    "detail": check.detail,
                }
                for check in self.checks
            ],
        }


def utc(seconds: int) -> str:
    """Unix seconds for people; as they are when they lie beyond the calendar."""
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"
    except (ValueError, OverflowError, OSError):
        return f"{seconds} s"
