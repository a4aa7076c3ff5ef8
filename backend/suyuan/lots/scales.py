"""Amounts that one submission states, held against what was stated before."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlalchemy import Connection

from suyuan.lots import contradictions, repository, totals
from suyuan.lots.balance import with_amounts
from suyuan.lots.model import Amount, Contradiction, Direction, Part, Transformation


class Scales:
    """Sums per lot and, for transformations told in parts, per process."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._stated: dict[bytes, totals.Stated] = {}
        self._changed: set[bytes] = set()
        self._processes: dict[str, list[tuple[Direction, Part]]] = {}
        self._found: dict[str | bytes, list[Contradiction]] = {}
        self.told: list[Transformation] = []

    def load(self, ids: dict[int, bytes]) -> None:
        """Take up what is stored of these lots (number -> id)."""
        for number, stated in totals.of_lots(self._conn, ids).items():
            self._stated[ids[number]] = stated

    @property
    def lots(self) -> set[bytes]:
        """Ids that rows will be written about."""
        named = {part.lot_id for told in self.told if told.key for part in (*told.inputs, *told.outputs)}
        return self._changed | named

    def put(self, lot_id: bytes, direction: Direction, amount: Amount, event_hash: bytes) -> None:
        """An amount of a lot was stated."""
        before = self._stated.get(lot_id, totals.NOTHING)
        sums = with_amounts(before.sums, [(direction, amount)])
        self._stated[lot_id] = totals.Stated(sums, {**before.last, direction: event_hash})
        self._changed.add(lot_id)

    def weigh(self, told: Transformation, id_of: Callable[[int], bytes]) -> list[tuple[Direction, Part]]:
        """Take a transformation in; returns all its parts, those told in earlier events too."""
        parts = [(Direction.USED, part) for part in told.inputs]
        parts += [(Direction.MADE, part) for part in told.outputs]
        for direction, part in parts:
            if part.amount is not None:
                self.put(part.lot_id, direction, part.amount, told.event_hash)
        self.told.append(told)
        key = told.key
        if key is not None and told.process is not None:
            if key not in self._processes:
                stored = totals.parts_of_process(self._conn, told.party, told.process)
                self._processes[key] = [(way, Part(id_of(number), amount)) for way, number, amount in stored]
            parts = self._processes[key] = self._processes[key] + parts
        sums = with_amounts({}, [(way, part.amount) for way, part in parts if part.amount is not None])
        outputs = dict.fromkeys(part.lot_id for way, part in parts if way is Direction.MADE)
        self._found[key or told.event_hash] = contradictions.heavier(outputs, told, sums)
        return parts

    def contradictions(self) -> list[Contradiction]:
        """What does not add up now, to be stored."""
        return [each for found in self._found.values() for each in found]

    def overdrawn(self) -> list[Contradiction]:
        """Lots of which this submission has used more than is known; told to the submitter, never stored."""
        return [each for lot_id in sorted(self._changed) for each in overdrawn(lot_id, self._stated[lot_id])]

    def write(self, numbers: dict[bytes, int]) -> None:
        """Store the sums and parts; `numbers` are the lots' by id."""
        totals.write_lots(self._conn, {numbers[lot_id]: self._stated[lot_id] for lot_id in self._changed})
        totals.write_parts(self._conn, self.told, numbers)
        repository.settle_processes(self._conn, self._processes)


def overdrawn(lot_id: bytes, stated: totals.Stated) -> list[Contradiction]:
    """Whether more of a lot is said to be used than there is known to be."""
    last = stated.last.get(Direction.USED)
    return contradictions.overdrawn(lot_id, last, stated.sums) if last else []


def parts_between(parts: Iterable[tuple[Direction, Part]]) -> tuple[list[bytes], list[bytes]]:
    """Distinct ids that went in and that came out."""
    listed = list(parts)
    inputs = dict.fromkeys(part.lot_id for way, part in listed if way is Direction.USED)
    outputs = dict.fromkeys(part.lot_id for way, part in listed if way is Direction.MADE)
    return list(inputs), list(outputs)
