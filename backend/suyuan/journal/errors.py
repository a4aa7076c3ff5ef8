"""What can be wrong with a submission."""

from __future__ import annotations

from typing import Any

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


class SignatureNeeded(Refused):
    """The party keeps its own key, so that nothing can be queued for it without its signature."""

    code = "submission.signature-needed"
    kind = ErrorKind.CONFLICT


class SubmissionChanged(Conflict):
    """What was signed is not what would be recorded now; `parts` is what to sign instead."""

    code = "submission.changed"

    def __init__(self, message: str, parts: list[dict[str, Any]]) -> None:
        super().__init__(message)
        self.parts = parts

    @property
    def members(self) -> dict[str, Any]:
        """What the answer says besides."""
        return {"parts": self.parts}


class PreparedRefused(Refused):
    """It cannot be prepared for signing."""

    code = "submission.not-prepared"


class PreparedUnknown(NotFound):
    """No prepared submission of the caller's party with this id."""

    code = "prepared.unknown"


class PreparedExpired(NotFound):
    """It was not signed in time; nothing of it is kept."""

    code = "prepared.expired"


class SubmissionUnknown(NotFound):
    """No submission with this id that the caller may see."""

    code = "submission.unknown"


class EventUnknown(NotFound):
    """No event with this hash or id."""

    code = "event.unknown"


class AlreadyTaken(Conflict):
    """Another request with the same content is being taken in at this moment."""

    code = "submission.under_way"
