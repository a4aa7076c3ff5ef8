"""What stands in a draft's way."""

from __future__ import annotations

from collections.abc import Sequence

from suyuan.kernel.errors import Conflict, ErrorKind, Fault, Forbidden, NotFound, Refused
from suyuan.uploads.model import Change


class DraftUnknown(NotFound):
    code = "upload.unknown"


class DraftState(Conflict):
    """The draft's state does not allow it."""

    code = "upload.state"


class DraftChanged(Refused):
    """Somebody changed the draft meanwhile; the faults say what, one for each change."""

    code = "upload.changed"
    kind = ErrorKind.CONFLICT

    def __init__(self, version: int, changes: Sequence[Change]) -> None:
        self.version = version
        self.changes = tuple(changes)
        fix = "look at the draft as it is now, and do it again"
        faults = [
            Fault("/version", self.code, f"{each.name}: {each.words} (version {each.version})", fix)
            for each in self.changes
        ]
        super().__init__(faults, f"The draft is at version {version} by now; nothing was changed.")


class DraftLocked(Conflict):
    """Another person is at work on the draft."""

    code = "upload.locked"


class FourEyes(Forbidden):
    """The party wants another person to sign than the one who prepared."""

    code = "upload.four-eyes"


class NotWhatWasShown(Conflict):
    """What is to be signed is not what the draft holds."""

    code = "upload.root"


class EditRefused(Refused):
    """A correction that names no cell or fault of the draft."""

    code = "upload.edit"
