"""Every page that a test looks at: for injection, inline code, size, seats, looks and accessibility.

A room adds its pages to PAGES and, when they show what must exist first, a maker to MAKERS. Makers run once
on a fresh database with two suppliers; what they return fills the places of the paths.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    """`seat`: who looks (None: nobody signed in), in the first party or in the platform. `path` has places
    that the makers fill: "/supplier/submissions/{submission}".
    """

    seat: str | None
    path: str
    status: int = 200


#: (gateway, numbers of the two parties) -> names of what was made.
Maker = Callable[..., dict[str, str]]

PAGES: list[Page] = [
    Page(None, "/"),
    Page("signer", "/"),
    Page("signer", "/supplier"),
    Page("auditor", "/supplier"),
    Page("registrar", "/admin"),
    Page("signer", "/supplier/nothing", 404),
]

MAKERS: list[Maker] = []
