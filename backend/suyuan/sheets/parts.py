"""The text of a sheet's part, looked through without building it: where its cells end, what failed, what is
hidden.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from suyuan.sheets.errors import FileRefused

_PREFIX = re.compile(rb"<(\w+):worksheet\b")
#: How most programs write: the reference is the first attribute.
_CELL = re.compile(rb'<c r="([A-Z]{1,3})\d{1,7}"')
_ANY_CELL = re.compile(rb"<c[\s/>]")
_ROW = re.compile(rb"""<row(?=[\s/>])((?:\s+[\w:.]+="[^"<>]*")*)\s*/?>""")
_ANY_ROW = re.compile(rb"<row[\s/>]")
#: The same at leisure: attributes in any order, and which cells hold something.
_FULL_CELL = re.compile(rb"""<c(?=[\s/>])((?:\s+[\w:.]+="[^"<>]*")*)\s*(/?)>""")
_REFERENCE = re.compile(rb"""\sr="([A-Z]{0,3})(\d{1,7})\"""")
_HIDDEN_ROW = re.compile(rb"""<row\s[^<>]*\bhidden\s*=\s*["'](?:1|true)["']""")
_HIDDEN_COLUMN = re.compile(rb"""<col\s[^<>]*\bhidden\s*=\s*["'](?:1|true)["']""")
_FAILED = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"[^<>]*\st="e"[^<>]*>')
_FAILED_CELL = re.compile(rb'<c\s(?:[^<>]*\s)?t="e"[^<>]*>')
_UNCALCULATED = re.compile(
    rb"""<c r="([A-Z]{1,3})(\d{1,7})"(?![^<>]*\bt="str")[^<>]*>\s*+<f\b(?:[^<>]*/>|[^<>]*>[^<]*</f>)"""
    rb"""\s*+(?:(?:<v\s*+/>|<v></v>)\s*+)?</c>"""
)
_OTHER_PREFIX = re.compile(rb"<[^<>\s/]+:(?:c|row)[\s/>]")
_VALUE = re.compile(rb"<v>([^<]{1,20})<")
#: Stands for the value of a formula that was never worked out.
UNCALCULATED = "#CALC?"
#: No cell's own text is longer: 32,767 characters of Excel, escaped, and a formula.
_LONGEST = 1 << 20
#: Cells further out than this are looked at one by one: a sheet may be painted to its very end.
_FAR_COLUMN, _FAR_ROW = 60, 100_000


@dataclass(slots=True)
class SheetFacts:
    """What the text of one sheet says. `errors`: row (from 1) -> column (from 0) -> what stands there.

    `prefix`: what the names of its elements begin with, None until it is known.
    """

    prefix: bytes | None = None
    rows: int = 0
    last_row: int = 0
    last_column: int = 0
    formulas: int = 0
    hidden_rows: int = 0
    hidden_columns: int = 0
    errors: dict[int, dict[int, str]] = field(default_factory=dict)


def column_index(letters: str) -> int:
    """A is 0, Z 25, AA 26."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def column_letter(index: int) -> str:
    """0 is A, 26 AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def scan(text: bytes, facts: SheetFacts, *, last: bool = False) -> bytes:
    """Take in what the whole cells of `text` say; returns what has to stand before the next piece.

    Raises FileRefused for cells that are not written as every known program writes them.
    """
    if facts.prefix is None:
        found = _PREFIX.search(text)
        facts.prefix = b"<" + found[1] + b":" if found else b""
    if facts.prefix:
        text = text.replace(facts.prefix, b"<")
    cut = len(text) if last else _cut(text)
    whole = text[:cut]
    rows = _ROW.findall(whole)
    letters = _CELL.findall(whole)
    cells = len(_ANY_CELL.findall(whole))
    if len(rows) != len(_ANY_ROW.findall(whole)):
        raise FileRefused("file.broken")
    foreign = (b":c " in whole or b":c>" in whole or b":row" in whole) and _OTHER_PREFIX.search(whole)
    if foreign or len(text) - cut > _LONGEST:
        raise FileRefused("file.broken")
    numbers = [int(found[2]) for each in rows if (found := _REFERENCE.search(each))]
    column = max((column_index(each.decode()) for each in set(letters)), default=0)
    if len(letters) != cells or column >= _FAR_COLUMN or max(numbers, default=0) > _FAR_ROW:
        _measure(whole, facts, cells)
    else:
        facts.last_column = max(facts.last_column, column)
        facts.last_row = max([facts.last_row, *numbers])
    facts.rows += len(rows)
    if len(numbers) != len(rows):
        facts.last_row = max(facts.last_row, facts.rows)
    formulas = whole.count(b"<f>") + whole.count(b"<f ") + whole.count(b"<f/>")
    facts.formulas += formulas
    if formulas:
        _take_uncalculated(whole, facts)
    if b"hidden" in whole:
        facts.hidden_rows += len(_HIDDEN_ROW.findall(whole))
        facts.hidden_columns += len(_HIDDEN_COLUMN.findall(whole))
    if b't="e"' in whole:
        _take_failed(whole, facts)
    return text[cut:]


def _measure(whole: bytes, facts: SheetFacts, count: int) -> None:
    """The furthest cell that holds anything; a cell without a reference stands behind the one before it."""
    met = 0
    for row in whole.split(b"<row"):
        column = -1
        for attributes, empty in _FULL_CELL.findall(row):
            met += 1
            found = _REFERENCE.search(attributes)
            column = column_index(found[1].decode()) if found else column + 1
            if not empty:
                facts.last_column = max(facts.last_column, column)
                facts.last_row = max(facts.last_row, int(found[2]) if found else 0)
    if met != count:
        raise FileRefused("file.broken")


def _take_failed(whole: bytes, facts: SheetFacts) -> None:
    """Failed formulas, which calamine gives as blanks: each must be known by its place."""
    placed = 0
    for found in _FAILED.finditer(whole):
        placed += 1
        value = _VALUE.search(whole, found.end(), found.end() + _LONGEST)
        shown = value[1].decode("utf-8", "replace") if value else "#N/A"
        _put(facts, found, shown)
    if placed != len(_FAILED_CELL.findall(whole)):
        raise FileRefused("file.broken")


def _take_uncalculated(whole: bytes, facts: SheetFacts) -> None:
    """Formulas that no program has worked out yet: they would be read as blanks."""
    for found in _UNCALCULATED.finditer(whole):
        _put(facts, found, UNCALCULATED)


def _put(facts: SheetFacts, found: re.Match[bytes], shown: str) -> None:
    facts.errors.setdefault(int(found[2]), {})[column_index(found[1].decode())] = shown


def _cut(text: bytes) -> int:
    """Where the last cell or row begins, for its end may be missing; where there is none, the last tag."""
    last = max(text.rfind(b"<c "), text.rfind(b"<row"))
    return last if last > text.rfind(b"</sheetData>") else max(text.rfind(b"<"), 0)
