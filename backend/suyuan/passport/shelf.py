"""Pages that were made before, ready to be sent again while nothing about their lot has changed."""

from __future__ import annotations

import gzip
import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property
from threading import Lock

from suyuan.anchoring.marks import Mark

_MOST = 2_000
#: Of all that is kept together, and of one answer alone; a page has about 30 KB.
_MOST_BYTES = 64 * 1024 * 1024
_GREATEST = 8 * 1024 * 1024


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

    @property
    def weight(self) -> int:
        """Bytes that it may take when it is kept: the packed form is no longer than the body."""
        return 2 * len(self.body)


class Shelf:
    """Answers by key, the longest unused ones dropped, so that they stay below `most` in number and below
    `most_bytes` together; one above `greatest` is not kept. Safe for several threads.
    """

    def __init__(self, most: int = _MOST, most_bytes: int = _MOST_BYTES, greatest: int = _GREATEST) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._greatest = greatest
        self._kept: OrderedDict[object, tuple[Mark, Answer]] = OrderedDict()
        self._weight = 0
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

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
            before = self._kept.pop(key, None)
            if before is not None:
                self._weight -= before[1].weight
            if answer.weight > self._greatest:
                return answer
            self._kept[key] = (mark, answer)
            self._weight += answer.weight
            while len(self._kept) > self._most or self._weight > self._most_bytes:
                _, (_, dropped) = self._kept.popitem(last=False)
                self._weight -= dropped.weight
        return answer
