"""The lots that one submission touches: loaded in a few statements, changed in memory, written back in a few.

Everything is foreseen here the way the contract will see it (kernel.ledger), so that a submission that the
chain would refuse is never acknowledged. Locks on the ids are held until the transaction ends.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from suyuan.kernel.ledger import Kind, LedgerEntry, LotState, Role, record_entry
from suyuan.lots import containers, contradictions, repository
from suyuan.lots.errors import TooMuchInside
from suyuan.lots.family import Family
from suyuan.lots.handover import handed_on
from suyuan.lots.model import Amount, Change, Contradiction, Direction, Edge, Lot, Transformation
from suyuan.lots.scales import Scales, parts_between

_UNKNOWN = LotState()

#: Lots that are loaded because they lie or lay in containers that a document names.
MAX_INSIDE = 50_000


class WorkingSet:
    """Lots by id. Open with `WorkingSet.open`; nothing is stored before `write`."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._lots: dict[bytes, Lot] = {}
        self._by_number: dict[int, Lot] = {}
        self._named: dict[bytes, tuple[str, bool]] = {}
        self._states: dict[bytes, LotState] = {}
        self._makers: dict[bytes, int] = {}
        self._touched: set[tuple[bytes, int]] = set()
        self._new_touches: set[tuple[bytes, int]] = set()
        self._left: dict[tuple[bytes, int], int] = {}
        self._changes: dict[bytes, list[Change]] = {}
        self._new_changes: list[Change] = []
        self._family = Family(conn, self._lots.get)
        self._scales = Scales(conn)
        self._found: list[Contradiction] = []

    @classmethod
    def open(
        cls,
        conn: Connection,
        named: dict[bytes, tuple[str, bool]],
        parties: Iterable[int],
        times: tuple[datetime, datetime],
        also: Iterable[bytes] = (),
    ) -> WorkingSet:
        """Lock and load the lots `named` (id -> URI, wellformed) and whatever lies in them at those `times`
        (earliest, latest). `also`: further 32-byte keys to lock in the same breath.
        """
        opened = cls(conn)
        opened._named = dict(named)
        wanted = set(named)
        if conn.dialect.name == "postgresql":  # look before locking, so that all locks are taken in one order
            scout = cls(conn)
            scout._load(wanted, times)
            wanted |= set(scout._lots)
        repository.claim(conn, [*wanted, *also])
        opened._load(wanted, times)
        repository.claim(conn, set(opened._lots) - wanted)  # what was packed in between; rare
        opened._load_history(parties)
        return opened

    def _load(self, ids: Iterable[bytes], times: tuple[datetime, datetime]) -> None:
        fresh = repository.lots_by_id(self._conn, ids)
        most = len(fresh) + MAX_INSIDE
        for _ in range(containers.MAX_NESTING + 1):
            if not fresh:
                break
            if len(self._lots) + len(fresh) > most:
                raise TooMuchInside(MAX_INSIDE)
            self._lots.update(fresh)
            self._by_number.update({lot.number: lot for lot in fresh.values()})
            rows = repository.container_changes(self._conn, [lot.number for lot in fresh.values()], *times)
            missing = {row.child for row in rows if row.child is not None} - set(self._by_number)
            found = repository.lots_by_number(self._conn, missing)
            self._by_number.update(found)
            for row in rows:
                container = self._by_number[row.container].lot_id
                child = None if row.child is None else self._by_number[row.child].lot_id
                change = Change(
                    container, child, row.added, row.at, row.event_hash, repository.amount_of(row)
                )
                self._changes.setdefault(container, []).append(change)
            fresh = {lot.lot_id: lot for lot in found.values() if lot.lot_id not in self._lots}

    def _load_history(self, parties: Iterable[int]) -> None:
        for lot in self._lots.values():
            self._named.setdefault(lot.lot_id, (lot.uri, lot.wellformed))
            self._states[lot.lot_id] = lot.state
            self._makers[lot.lot_id] = lot.maker
        for number, party in repository.touches(self._conn, self._by_number, parties):
            self._touched.add((self._by_number[number].lot_id, party))
        self._scales.load({number: lot.lot_id for number, lot in self._by_number.items()})

    def uri(self, lot_id: bytes) -> str:
        found = self._named.get(lot_id)
        return found[0] if found else self._family.uris[lot_id]

    def state(self, lot_id: bytes) -> LotState:
        """What the chain will say of it; count 0 when nobody has written about it."""
        return self._states.get(lot_id, _UNKNOWN)

    def maker(self, lot_id: bytes) -> int:
        return self._makers.get(lot_id, 0)

    def has_touched(self, party: int, lot_id: bytes) -> bool:
        """Whether the party ever wrote an entry about it."""
        return (lot_id, party) in self._touched

    def has_held(self, party: int, lot_id: bytes, at: datetime) -> bool:
        """Whether the party holds it or it is offered to the party, or the party held it until `at` or later:
        what happened before a handover may be told after it.
        """
        state = self.state(lot_id)
        if party in (state.custodian, state.offered_to):
            return True
        if not self.has_touched(party, lot_id):
            return False
        told = self._left.get((lot_id, party))
        left = handed_on(self._conn, lot_id, party) if told is None else told
        return left is not None and int(at.timestamp()) <= left

    def record(self, party: int, roles: Role, entry: LedgerEntry, *, may_open: bool) -> bool:
        """Foresee one entry; returns inCustody. Raises LedgerRefusal where the contract would revert."""
        lot_id = entry.lot_id
        before = self.state(lot_id)
        state, in_custody = record_entry(before, party, roles, entry, may_open=may_open)
        if before.custodian not in (0, state.custodian):
            self._left[lot_id, before.custodian] = entry.occurred_at
        self._states[lot_id] = state
        if entry.kind in (Kind.PRODUCED, Kind.PROCESSED) and not self.maker(lot_id):
            self._makers[lot_id] = party
        if (lot_id, party) not in self._touched:
            self._touched.add((lot_id, party))
            self._new_touches.add((lot_id, party))
        return in_custody

    def reached(self, thing: bytes, at: datetime, limit: int | None = None) -> list[bytes]:
        """What an event on `thing` is about: what lies in it at that time, or itself; not all of it when it
        is more than `limit`.
        """
        return containers.reached(thing, self._changes, at, limit)

    def directly_in(self, container: bytes, at: datetime) -> list[bytes]:
        """What lies in the container itself at that time."""
        return containers.contents_at(self._changes.get(container, ()), at)

    def foreign_change(self, container: bytes, event_hash: bytes) -> None:
        """A party told of what lies in it and that is another's; nothing changes."""
        self._found.append(contradictions.foreign(container, event_hash))

    def pack(self, change: Change) -> None:
        """Something went into a container or came out."""
        self._changes.setdefault(change.container, []).append(change)
        self._new_changes.append(change)

    def state_amount(self, lot_id: bytes, direction: Direction, amount: Amount, event_hash: bytes) -> None:
        """An amount of a lot was stated, outside a transformation."""
        self._scales.put(lot_id, direction, amount, event_hash)

    def transform(self, told: Transformation, *, without: frozenset[bytes] = frozenset()) -> None:
        """Inputs became outputs: edges, amounts, and what they contradict. Lots in `without` get no edges.

        A lot that went in and came out stays itself: a contradiction is noted and no edge drawn.
        Raises GenealogyCycle.
        """
        parts = self._scales.weigh(told, self._id_of)
        inputs, outputs = parts_between(parts)
        for child in outputs:
            for parent in inputs:
                if parent == child:
                    self._found.append(contradictions.reused(child, told.event_hash))
                elif parent not in without and child not in without:
                    self._family.add(Edge(child, parent, told.event_hash, told.occurred_at, told.party))

    def _id_of(self, number: int) -> bytes:
        if number not in self._by_number:
            self._by_number.update(repository.lots_by_number(self._conn, [number]))
        lot = self._by_number[number]
        self._lots.setdefault(lot.lot_id, lot)
        self._named.setdefault(lot.lot_id, (lot.uri, lot.wellformed))
        return lot.lot_id

    @property
    def contradictions(self) -> list[Contradiction]:
        """Those found since the set was opened, each once."""
        found = [*self._found, *self._scales.contradictions(), *self._scales.overdrawn()]
        return list({(each.lot_id, each.code, each.event_hash): each for each in found}.values())

    def write(self, now: datetime) -> dict[bytes, int]:
        """Store everything; numbers of all lots by id."""
        numbers = {lot_id: lot.number for lot_id, lot in self._lots.items()}
        new = sorted(self._mentioned() - set(self._lots))
        numbers |= repository.insert_lots(self._conn, [self._row(lot_id, now) for lot_id in new])
        changed = [
            (lot.number, self._states[lot.lot_id], self._makers[lot.lot_id])
            for lot in self._lots.values()
            if lot.lot_id in self._states and self._states[lot.lot_id] != lot.state
        ]
        repository.update_lots(self._conn, changed)
        repository.insert_touches(self._conn, self._new_touches, numbers)
        repository.insert_changes(self._conn, self._new_changes, numbers)
        repository.insert_edges(self._conn, self._family.edges.values(), numbers)
        self._scales.write(numbers)
        stored = [*self._found, *self._scales.contradictions()]
        repository.insert_contradictions(self._conn, stored, numbers, now)
        return numbers

    def _mentioned(self) -> set[bytes]:
        changes = {each for change in self._new_changes for each in (change.container, change.child) if each}
        edges = {lot_id for pair in self._family.edges for lot_id in pair}
        found = {each.lot_id for each in self._found}
        return set(self._states) | changes | edges | found | self._scales.lots

    def _row(self, lot_id: bytes, now: datetime) -> dict[str, object]:
        uri, wellformed = self._named[lot_id]
        state = self.state(lot_id)
        return {
            "lot_id": lot_id,
            "uri": uri,
            "wellformed": wellformed,
            "custodian": state.custodian,
            "offered_to": state.offered_to,
            "entries": state.count,
            "head": state.head,
            "maker": self.maker(lot_id),
            "first_seen": now,
        }
