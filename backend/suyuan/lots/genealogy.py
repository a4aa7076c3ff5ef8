"""The genealogy as a pure graph: a lot may have many parents and many children, and is never its own
ancestor.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet

Node = bytes


def find_path(start: Node, goal: Node, next_of: Callable[[Node], Iterable[Node]]) -> list[Node] | None:
    """A shortest path from start to goal along `next_of`, both included; None when there is none."""
    came_from: dict[Node, Node | None] = {start: None}
    waiting = deque([start])
    while waiting:
        node = waiting.popleft()
        if node == goal:
            return _walk_back(came_from, node)
        for follower in next_of(node):
            if follower not in came_from:
                came_from[follower] = node
                waiting.append(follower)
    return None


def find_cycle(children: Mapping[Node, AbstractSet[Node]], parent: Node, child: Node) -> list[Node] | None:
    """The cycle that the edge parent -> child would close, from child back to child, or None.

    An edge from a lot to itself is no cycle here: callers keep a lot that was worked on and stayed itself
    apart.
    """
    if parent == child:
        return None
    path = find_path(child, parent, lambda node: children.get(node, frozenset()))
    return [*path, child] if path else None


def _walk_back(came_from: Mapping[Node, Node | None], node: Node) -> list[Node]:
    path = [node]
    step = came_from[node]
    while step is not None:
        path.append(step)
        step = came_from[step]
    return path[::-1]
