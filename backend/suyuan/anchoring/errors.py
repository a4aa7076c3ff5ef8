"""What can be wrong on the way to the chain."""

from __future__ import annotations

from suyuan.kernel.errors import Conflict, NotFound


class AlreadyQueued(Conflict):
    """The reference is already in the queue with other content."""

    code = "anchoring.already_queued"


class PartyNumberTaken(Conflict):
    """Party numbers are dense; another registration was queued with this number, or it leaves a gap."""

    code = "anchoring.party_number"


class OperationUnknown(NotFound):
    """No operation has this reference."""

    code = "anchoring.operation_unknown"


class SequenceTaken(Conflict):
    """The party's numbers are dense and in order; this is not the next one any more."""

    code = "anchoring.sequence"


class LeaseLost(Exception):
    """Another relayer has the lease; this pass stops before it writes anything more."""
