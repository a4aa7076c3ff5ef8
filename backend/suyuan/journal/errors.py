"""What can be wrong with a submission."""

from __future__ import annotations

from suyuan.kernel.errors import Conflict, ErrorKind, Forbidden, NotFound, Refused


class DocumentRefused(Refused):
    """The document was read and is not acceptable; nothing of it was stored."""

    code = "document.refused"


class EventConflict(Refused):
    """An event id that the party has already used for another content."""

    code = "event.conflict"
    kind = ErrorKind.CONFLICT


class KeyReused(Refused):
    """The Idempotency-Key was used for another request."""

    code = "idempotency.key_reused"


class NotForThisParty(Forbidden):
    """The caller may not speak as this party."""

    code = "party.not_yours"


class SubmissionUnknown(NotFound):
    """No submission with this id that the caller may see."""

    code = "submission.unknown"


class EventUnknown(NotFound):
    """No event with this hash or id."""

    code = "event.unknown"


class AlreadyTaken(Conflict):
    """Another request with the same content is being taken in at this moment."""

    code = "submission.under_way"
