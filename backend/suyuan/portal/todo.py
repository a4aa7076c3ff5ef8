"""What is to be done, told by each room in lines of one form; the home page puts them in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

from sqlalchemy import Connection

from suyuan.kernel.clock import Clock
from suyuan.portal.session import Person


class Urgency(IntEnum):
    """What comes first on the page."""

    NOW = 1  # something stands still, or a right is lost, until it is done
    SOON = 2  # it will, on a day that is known
    WAITING = 3  # whenever there is time


@dataclass(frozen=True, slots=True)
class Todo:
    """One line: `text` is the key of its word, which names the exact next step, with `values` filled in;
    `href` is where it is done.
    """

    urgency: Urgency
    text: str
    href: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pile:
    """Work of one sort that waits on the desk: `text` is the key of its word, with `n` how many wait."""

    text: str
    n: int
    href: str


class Provider(Protocol):
    """Asks one room. Reads only; looks at the person's own party, and at what his seats let him do."""

    def __call__(self, conn: Connection, clock: Clock, person: Person, /) -> list[Todo]: ...


class Piler(Protocol):
    """The same for the platform's desk; a pile of nothing is shown too: one sees that it was looked at."""

    def __call__(self, conn: Connection, clock: Clock, person: Person, /) -> list[Pile]: ...
