"""The edges that one submission adds to the genealogy, held against those that are stored."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from suyuan.database.locks import hold
from suyuan.lots import repository
from suyuan.lots.errors import GenealogyCycle
from suyuan.lots.genealogy import find_cycle
from suyuan.lots.model import Edge, Lot


class Family:
    """New edges by (parent, child). `find` gives a stored lot by its id, or None for a lot new in this
    submission.

    Submissions about different lots run at the same moment on PostgreSQL, and each could add one half of a
    ring. A ring needs a lot that gets a new parent while others were made of it already: such submissions
    go one after another, and each looks again once it is its turn. A lot of which nothing was made yet is
    locked by its own submission, so nothing can be made of it meanwhile.
    """

    def __init__(self, conn: Connection, find: Callable[[bytes], Lot | None]) -> None:
        self._conn = conn
        self._find = find
        self._children: dict[bytes, set[bytes]] = {}
        self._descended: set[bytes] = set()
        self._met_stored = False
        self._is_alone = False
        self._stored: dict[int, Lot] = {}
        self._by_id: dict[bytes, Lot] = {}
        self.edges: dict[tuple[bytes, bytes], Edge] = {}
        self.uris: dict[bytes, str] = {}

    def add(self, edge: Edge) -> None:
        """`edge.child` was made from `edge.parent`. Raises GenealogyCycle with the path from child to
        child.
        """
        if (edge.parent, edge.child) in self.edges:
            return
        self._load_descendants(edge.child, edge.parent)
        if self._met_stored and not self._is_alone:
            hold(self._conn, "lots", "descent")
            self._is_alone = True
            self._descended.clear()
            self._load_descendants(edge.child, edge.parent)
        cycle = find_cycle(self._children, edge.parent, edge.child)
        if cycle:
            raise GenealogyCycle(cycle)
        self._children.setdefault(edge.parent, set()).add(edge.child)
        self.edges[edge.parent, edge.child] = edge

    def _load_descendants(self, lot_id: bytes, until: bytes) -> None:
        """Everything stored that was made of a lot and of what this submission makes of it, down to
        `until`.
        """
        waiting = self._below(lot_id) - self._descended
        while waiting:
            self._descended |= waiting
            lots = [lot for lot in map(self._lot, waiting) if lot is not None]
            self._stored.update({lot.number: lot for lot in lots})
            pairs = repository.children_of(self._conn, [lot.number for lot in lots]) if lots else []
            self._met_stored = self._met_stored or bool(pairs)
            unknown = {child for _, child in pairs} - set(self._stored)
            for number, lot in repository.lots_by_number(self._conn, unknown).items():
                self._stored[number] = self._by_id[lot.lot_id] = lot
                self.uris[lot.lot_id] = lot.uri
            waiting = set()
            for parent, child in pairs:
                made = self._stored[child].lot_id
                self._children.setdefault(self._stored[parent].lot_id, set()).add(made)
                waiting |= self._below(made)
            waiting -= self._descended
            if until in waiting:
                return

    def _below(self, lot_id: bytes) -> set[bytes]:
        found = {lot_id}
        waiting = [lot_id]
        while waiting:
            fresh = self._children.get(waiting.pop(), set()) - found
            found |= fresh
            waiting += fresh
        return found

    def _lot(self, lot_id: bytes) -> Lot | None:
        return self._by_id.get(lot_id) or self._find(lot_id)
