"""Who is who in one document: parties by the URIs that its events name, looked up all at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from suyuan.journal.event import TraceEvent
from suyuan.parties.model import Party
from suyuan.parties.queries import numbers_of, owners_of_sites, parties_by_number

#: Who a handover is between, the first that is registered: EPCIS 2.0 source and destination types.
_TYPES = ("possessing_party", "owning_party")


@dataclass(frozen=True, slots=True)
class Directory:
    """Registered parties that a document names. Unknown URIs are simply not in it."""

    numbers: Mapping[str, int]
    owners: Mapping[str, int]
    parties: Mapping[int, Party]

    def number(self, uri: str) -> int:
        """The party with this identifier, or 0."""
        return self.numbers.get(uri, 0)

    def receiver(self, event: TraceEvent, signer: int) -> int:
        """The registered other party that the goods go to, or 0."""
        return self._other(event.destinations, signer)

    def sender(self, event: TraceEvent, signer: int) -> int:
        """The registered other party that the goods come from, or 0."""
        return self._other(event.sources, signer)

    def _other(self, ends: Mapping[str, str], signer: int) -> int:
        named = [self.number(ends[each]) for each in _TYPES if each in ends]
        if "location" in ends:
            named.append(self.owners.get(ends["location"], 0))
        return next((number for number in named if number not in (0, signer)), 0)


def look_up(conn: Connection, events: Iterable[TraceEvent], also: Iterable[int] = ()) -> Directory:
    """Load everybody the events name, and the parties with the numbers in `also`."""
    people: set[str] = set()
    places: set[str] = set()
    for event in events:
        if event.provider:
            people.add(event.provider)
        for ends in (event.sources, event.destinations):
            people.update(ends[each] for each in _TYPES if each in ends)
            places.update(uri for name, uri in ends.items() if name == "location")
    numbers = numbers_of(conn, people) if people else {}
    owners = owners_of_sites(conn, places) if places else {}
    return Directory(numbers, owners, parties_by_number(conn, {*numbers.values(), *also} - {0}))
