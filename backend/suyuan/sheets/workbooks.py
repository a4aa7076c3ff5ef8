"""Workbooks (xlsx), read by calamine after `package` has looked through their parts."""

from __future__ import annotations

import io
import posixpath
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator

import python_calamine as calamine

from suyuan.sheets.errors import FileRefused
from suyuan.sheets.headings import is_machine_row, make_sheet, too_many_rows
from suyuan.sheets.kinds import TEMPLATES
from suyuan.sheets.model import Limits, Message, TemplateMark
from suyuan.sheets.package import Package, inspect
from suyuan.sheets.parts import SheetFacts, column_letter
from suyuan.sheets.table import ErrorText, RawRow, RawValue, Sheet, Table

#: The hidden sheet of our templates, and the sheets that are for people.
MARK_SHEET = "_suyuan"
LIST_SHEET = "_lists"
GUIDE_SHEETS = ("填写说明", "Instructions")
#: Blank rows that may stand among the rows that count.
_SPARE_ROWS = 1_000


def read_workbook(data: bytes, limits: Limits) -> Table:
    """Raises FileRefused."""
    package = inspect(data, limits)
    try:
        with calamine.load_workbook(io.BytesIO(data)) as book:
            return _read(book, package, limits)
    except calamine.PasswordError as error:
        raise FileRefused("file.encrypted") from error
    except calamine.CalamineError as error:
        raise FileRefused("file.broken") from error
    except BaseException as error:
        # A reader that panics over a hostile file raises what no `except Exception` sees.
        if type(error).__name__ == "PanicException":
            raise FileRefused("file.broken") from error
        raise


def _read(book: calamine.CalamineWorkbook, package: Package, limits: Limits) -> Table:
    facts = _facts_by_name(package)
    shown = [each.name for each in book.sheets_metadata if each.visible == calamine.SheetVisibleEnum.Visible]
    hidden = [name for name in book.sheet_names if name not in shown]
    mark = _mark(book, facts) if MARK_SHEET in hidden else None
    notices = _book_notices(package, hidden)
    if mark is not None and mark.schema_hash not in {each.schema_hash for each in TEMPLATES.values()}:
        notices.append(Message("notice.template_old"))
    sheets: list[Sheet] = []
    reader = _Reader(book, facts, limits)
    filled = [name for name in shown if name not in GUIDE_SHEETS and name in facts]
    for name in filled:
        found = reader.sheet(name, certain=len(filled) > 1)
        if found is None:
            continue
        sheet, told = found
        if sheets and sheet.header != sheets[0].header:
            notices.append(Message("notice.sheet_other", {"sheet": name}))
            continue
        sheets.append(sheet)
        notices += told
    if not sheets and len(filled) > 1:
        found = next(filter(None, (reader.sheet(name, certain=False) for name in filled)), None)
        sheets = [found[0]] if found else []
        notices += found[1] if found else []
    rows = sum(len(sheet.rows) for sheet in sheets)
    if not rows:
        raise FileRefused("file.no_rows" if sheets else "file.no_header" if reader.filled else "file.empty")
    if rows > limits.max_rows:
        raise too_many_rows(rows, limits)
    return Table("xlsx", tuple(sheets), tuple(notices), mark, package.from_1904)


def _book_notices(package: Package, hidden: Iterable[str]) -> list[Message]:
    notices = [
        Message("notice.sheet_hidden", {"sheet": name})
        for name in hidden
        if name not in (MARK_SHEET, LIST_SHEET)
    ]
    if package.external_links:
        notices.append(Message("notice.external_links"))
    if package.from_1904:
        notices.append(Message("notice.from_1904"))
    return notices


