"""Cells that name something known: products, sites, partners, choices."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from suyuan.sheets import codes
from suyuan.sheets.cell import EMPTY, CellReading, bad, choice_words, clean, narrow
from suyuan.sheets.model import Choice, Named
from suyuan.sheets.table import Filled

#: Between code and name in the templates' drop-downs.
SEPARATOR = "｜"
#: Similar names are looked for among so many, for so many texts of an upload, and for short texts only: the
#: search takes its time.
_SEARCHED, _SEARCHES, _LONGEST = 2_000, 200, 80
_OFFERED = 3


def label(named: Named) -> str:
    """As the drop-downs show it."""
    return f"{named.code}{SEPARATOR}{named.name}"


@dataclass(slots=True)
class Search:
    """Looks for names that are like a text; after a number of searches it finds nothing more."""

    left: int = _SEARCHES

    def near(self, text: str, names: Iterable[str]) -> list[str]:
        """Of these folded names, those that hold the text or look like it, the nearest first."""
        told = _folded(text)
        if not self.left or len(told) > _LONGEST:
            return []
        self.left -= 1
        listed = list(names)
        inside = [name for name in listed if len(told) > 1 and told in name]
        alike = difflib.get_close_matches(told, listed, n=_OFFERED, cutoff=0.7)
        return list(dict.fromkeys((*inside, *alike)))[:_OFFERED]


@dataclass(slots=True)
class Directory:
    """Known things by code and by name."""

    things: tuple[Named, ...]
    search: Search = field(default_factory=Search)
    by_code: dict[str, Named] = field(init=False)
    by_name: dict[str, list[str]] = field(init=False)

    def __post_init__(self) -> None:
        self.by_code = {each.code: each for each in self.things}
        self.by_name = {}
        for each in self.things:
            self.by_name.setdefault(_folded(each.name), []).append(each.code)

    def near(self, text: str) -> list[str]:
        """Codes of things whose code or name looks like the text."""
        among = self.things[:_SEARCHED]
        names = {_folded(each.name): each.code for each in among} | {each.code: each.code for each in among}
        return list(dict.fromkeys(names[each] for each in self.search.near(text, names)))


def _folded(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split()).lower()


def product(value: Filled, known: Directory) -> CellReading:
    """A GTIN of 14 digits that the party has registered, where it has registered any."""
    if isinstance(value, str) and not _is_coded(value):
        named = _by_name(value, known, "product")
        if named is not None:
            return named
    return _registered(codes.gtin(_code_part(value)), known, "product")


def site(value: Filled, known: Directory) -> CellReading:
    """A site's code: its GLN, else its URI."""
    return _place(value, known, "site")


def partner(value: Filled, known: Directory) -> CellReading:
    """A partner's code: its GLN, its credit code, else its URI."""
    return _place(value, known, "partner")


def _place(value: Filled, known: Directory, what: str) -> CellReading:
    if not isinstance(value, str):
        return _registered(codes.gln(value), known, what)
    text, notes = clean(_code_part(value))
    if not text:
        return EMPTY
    spelled, wide = narrow(text)
    for code in (text, spelled, spelled.upper()):
        if code in known.by_code:
            return CellReading(code, notes=notes + wide)
    named = _by_name(value, known, what)
    if named is not None:
        return named
    if spelled[:1].isdigit() and spelled.replace(".", "").isdigit():
        return _registered(codes.gln(text), known, what)
    return bad(f"{what}.unknown", *known.near(text))


def _code_part(value: Filled) -> Filled:
    """What stands before the separator of a drop-down's label."""
    return value.replace("|", SEPARATOR).partition(SEPARATOR)[0] if isinstance(value, str) else value


def _is_coded(value: str) -> bool:
    text, _ = narrow(clean(str(_code_part(value)))[0])
    return not text or any(each.isdigit() for each in text[:1])


def _by_name(value: str, known: Directory, what: str) -> CellReading | None:
    """A name is no number: the one it belongs to is proposed."""
    text, _ = clean(value)
    found = known.by_name.get(_folded(text), [])
    return bad(f"{what}.by_name", *found[:_OFFERED]) if found else None


def _registered(read: CellReading, known: Directory, what: str) -> CellReading:
    if not read.text or not known.things or read.text in known.by_code:
        return read
    return bad(f"{what}.unknown", *known.near(read.text))


def choice(value: Filled, choices: Sequence[Choice], search: Search) -> CellReading:
    """The code of the choice whose code or word the cell holds."""
    text, notes = clean(value)
    if not text:
        return EMPTY
    folded = _folded(text)
    for each in choices:
        if folded in (each.code, _folded(each.zh), _folded(each.en)):
            return CellReading(each.code, notes=notes)
    words = {_folded(word): each.code for each in choices for word in (each.zh, each.en)}
    near = [words[each] for each in search.near(folded, words)]
    return bad("choice.unknown", *near, **choice_words(choices))
