"""Cells of CSV (RFC 4180) that no spreadsheet takes for a formula.

A cell that a spreadsheet would calculate, because it begins with one of the characters below, gets an
apostrophe in front, which spreadsheets show as text. A cell that begins with an apostrophe gets one more, so
that reading is exact: take one apostrophe away from cells that begin with one. Numbers stay numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal

#: As U+FEFF, so that Excel reads the file as UTF-8.
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"

#: What begins a formula, in full width too; and blanks behind which a spreadsheet may look for it.
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", " ", "＝", "＋", "－", "＠", "|", "%", "'")
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,30})?")
_QUOTED = re.compile(r'[",\r\n;\t]|^\s|\s$')

Cell = str | int | bool | Decimal | datetime | None


def line(cells: Iterable[Cell]) -> str:
    """One line with its end (CRLF)."""
    return ",".join(_quoted(text(each)) for each in cells) + "\r\n"


def text(cell: Cell) -> str:
    """A cell's text, safe: times as RFC 3339 in UTC, decimals plain, nothing as nothing."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(cell, Decimal):
        return format(cell, "f")
    return str(cell) if isinstance(cell, int) else safe(cell)


def safe(value: str) -> str:
    """The text with an apostrophe in front where it needs one."""
    if value.startswith(_RISKY) and not _NUMBER.fullmatch(value):
        return f"'{value}"
    return value


def original(value: str) -> str:
    """What `safe` was given."""
    return value.removeprefix("'")


def _quoted(value: str) -> str:
    if not _QUOTED.search(value):
        return value
    return '"' + value.replace('"', '""') + '"'