class _Reader:
    """Sheets of one workbook, read once each."""

    def __init__(self, book: calamine.CalamineWorkbook, facts: dict[str, SheetFacts], limits: Limits) -> None:
        self._book = book
        self._facts = facts
        self._limits = limits
        self._texts: dict[str, str] = {}
        #: Whether any sheet holds anything at all.
        self.filled = False

    def sheet(self, name: str, *, certain: bool) -> tuple[Sheet, list[Message]] | None:
        facts = self._facts[name]
        self._refuse_far(name, facts)
        read = self._book.get_sheet_by_name(name)
        rows = list(self._rows(read, facts))
        self.filled = self.filled or bool(rows)
        made = make_sheet(name, rows, self._limits, certain=certain)
        if made is None:
            return None
        sheet, notices = made
        _refuse_merged(read, sheet)
        return sheet, [*notices, *_sheet_notices(sheet, facts, rows)]

    def _refuse_far(self, name: str, facts: SheetFacts) -> None:
        """Before anything lays the sheet out up to its furthest cell."""
        if facts.last_column >= self._limits.max_columns:
            values = {"sheet": name, "most": str(self._limits.max_columns)}
            raise FileRefused("file.columns", values)
        if facts.last_row > self._limits.max_rows + _SPARE_ROWS:
            raise too_many_rows(facts.last_row, self._limits)

    def _rows(self, read: calamine.CalamineSheet, facts: SheetFacts) -> Iterator[RawRow]:
        """Rows that hold anything. Equal texts are kept once: most cells repeat."""
        if read.start is None:
            return
        before = (None,) * read.start[1]
        keep = self._texts.setdefault
        for number, raw in enumerate(read.iter_rows(), 1):
            values: list[RawValue] = [
                keep(each, each) if each.__class__ is str and each else (None if each == "" else each)
                for each in raw
            ]
            for column, shown in facts.errors.get(number, {}).items():
                if 0 <= column - len(before) < len(values):
                    values[column - len(before)] = ErrorText(shown)
            while values and values[-1] is None:
                values.pop()
            if values:
                yield RawRow(number, (*before, *values))


def _refuse_merged(read: calamine.CalamineSheet, sheet: Sheet) -> None:
    """Merged cells from the header on: which row a value belongs to cannot be known."""
    last = sheet.rows[-1].number if sheet.rows else sheet.header_row
    for (top, left), (bottom, right) in read.merged_cell_ranges or ():
        if sheet.header_row <= bottom + 1 and top < last:
            place = f"{column_letter(left)}{top + 1}:{column_letter(right)}{bottom + 1}"
            raise FileRefused("file.merged", {"sheet": sheet.name, "place": place})


def _sheet_notices(sheet: Sheet, facts: SheetFacts, rows: Iterable[RawRow]) -> list[Message]:
    ours = sum(1 for row in rows if row.number == sheet.header_row + 1 and is_machine_row(row.values))
    counts = {
        "notice.rows_hidden": facts.hidden_rows - ours if facts.hidden_rows else 0,
        "notice.columns_hidden": facts.hidden_columns,
        "notice.formulas": facts.formulas,
    }
    return [
        Message(code, {"sheet": sheet.name, "count": str(count)})
        for code, count in counts.items()
        if count > 0
    ]


def _facts_by_name(package: Package) -> dict[str, SheetFacts]:
    """Sheet name -> what its part says; sheets that are no worksheets are left out."""
    try:
        # The parts were checked to hold no document type, so no entity can be declared.
        book = ET.fromstring(package.kept["xl/workbook.xml"])  # noqa: S314
        relations = ET.fromstring(package.kept["xl/_rels/workbook.xml.rels"])  # noqa: S314
    except (LookupError, ValueError, ET.ParseError) as error:
        raise FileRefused("file.broken") from error
    targets = {each.get("Id"): each.get("Target", "") for each in relations}
    found: dict[str, SheetFacts] = {}
    for sheet in book.iter():
        if not sheet.tag.endswith("}sheet"):
            continue
        # Strict Open XML has another name space for the same attribute.
        relation = next((value for name, value in sheet.attrib.items() if name.endswith("}id")), "")
        target = targets.get(relation, "")
        part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
        facts = package.sheets.get(part.lower())
        if facts is not None:
            found[sheet.get("name", "")] = facts
    return found


def _mark(book: calamine.CalamineWorkbook, facts: dict[str, SheetFacts]) -> TemplateMark | None:
    """What the hidden sheet says: names in the first column, values in the second."""
    known = facts.get(MARK_SHEET)
    if known is None or known.last_row > 20 or known.last_column > 5:
        return None
    told = {
        str(row[0]): str(row[1]) for row in book.get_sheet_by_name(MARK_SHEET).to_python() if len(row) > 1
    }
    version = told.get("version", "")
    if not version.isdecimal():
        return None
    return TemplateMark(told.get("kind", ""), int(version), told.get("schema", ""))
