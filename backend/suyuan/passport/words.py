"""The page's words: two catalogues of the same shape, and how numbers, times and names are put into them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from importlib.resources import files
from typing import Any

from suyuan.passport.model import Names

LANGUAGES = ("zh", "en")
_BEIJING = timedelta(hours=8)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@cache
def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files(__package__).joinpath("words", f"{name}.json").read_bytes())
    return found


@cache
def words(language: str) -> Words:
    return Words(language)


class Words:
    """The words of one language. `word("gaps.late", n=2)` fills in; a missing key is a KeyError."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._tree = _read(language)

    def word(self, key: str, /, **values: object) -> str:
        """A text by its dotted key. `one|many` is chosen by the value `n`."""
        text = self.tree(key)
        if not isinstance(text, str):
            raise KeyError(key)
        if "|" in text:
            one, many = text.split("|")
            text = one if values.get("n") == 1 else many
        return text.format(**values) if values else text

    def tree(self, key: str) -> Any:
        """Whatever stands at a key. Codes with dots are single keys of their group."""
        group, _, rest = key.partition(".")
        found = self._tree[group]
        return found[rest] if rest else found

    def has(self, key: str) -> bool:
        try:
            self.tree(key)
        except KeyError:
            return False
        return True

    def term(self, group: str, code: str) -> str | None:
        """A term of the domain, None when we have no word for it."""
        pair = _read("terms")[group].get(code)
        return None if pair is None else pair[LANGUAGES.index(self.language)]

    def name(self, names: Names | None) -> str:
        """The name in this language, else in the other."""
        if not names:
            return ""
        other = LANGUAGES[1 - LANGUAGES.index(self.language)]
        return names.get(self.language) or names.get(other) or next(iter(names.values()), "")

    def other_name(self, names: Names | None) -> str:
        """The name in the other language, when it is another name."""
        if not names:
            return ""
        found = names.get(LANGUAGES[1 - LANGUAGES.index(self.language)], "")
        return "" if found == self.name(names) else found

    def biz_step(self, original: str) -> str:
        """The bizStep's word, else its last segment as it is."""
        last = original.rsplit(":", 1)[-1].rsplit("/", 1)[-1].removeprefix("BizStep-")
        return self.term("bizStep", last) or last

    def amount(self, quantity: str, unit: str) -> str:
        return f"{quantity}\N{NO-BREAK SPACE}{self.unit(unit)}"

    def unit(self, code: str) -> str:
        return self.term("uom", code) or code

    def time(self, moment: datetime) -> str:
        """To the minute, in the moment's own offset, which is named."""
        offset = moment.utcoffset() or timedelta()
        zone = self.word("beijing") if offset == _BEIJING else _zone(offset)
        return f"{self.day(moment)} {moment:%H:%M} {zone}"

    def local_time(self, moment: datetime) -> str:
        """A time that belongs to no place: Beijing time in Chinese, UTC in English."""
        return self.time(moment.astimezone(timezone(_BEIJING) if self.language == "zh" else UTC))

    def day(self, moment: datetime) -> str:
        if self.language == "zh":
            return f"{moment.year}年{moment.month}月{moment.day}日"
        return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"

    def lag(self, span: timedelta) -> str:
        """A span in its greatest whole unit."""
        seconds = int(span.total_seconds())
        for unit, size in (("years", 365 * 86400), ("days", 86400), ("hours", 3600), ("minutes", 60)):
            if seconds >= size * (2 if unit in {"days", "hours"} else 1):
                return _counted(self.tree("lag")[unit], seconds // size)
        return str(self.tree("lag")["moment"])

    def fill(self, text: str, values: Mapping[str, object]) -> str:
        return text.format(**values)


def _counted(text: str, number: int) -> str:
    one, _, many = text.partition("|")
    return (one if number == 1 or not many else many).format(n=number)


def _zone(offset: timedelta) -> str:
    minutes = int(offset.total_seconds()) // 60
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}" + (f":{rest:02}" if rest else "")
