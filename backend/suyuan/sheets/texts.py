"""CSV, TSV and what is pasted from a sheet: encoding and separator found, never assumed."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter

from suyuan.sheets.errors import FileRefused
from suyuan.sheets.headings import make_sheet, score, too_many_rows
from suyuan.sheets.model import Limits, Message
from suyuan.sheets.table import RawRow, Table

_SEPARATORS = ("\t", ",", ";", "|")
_SNIFFED_LINES = 30
#: Longest text of one field; also keeps an unclosed quote from eating the file.
_LONGEST = 40_000


def read_text(data: bytes, name: str, limits: Limits) -> Table:
    """Raises FileRefused."""
    text, encoding = decode(data)
    if not text.strip():
        raise FileRefused("file.empty")
    lines = text.count("\n") + text.count("\r") + 1
    separator = _separator(text)
    rows = _rows(text, separator, limits)
    made = make_sheet(_sheet_name(name), rows, limits, certain=False)
    if made is None:
        raise FileRefused("file.no_header" if lines > 1 else "file.no_rows")
    sheet, notices = made
    if not sheet.rows:
        raise FileRefused("file.no_rows")
    if encoding not in ("utf-8", "utf-8-sig"):
        notices.append(Message("notice.encoding", {"encoding": encoding}))
    return Table("tsv" if separator == "\t" else "csv", (sheet,), tuple(notices))


def decode(data: bytes) -> tuple[str, str]:
    """The text and the encoding it was found in: utf-8(-sig), utf-16 or gb18030. Raises FileRefused."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return _decoded(data, encoding), encoding
    if b"\0" in data:
        return _decoded(data, _utf16_without_mark(data)), "utf-16"
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return _decoded(data, "gb18030"), "gb18030"


def _decoded(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise FileRefused("file.encoding") from error
    if "\0" in text:
        raise FileRefused("file.encoding")
    return text


def _utf16_without_mark(data: bytes) -> str:
    """By where the zero bytes of separators and digits stand; anything else with zero bytes is no text."""
    even, odd = data[:2_000:2].count(0), data[1:2_000:2].count(0)
    if len(data) % 2 or even == odd:
        raise FileRefused("file.encoding")
    return "utf-16-le" if odd > even else "utf-16-be"


def _separator(text: str) -> str:
    """The one that gives the most rows of one and the same width; of equals, the one whose header we know."""

    def fitness(separator: str) -> tuple[int, int, int]:
        rows = [row for row in _peek(text, separator) if any(row)]
        widths = Counter(len(row) for row in rows if len(row) > 1)
        width, count = max(widths.items(), key=lambda pair: (pair[1], pair[0]), default=(0, 0))
        known = max((score([each for each in row if each]) for row in rows), default=0)
        return known, count, width

    return max(_SEPARATORS, key=fitness)


def _peek(text: str, separator: str) -> list[list[str]]:
    lines = io.StringIO(text[:200_000], newline="")
    found: list[list[str]] = []
    try:
        for row in csv.reader(lines, delimiter=separator):
            found.append(row)
            if len(found) == _SNIFFED_LINES:
                break
    except csv.Error:
        pass
    return found


def _rows(text: str, separator: str, limits: Limits) -> list[RawRow]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[RawRow] = []
    kept: dict[str, str] = {}
    try:
        for number, raw in enumerate(reader, 1):
            values = [kept.setdefault(each, each) if each.strip() else None for each in raw]
            while values and values[-1] is None:
                values.pop()
            if values:
                rows.append(RawRow(number, tuple(values)))
            if len(values) > limits.max_columns:
                raise FileRefused("file.columns", {"sheet": "CSV", "most": str(limits.max_columns)})
            if len(rows) > limits.max_rows + 2 * _SNIFFED_LINES:
                raise too_many_rows(text.count("\n"), limits)
            if any(len(each) > _LONGEST for each in raw):
                raise FileRefused("file.quotes", {"row": str(number)})
    except csv.Error as error:
        raise FileRefused("file.quotes", {"row": str(len(rows) + 1)}) from error
    return rows


def _sheet_name(name: str) -> str:
    stem = name.replace("\\", "/").rpartition("/")[2].rpartition(".")[0] or name
    return stem[:31] or "CSV"
