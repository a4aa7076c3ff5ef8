"""HTML of the passport: one answer without scripts, in two languages, from a LotPage."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from suyuan.passport.model import LotPage
from suyuan.passport.view import View
from suyuan.passport.words import words

#: Longer journeys are shown in parts of this many steps.
STEPS_PER_PAGE = 60


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses on a lot's page. `page` is the public URL, others may be relative; `suffix` keeps a language
    that was asked for by `?lang=`.
    """

    page: str
    bundle: str
    qr: str
    file: str
    other_language: str
    suffix: str = ""

    def at(self, first: int) -> str:
        """The same page from another step on."""
        joint = "&" if self.suffix else "?"
        return f"{self.suffix}{joint}from={first}" if first else (self.suffix or "?")


def render_lot(page: LotPage, language: str, links: Links, first: int = 0) -> bytes:
    """The page of one lot from step `first` (0-based) on."""
    steps = page.steps[first : first + STEPS_PER_PAGE]
    view = View(page, words(language), more=len(page.steps) - first - len(steps))
    return _render(
        "lot.html",
        language,
        other_language=links.other_language,
        demo=page.chain.demo,
        page=page,
        v=view,
        links=links,
        steps=steps,
        first=first,
    )


def render_unknown(asked: str, language: str, other_language: str, *, demo: bool) -> bytes:
    """The page for a lot that nobody recorded."""
    text = words(language).word("unknown.text")
    return _render(
        "unknown.html",
        language,
        other_language=other_language,
        demo=demo,
        what="unknown",
        asked=asked,
        text=text,
    )


def render_malformed(asked: str, reason: str, language: str, other_language: str, *, demo: bool) -> bytes:
    """The page for an address in which no lot can be read."""
    text = words(language).word("malformed.text", reason=reason)
    return _render(
        "unknown.html",
        language,
        other_language=other_language,
        demo=demo,
        what="malformed",
        asked=asked,
        text=text,
    )


@cache
def css() -> str:
    return files(__package__).joinpath("templates", "passport.css").read_text("utf-8").strip()


@cache
def content_policy() -> str:
    """The page may use its own style, named by its hash, and pictures of its own origin; nothing else."""
    style = b64encode(hashlib.sha256(css().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{style}'; img-src 'self' data:; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(__package__, "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["css"] = Markup(css())  # noqa: S704 - our own file, no input in it
    return environment


def _render(template: str, language: str, **values: object) -> bytes:
    return _environment().get_template(template).render(w=words(language), **values).encode()
