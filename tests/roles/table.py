"""How one line of the walk is written: who may go a way, about whose thing, and with what body."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from roles.callers import Caller
from suyuan.access.model import Scope, Seat

ANYONE = "anyone"
#: Whoever has a token or a session.
KNOWN = "known"
#: Whoever has a session.
PEOPLE = "people"
#: Admins of a party, and its auditors.
OVERSEERS = "overseers"
#: People with neither party nor seat.
APPLICANTS = "applicants"


@dataclass(frozen=True)
class Way:
    """`who`: a word above, or scopes of which one is enough. `things`: places of the path -> name of what is
    planted ("submission"); with none the way is about the caller's own. `side`: whose thing is asked for.
    `opens`: what somebody who may is answered, `hides`: for whom the thing is not there. `body(world, side)`:
    what goes with the request; `query` stands after the path. Its answers may hold what is public with a lot
    (`shows_names`) and the words of the sides in `tells`. With one of the scopes `reach` somebody of the
    platform has to do with it.

    """

    who: str | frozenset[Scope]
    things: dict[str, str]
    side: str = "A"
    opens: frozenset[int] = frozenset({200})
    body: Callable[..., dict[str, Any]] | None = None
    query: str = ""
    shows_names: bool = False
    tells: str = ""
    hides: frozenset[int] = frozenset({404})
    reach: frozenset[Scope] = frozenset({Scope.REGISTRAR, Scope.AUDIT})

    def may(self, caller: Caller) -> bool:
        if self.who == ANYONE or not caller.is_known:
            return self.who == ANYONE
        if isinstance(self.who, frozenset):
            return bool(caller.scopes & self.who)
        is_overseer = Scope.PARTY_ADMIN in caller.scopes or Seat.AUDITOR in caller.seats
        return {
            KNOWN: True,
            PEOPLE: caller.is_person,
            APPLICANTS: caller.is_person and not caller.scopes,
            OVERSEERS: bool(caller.side) and is_overseer,
        }[self.who]

    def sees(self, caller: Caller) -> bool:
        """Whether what is asked for exists for the caller."""
        if not self.things or not self.side:
            return True
        if caller.side:
            return caller.side in self.side
        return bool(caller.scopes & self.reach)


def way(who, side="A", *, opens=(200,), body=None, query="", shows_names=False, tells="", **more) -> Way:
    """`reach` and `hides` as above; whatever else is named is a place of the path and its thing."""
    make = body if body is None or callable(body) else lambda *_: dict(body)
    own = {name: frozenset(more.pop(name)) for name in ("reach", "hides") if name in more}
    found = Way(who, more, side, frozenset(opens), make, query, shows_names, tells)
    return replace(found, **own)
