"""Names of files as they may be shown and sent back: one plain line, never a place in a file system."""

from __future__ import annotations

import re
import unicodedata

from suyuan.files.model import ENDINGS, FileKind

LONGEST = 120
_FORBIDDEN = re.compile(r'[<>:"|?*%;\\/\x00-\x1f\x7f]')
_BLANKS = re.compile(r"\s+")


def clean_name(given: str, kind: FileKind) -> str:
    """`given` without path, control and direction characters, at most 120 characters, ending as `kind` does.

    What is left of an impossible name is `file`. An ending that says something else than the content is
    taken off: whoever downloads it gets what is inside.
    """
    last = given.replace("\\", "/").rsplit("/", 1)[-1]
    plain = unicodedata.normalize("NFC", last)
    plain = "".join(sign for sign in plain if unicodedata.category(sign) not in _HIDDEN)
    plain = _BLANKS.sub(" ", _FORBIDDEN.sub("_", plain)).strip(" .")
    stem, ending = _split(plain, kind)
    return f"{stem[: LONGEST - len(ending)].strip(' .') or 'file'}{ending}"


#: Control, format (among them the right-to-left override), surrogate, private and unassigned characters.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def _split(name: str, kind: FileKind) -> tuple[str, str]:
    stem, dot, ending = name.rpartition(".")
    if not dot:
        stem = "" if f".{name.lower()}" in ENDINGS[kind] else name
        return stem, ENDINGS[kind][0]
    if f".{ending.lower()}" in ENDINGS[kind]:
        return stem, f".{ending.lower()}"
    looks_like_one = ending.isascii() and ending.isalnum() and len(ending) <= 5
    stem = stem if looks_like_one else name
    for known in ENDINGS[kind]:
        stem = stem[: -len(known)] if stem.lower().endswith(known) else stem
    return stem, ENDINGS[kind][0]
