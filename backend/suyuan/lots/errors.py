"""What can be wrong with lots."""

from __future__ import annotations

from collections.abc import Sequence

from suyuan.kernel.errors import Fault, NotFound, Refused


class LotUnknown(NotFound):
    """Nothing has been recorded about it here."""

    code = "lot.unknown"


class TooMuchInside(Refused):
    """More lies or ever lay in the containers named than is looked through for one document."""

    code = "document.too_many_entries"

    def __init__(self, limit: int) -> None:
        message = f"more than {limit} things lie or lay in the containers that this names"
        fix = "name what it is about, or tell it in several documents"
        super().__init__([Fault("", self.code, message, fix)])


class GenealogyCycle(ValueError):
    """A lot would be its own ancestor. `path` starts and ends with the same lot (ids), oldest first."""

    def __init__(self, path: Sequence[bytes]) -> None:
        super().__init__(" -> ".join(part.hex() for part in path))
        self.path = tuple(path)
