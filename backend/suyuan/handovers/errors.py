"""What can be wrong with a handover."""

from __future__ import annotations

from collections.abc import Iterable

from suyuan.handovers.rules.model import Finding
from suyuan.handovers.rules.sentences import as_fault
from suyuan.kernel.errors import Conflict, ErrorKind, Forbidden, NotFound, Refused


class HandoverUnknown(NotFound):
    """No handover with this id in which the caller takes part."""

    code = "handover.unknown"


class HandoverRefused(Refused):
    """The act was read and is not acceptable; every fault is listed and nothing was stored."""

    code = "handover.refused"


class RulesBlock(Refused):
    """Rules of acceptance let nothing in; every one that failed is listed with what to do."""

    code = "handover.rules_block"

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__([as_fault(each) for each in self.findings])


class ChoiceNeeded(RulesBlock):
    """Goods that are doubtful come in only by an explicit choice with a reason."""

    code = "handover.choice_needed"


class AlreadyAnswered(Conflict):
    """Somebody has answered otherwise; the message says who and how."""

    code = "handover.already_answered"


class OutOfOrder(Conflict):
    """The handover is not at the point where this can be done."""

    code = "handover.out_of_order"


class ActKeyReused(Refused):
    """The client's number of an act was used for another act."""

    code = "idempotency.key_reused"
    kind = ErrorKind.CONFLICT


class NotYourPart(Forbidden):
    """The other side of the handover does this."""

    code = "handover.not_your_part"


class NoParty(Forbidden):
    """Only a party hands goods over; the platform's own people do not."""

    code = "handover.no_party"
