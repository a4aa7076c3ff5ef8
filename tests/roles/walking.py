"""The walk itself: each way with each caller, and what is to be said against the answers."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from dataclasses import dataclass
from urllib.parse import quote

from roles.asking import ask
from roles.callers import Caller
from roles.planted import WORDS, others

#: For places that are nobody's thing.
PLAIN = {
    "address": "0x" + "11" * 20,
    "kind": "harvest",
    "ending": "csv",
    "what": "events",
    "passkey": "none",
    "marked": "none",
    "name": "harvest.csv",
    "rest": "nothing/here",
    "company": "0" * 16,
    "desk": "supplier",
    "act": "close",
}
#: What exists nowhere, by how it is written.
MISSING = (
    (r"[0-9a-f]{8}-[0-9a-f]{4}-.*", "00000000-0000-7000-8000-000000000000"),
    (r"0x[0-9a-f]{64}", "0x" + "00" * 32),
    (r"0x[0-9a-fA-F]{40}", "0x" + "12" * 20),
    (r"[0-9a-f]{16}", "0" * 16),
    (r"[0-9a-f]{32}", "0" * 32),
    (r"urn:uuid:.*", "urn:uuid:00000000-0000-7000-8000-000000000000"),
    (r"urn:.*", "urn:example:lot:nowhere"),
    (r"\d+", "99999"),
)


def filled(route, places):
    """(method, path) of a route with these places; what has none takes PLAIN's."""
    method, _, path = route.partition(" ")
    known = PLAIN | places
    return method, re.sub(r"\{(\w+)(:path)?\}", lambda found: quote(known[found[1]], safe=":"), path)


def places_of(world, way):
    """Values of the places; what is open to everybody is walked with A's."""
    return {place: world.things[f"{way.side or 'A'}.{name}"] for place, name in way.things.items()}


def missing(places):
    return {place: _missing(value) for place, value in places.items()}


def _missing(value):
    return next((none for form, none in MISSING if re.fullmatch(form, value)), "none-such-as-this")


def expected(way, caller, *, is_page):
    """(what the answer is called, statuses)."""
    if is_page and not caller.is_person:
        caller = Caller("nobody")  # pages know no tokens
    if not way.may(caller):
        if caller.is_known:
            return "shut", {403}
        return "unknown", {303} if is_page else {401}
    if not way.sees(caller):
        return "hidden", set(way.hides)
    return "open", set(way.opens)


def leaks(world, caller, way, sent, answer):
    """Words of others that stand in an answer; what the request itself held does not count."""
    text = answer.text
    for each in sent:
        for form in (each, quote(each, safe=""), quote(each, safe=":"), each.lower()):
            text = text.replace(form, "…")
    words = others(world.marks, caller.sees | frozenset(way.tells))
    if way.shows_names:
        words = [word for word in words if word not in world.shown]
    return [word for word in words if word in text]


def alike(foreign, none, places, other):
    """Whether what is foreign was answered as what does not exist: but for the name that was asked for."""
    text = none.text
    for place, value in other.items():
        for one, two in ((value, places[place]), (quote(value, safe=""), quote(places[place], safe=""))):
            text = text.replace(one, two)
    without = [re.sub(r"content-length: \d+|etag: \S+", "", each) for each in (foreign.text, text)]
    return foreign.status == none.status and without[0] == without[1]


@dataclass(frozen=True)
class Step:
    """One request of the walk. `meant`: unknown, shut, hidden or open; `is_own`: the answer holds his own
    word; `leaked`: words of others in it; `changed`: tables that are not as before; `differs`: how what does
    not exist was answered otherwise.
    """

    route: str
    caller: str
    meant: str
    statuses: frozenset[int]
    status: int
    is_own: bool
    leaked: tuple[str, ...]
    changed: tuple[str, ...]
    differs: str = ""

    def __str__(self) -> str:
        return f"{self.caller}: {self.route} -> {self.status} ({self.meant}: {sorted(self.statuses)})"


class Walk:
    """Walks an application on an SQLite file; what a step has changed is put back before the next."""

    def __init__(self, world, app, path) -> None:
        self.world, self.app = world, app
        self.file = sqlite3.connect(path, isolation_level=None)
        self.before = sqlite3.connect(":memory:")
        self.file.backup(self.before)

    def close(self) -> None:
        self.file.close()
        self.before.close()

    def all(self, ways, callers, *, is_page=False) -> list[Step]:
        return asyncio.run(self._all(ways, callers, is_page))

    async def _all(self, ways, callers, is_page):
        return [
            await self._step(route, way, caller, is_page) for route, way in ways.items() for caller in callers
        ]

    async def _step(self, route, way, caller, is_page):
        places = places_of(self.world, way)
        meant, statuses = expected(way, caller, is_page=is_page)
        version = self._version()
        answer = await self._ask(route, way, caller, places)
        changed = () if self._version() == version else self._put_back(meant)
        differs = ""
        if meant == "hidden":
            nowhere = missing(places)
            none = await self._ask(route, way, caller, nowhere)
            if not alike(answer, none, places, nowhere):
                differs = f"{answer.status} {answer.body[:300]!r}, but {none.status} {none.body[:300]!r}"
        leaked = tuple(leaks(self.world, caller, way, places.values(), answer))
        is_own = bool(caller.side) and WORDS[caller.side] in answer.text
        return Step(
            route,
            caller.name,
            meant,
            frozenset(statuses),
            answer.status,
            is_own,
            leaked,
            changed,
            differs,
        )

    async def _ask(self, route, way, caller, places):
        method, path = filled(route, places)
        body = way.body(self.world, way.side[:1] or "A") if way.body else {}
        headers = caller.headers | body.pop("headers", {})
        return await ask(self.app, method, path + way.query, headers, **body)

    def _version(self):
        return self.file.execute("PRAGMA data_version").fetchone()[0]

    def _put_back(self, meant):
        changed = ("anything",) if meant == "open" else tuple(filter(self._is_changed, self._tables()))
        if changed:
            self.before.backup(self.file)
        return changed

    def _tables(self):
        return [row[0] for row in self.before.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]

    def _is_changed(self, name):
        asked = f'SELECT * FROM "{name}"'
        return self.file.execute(asked).fetchall() != self.before.execute(asked).fetchall()
