"""What can be wrong with lots."""

from __future__ import annotations

from collections.abc import Sequence

from suyuan.kernel.errors import NotFound


class LotUnknown(NotFound):
    """Nothing has been recorded about it here."""

    code = "lot.unknown"


class GenealogyCycle(ValueError):
    """A lot would be its own ancestor. `path` starts and ends with the same lot (ids), oldest first."""

    def __init__(self, path: Sequence[bytes]) -> None:
        super().__init__(" -> ".join(part.hex() for part in path))
        self.path = tuple(path)
