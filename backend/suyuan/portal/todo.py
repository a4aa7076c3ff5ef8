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


class Provider(Protocol):
    """Asks one room. Reads only; looks at the person's own party, and at what his seats let him do."""

    def __call__(self, conn: Connection, clock: Clock, person: Person) -> list[Todo]: ...


#: Each room appends its own.
PROVIDERS: tuple[Provider, ...] = ()


def todos(conn: Connection, clock: Clock, person: Person) -> list[Todo]:
    """All lines for a person, the urgent first, in the order of the rooms."""
    found = [line for provider in PROVIDERS for line in provider(conn, clock, person)]
    return sorted(found, key=lambda line: line.urgency)
