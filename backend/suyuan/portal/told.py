"""What is wrong with a form, in the words of its page."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import Request

from suyuan.api.problems import STATUS_OF_KIND
from suyuan.kernel.errors import Fault, Refused, SuyuanError, TooMany
from suyuan.portal.language import language_of
from suyuan.portal.session import Person
from suyuan.portal.words import words


def told(
    request: Request, person: Person | None, error: SuyuanError, controls: Mapping[str, str] | None = None
) -> list[tuple[str, str]]:
    """Pairs for `error_summary`: the control's id, by the fault's pointer in `controls`, and a sentence."""
    w = words(language_of(request, person.language if person else None))
    if isinstance(error, TooMany):
        return [("", w("entering.wait", n=error.retry_after))]
    faults = error.faults if isinstance(error, Refused) else (Fault("", error.code, str(error)),)
    known = controls or {}
    return [(known.get(each.pointer, ""), w.of_error(each.code) or each.message) for each in faults]


def status_of(error: SuyuanError) -> int:
    """The status of a page that shows the form again."""
    return STATUS_OF_KIND[error.kind]
