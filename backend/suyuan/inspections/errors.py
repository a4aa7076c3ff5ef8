"""What can be wrong with records and proposals."""

from __future__ import annotations

from suyuan.kernel.errors import Conflict, NotFound, Refused


class RecordRefused(Refused):
    """The record cannot be read."""

    code = "record.refused"


class RecordUnknown(NotFound):
    """There is no such record of this party."""

    code = "record.unknown"


class ProposalUnknown(NotFound):
    """There is no such proposal."""

    code = "hold.proposal_unknown"


class ProposalDecided(Conflict):
    """The proposal was decided before."""

    code = "hold.proposal_decided"


class ReasonMissing(Refused):
    """A proposal is declined with a reason."""

    code = "hold.reason"
