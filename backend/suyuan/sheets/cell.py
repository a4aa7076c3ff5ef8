"""What came of reading one cell, and the cleaning that every cell gets."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from suyuan.sheets.model import Choice
from suyuan.sheets.table import RawValue, text_of

#: Blanks that look like one but are none: no-break, ideographic, thin ones.
_ODD_BLANKS = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\t]")
_INVISIBLE = re.compile("[\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\u00ad]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_WIDE = re.compile("[\uff01-\uff5e]")
#: What people write in CSV so that Excel keeps leading zeros: ="0690...".
_QUOTED = re.compile(r'="([^"]*)"')
_NARROW = {0xFF01 + offset: 0x21 + offset for offset in range(94)} | {0x2212: "-", 0x2013: "-", 0xFE63: "-"}


@dataclass(frozen=True, slots=True)
class CellReading:
    """`text` is the normalised value, "" where there is none. `fault`: a rule, with `values` for its
    sentence. `proposals`: texts that could be meant; `notes`: rules of what was normalised.
    """

    text: str = ""
    fault: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    proposals: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    level: str = "error"


EMPTY = CellReading()


def bad(rule: str, *proposals: str, **values: str) -> CellReading:
    """A reading that failed."""
    return CellReading(fault=rule, values=values, proposals=tuple(dict.fromkeys(proposals)))


def choice_words(choices: Sequence[Choice]) -> dict[str, str]:
    """What may be chosen, for the sentence in either language."""
    return {"choices": "、".join(each.zh for each in choices), "choices_en": ", ".join(e.en for e in choices)}


def clean(value: RawValue) -> tuple[str, tuple[str, ...]]:
    """The text of a cell without odd blanks, invisible characters and ends; with what was done."""
    raw = text_of(value)
    if raw.isascii() and raw.isprintable() and (not raw or (raw[0] not in " ='" and raw[-1] != " ")):
        return raw, ()
    notes: list[str] = []
    text = raw
    quoted = _QUOTED.fullmatch(text.strip())
    if quoted:
        text = quoted[1]
        notes.append("text.quoted")
    spaced = _ODD_BLANKS.sub(" ", text)
    shown = _INVISIBLE.sub("", spaced)
    one_line = (
        " ".join(filter(None, map(str.strip, shown.splitlines())))
        if "\n" in shown or "\r" in shown
        else shown
    )
    trimmed = one_line.strip()
    for before, after, rule in (
        (text, spaced, "text.blanks"),
        (spaced, shown, "text.invisible"),
        (shown, one_line, "text.lines"),
        (one_line, trimmed, "text.ends"),
    ):
        if before != after:
            notes.append(rule)
    return trimmed, tuple(notes)


def narrow(text: str) -> tuple[str, tuple[str, ...]]:
    """Full-width digits, letters and signs as half-width ones."""
    found = text.translate(_NARROW)
    return (found, ("text.full_width",)) if found != text else (text, ())


def control_characters(text: str) -> bool:
    """Characters that no record may hold."""
    return bool(_CONTROL.search(text))


def composed(text: str) -> str:
    """NFC, so that the same name is the same text."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)
