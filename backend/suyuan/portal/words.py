"""The words of the portal: one file for each area and language, read once; keys are `area.key`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("zh", "en")


class WordMissing(KeyError):
    """A template asks for a word that no file has: a fault of ours."""


class Words:
    """The words of one language. `{name}` is filled in; of `one|many` the value `n` chooses."""

    def __init__(self, language: str, texts: Mapping[str, str]) -> None:
        self.language = language
        self.texts = texts

    def __call__(self, key: str, /, **values: object) -> str:
        """Plain text, which the template escapes. Raises WordMissing; KeyError for a value not given."""
        try:
            text = self.texts[key]
        except KeyError:
            raise WordMissing(key) from None
        if "|" in text:
            one, _, many = text.partition("|")
            text = one if values.get("n") == 1 else many
        return text.format(**values) if values else text

    def of_error(self, code: str) -> str | None:
        """What an error means and what to do, from whichever area has a word for its code."""
        return next(
            (text for key, text in self.texts.items() if key.partition(".")[2] == f"error.{code}"), None
        )

    def has(self, key: str) -> bool:
        return key in self.texts

    def name(self, names: Mapping[str, str] | None) -> str:
        """A name in this language, else in the other; empty when there is none."""
        if not names:
            return ""
        other = LANGUAGES[1 - LANGUAGES.index(self.language)]
        return names.get(self.language) or names.get(other) or next(iter(names.values()), "")


@cache
def words(language: str) -> Words:
    return Words(language, {key: text for area in areas() for key, text in read(area, language).items()})


@cache
def areas() -> tuple[str, ...]:
    """All areas, by their Chinese files."""
    folder = files(__package__).joinpath("words")
    return tuple(
        sorted(f.name.removesuffix(".zh.json") for f in folder.iterdir() if f.name.endswith(".zh.json"))
    )


def read(area: str, language: str) -> dict[str, str]:
    """One file's texts by their full keys. Groups may be nested; their names are joined by dots."""
    tree = json.loads(files(__package__).joinpath("words", f"{area}.{language}.json").read_bytes())
    return dict(_flat(area, tree))


def _flat(prefix: str, tree: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = []
    for key, value in tree.items():
        at = f"{prefix}.{key}"
        found += [(at, value)] if isinstance(value, str) else _flat(at, value)
    return found
