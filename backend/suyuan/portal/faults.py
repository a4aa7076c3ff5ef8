"""Faults of a form beside its fields: a control's id is the fault's pointer with hyphens, `/contact/phone`
becomes `contact-phone`.
"""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import Request

from suyuan.kernel.errors import Fault, SuyuanError
from suyuan.portal.language import language_of
from suyuan.portal.session import Person
from suyuan.portal.words import words

#: Pointers that are about several controls -> the one that they are shown at.
_SHOWN_AT = {"names": "names-zh", "contact": "contact-name"}


def by_field(
    request: Request, person: Person | None, faults: Iterable[Fault], prefix: str = ""
) -> dict[str, str]:
    """Control's id -> what is wrong, in the page's language where there is a word for it."""
    known = words(language_of(request, person.language if person else None))
    found: dict[str, str] = {}
    for fault in faults:
        name = fault.pointer.removeprefix(prefix).strip("/").replace("/", "-")
        found.setdefault(_SHOWN_AT.get(name, name), known.of_error(fault.code) or fault.message)
    return found


def in_words(request: Request, person: Person | None, error: SuyuanError | None) -> list[str]:
    """What an error says, in the page's language where there is a word for it; fault by fault."""
    faults = getattr(error, "faults", ()) or ([Fault("", error.code, error.message)] if error else [])
    return list(by_field(request, person, faults).values())


def of_file(request: Request, person: Person | None, error: SuyuanError) -> dict[str, str]:
    """The same for a file that was refused."""
    return by_field(request, person, [Fault("/file", error.code, error.message)])
