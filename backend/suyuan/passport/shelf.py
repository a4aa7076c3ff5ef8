"""Pages that were made before, ready to be sent again while nothing about their lot has changed."""

from __future__ import annotations

import gzip
import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property
from threading import Lock

from suyuan.anchoring.marks import Mark

#: About 30 KB each.
_MOST = 2_000


@dataclass(frozen=True)
class Answer:
    """A body with its media type; `tag` is its entity tag."""

    body: bytes
    media: str

    @cached_property
    def tag(self) -> str:
        return f'"{hashlib.sha256(self.body).hexdigest()[:32]}"'

    @cached_property
    def packed(self) -> bytes:
        return gzip.compress(self.body, 6, mtime=0)


class Shelf:
    """Answers by key, the longest unused ones dropped; safe for several threads."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._kept: OrderedDict[object, tuple[Mark, Answer]] = OrderedDict()
        self._lock = Lock()

    def take(self, key: object, mark: Mark) -> Answer | None:
        """The answer that was put there under this very mark."""
        with self._lock:
            found = self._kept.get(key)
            if found is None or found[0] != mark:
                return None
            self._kept.move_to_end(key)
            return found[1]

    def put(self, key: object, mark: Mark, answer: Answer) -> Answer:
        with self._lock:
            self._kept[key] = (mark, answer)
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return answer
