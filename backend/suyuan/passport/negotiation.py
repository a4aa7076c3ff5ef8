"""Which form and which language a request wants (RFC 9110, 12.5.1 and 12.5.4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

Form = Literal["html", "bundle", "linkset"]

_FORMS: dict[str, Form] = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "application/json": "bundle",
    "application/linkset+json": "linkset",
}


def wanted_form(accept: str, asked: str = "", link_type: str = "") -> Form:
    """The form for an Accept header; `?format=json` and `?linkType=linkset` win. People get HTML."""
    if asked == "json":
        return "bundle"
    if link_type in {"linkset", "all"}:
        return "linkset"
    for media, _ in sorted(_weighted(accept), key=lambda pair: -pair[1]):
        if media in _FORMS:
            return _FORMS[media]
        if media in {"*/*", "text/*"}:
            return "html"
    return "html"


def wanted_language(accept: str, asked: str = "") -> str:
    """`zh` or `en`; `?lang=` wins, Chinese when nothing fits."""
    if asked[:2] in {"zh", "en"}:
        return asked[:2]
    for tag, weight in sorted(_weighted(accept), key=lambda pair: -pair[1]):
        if weight > 0 and tag[:2] in {"zh", "en"}:
            return tag[:2]
    return "zh"


def _weighted(header: str) -> Iterator[tuple[str, float]]:
    for part in header.lower().split(","):
        value, *parameters = (piece.strip() for piece in part.split(";"))
        quality = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
        try:
            weight = float(quality)
        except ValueError:
            weight = 0.0
        if value and weight > 0:
            yield value, weight
