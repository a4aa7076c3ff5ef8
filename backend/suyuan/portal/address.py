"""What stands in an address's query: choices, days and places in lists; what cannot be read is left out."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from fastapi import Request

from suyuan.portal.formats import BEIJING

Choice = TypeVar("Choice", bound=StrEnum)


def choice(request: Request, name: str, kind: type[Choice]) -> Choice | None:
    """One of a few words; None when it is another or none."""
    given = request.query_params.get(name, "")
    return kind(given) if given in set(kind) else None


def number(request: Request, name: str, default: int = 0, most: int = 2**62) -> int:
    """A number from 0 to `most`."""
    given = request.query_params.get(name, "")
    plain = given.isascii() and given.isdecimal() and len(given) <= 19
    return min(int(given), most) if plain else default


def text(request: Request, name: str, most: int = 200) -> str:
    """A text that people search for, without what cannot be seen."""
    given = request.query_params.get(name, "").strip()
    return "".join(each for each in given if each.isprintable())[:most]


def day(request: Request, name: str) -> date | None:
    """A day as a date field writes it: 2026-11-23."""
    given = request.query_params.get(name, "")
    try:
        return date.fromisoformat(given) if len(given) == 10 else None
    except ValueError:
        return None


def start_of(found: date | None) -> datetime | None:
    """When the day begins in Beijing."""
    return None if found is None else datetime.combine(found, time(), BEIJING)


def end_of(found: date | None) -> datetime | None:
    """When the day is over in Beijing."""
    if found is None or found == date.max:
        return None
    return datetime.combine(found + timedelta(days=1), time(), BEIJING)


def here_with(request: Request, **changed: object) -> str:
    """The page's own address with other values; None takes one out. What was said is not said again."""
    kept = {name: value for name, value in request.query_params.items() if name not in {"said", *changed}}
    given = {name: str(value) for name, value in changed.items() if value is not None}
    query = urlencode(kept | given)
    return f"{request.url.path}?{query}" if query else request.url.path
