"""What lies in a container at a time, folded from what went in and came out.

Records arrive in any order, so nothing is folded in advance: an unpacking that is told late still ends the
stay at the time it happened.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from suyuan.lots.model import Change

#: Boxes in cases in pallets in trailers in ships: deeper nesting is a mistake in the records.
MAX_NESTING = 16


def contents_at(changes: Iterable[Change], at: datetime) -> list[bytes]:
    """Ids directly in the container right after `at`, in the order they came in.

    `changes` are of one container, in the order they were recorded; those of one time count in that order.
    """
    inside: dict[bytes, None] = {}
    for change in sorted((each for each in changes if each.at <= at), key=lambda each: each.at):
        if change.child is None:
            inside.clear()
        elif change.added:
            inside[change.child] = None
        else:
            inside.pop(change.child, None)
    return list(inside)


def stays(changes: Iterable[Change]) -> list[tuple[bytes, datetime, datetime | None]]:
    """(child, from, until) for each stay in one container, by time of entry; until None: still inside."""
    open_since: dict[bytes, datetime] = {}
    found: list[tuple[bytes, datetime, datetime | None]] = []
    for change in sorted(changes, key=lambda each: each.at):
        if change.child is None:
            found += [(child, since, change.at) for child, since in open_since.items()]
            open_since.clear()
        elif change.added:
            open_since.setdefault(change.child, change.at)
        elif change.child in open_since:
            found.append((change.child, open_since.pop(change.child), change.at))
    found += [(child, since, None) for child, since in open_since.items()]
    return sorted(found, key=lambda stay: stay[1])


def reached(
    container: bytes,
    changes: Mapping[bytes, Sequence[Change]],
    at: datetime,
    limit: int | None = None,
) -> list[bytes]:
    """The innermost things that an event on `container` at `at` is about; the container itself when
    nothing is known to be in it. Containers that contain each other (a mistake in the records) are each
    looked into once. With a `limit` it stops looking when more than so many are found or waiting: the
    answer is then longer than the limit, and not whole.
    """
    found: dict[bytes, None] = {}
    seen = {container}
    waiting = [(container, 0)]
    while waiting:
        thing, depth = waiting.pop()
        inside = contents_at(changes.get(thing, ()), at) if depth < MAX_NESTING else []
        fresh = [child for child in inside if child not in seen]
        if not fresh:
            found[thing] = None
        seen.update(fresh)
        waiting += [(child, depth + 1) for child in reversed(fresh)]
        if limit is not None and len(found) + len(waiting) > limit:
            found |= {each: None for each, _ in waiting}
            break
    return list(found)
