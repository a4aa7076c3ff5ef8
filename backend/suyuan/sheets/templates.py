"""The templates as files to download.

What tells a program which template it is survives being opened and saved by Excel and WPS: the hidden second
row holds the machine names, the very hidden sheet `_suyuan` kind, version and schema hash.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from suyuan.sheets.columns import EXAMPLE_MARKS
from suyuan.sheets.kinds import TEMPLATES
from suyuan.sheets.model import Column, Context, RecordKind, Template, ValueType
from suyuan.sheets.naming import label as named_label
from suyuan.sheets.phrases import LANGUAGES
from suyuan.sheets.words import label, type_words
from suyuan.sheets.workbooks import LIST_SHEET, MARK_SHEET

#: Text cells: what Excel would otherwise take for numbers.
TEXT_TYPES = frozenset(
    {
        ValueType.PRODUCT,
        ValueType.LOT,
        ValueType.SSCC,
        ValueType.GLN,
        ValueType.SITE,
        ValueType.PARTNER,
        ValueType.CODE,
        ValueType.TEXT,
        ValueType.UNIT,
        ValueType.CHOICE,
    }
)
_FORMATS = {ValueType.DATE: "yyyy-mm-dd", ValueType.TIME: "hh:mm"}
#: Rows that the drop-downs reach, and entries that one of them has.
_ROWS, _ENTRIES = 100_002, 500
#: With this the sheet can be sorted, filtered and grown; only the header stays as it is.
_PROTECTION = {
    "format_cells": True,
    "format_columns": True,
    "format_rows": True,
    "insert_rows": True,
    "delete_rows": True,
    "sort": True,
    "autofilter": True,
}


def template(kind: RecordKind) -> Template:
    """The current template of a kind."""
    return TEMPLATES[kind]


def template_xlsx(kind: RecordKind, language: str, context: Context) -> bytes:
    """A workbook with drop-downs of the party's own products, sites and partners. `language`: zh or en."""
    layout = Layout(kind, language)
    layout.write_example(context)
    layout.write_lists(context)
    return layout.close()


def template_csv(kind: RecordKind, language: str) -> bytes:
    """Headings and the example row, UTF-8 with byte order mark."""
    columns = TEMPLATES[kind].columns
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([heading(each, language) for each in columns])
    writer.writerow([example(each, language) for each in columns])
    return out.getvalue().encode("utf-8-sig")


def heading(column: Column, language: str) -> str:
    """A template's heading; * marks what is required."""
    return column.heading(language) + ("*" if column.rule.required else "")


def example(column: Column, language: str) -> str:
    """The example row's cell; the note says that the row is one."""
    if column.name == "note":
        return EXAMPLE_MARKS[LANGUAGES.index(language)]
    for each in column.rule.choices:
        if each.zh == column.example:
            return each.word(language)
    return column.example


class Layout:
    """A workbook in a template's layout: heading, hidden machine names, then rows.

    `more`: headings of columns behind the template's, with their widths; such a workbook is written row by
    row and keeps none of them in memory.
    """

    def __init__(self, kind: RecordKind, language: str, more: Sequence[tuple[str, int]] = ()) -> None:
        self._template = TEMPLATES[kind]
        self._language = language
        self._out = io.BytesIO()
        # Texts stay texts: nothing that begins with = is ever written as a formula, no address as a link.
        options = {"strings_to_formulas": False, "strings_to_urls": False}
        options |= {"constant_memory": True} if more else {"in_memory": True}
        self.book = xlsxwriter.Workbook(self._out, options)
        self.sheet: Worksheet = self.book.add_worksheet(label("data", language))
        self._write_header(more)
        self._write_guide()
        self._write_mark()

    @property
    def columns(self) -> tuple[Column, ...]:
        return self._template.columns

    def style(self, **members: Any) -> Format:
        return self.book.add_format({"font_name": "Microsoft YaHei", "font_size": 10, **members})

    def _write_header(self, more: Sequence[tuple[str, int]]) -> None:
        sheet, language = self.sheet, self._language
        bold = {"bold": True, "border": 1, "text_wrap": True, "valign": "vcenter"}
        must, may = self.style(**bold, bg_color="#FFE9B8"), self.style(**bold, bg_color="#E8EEF4")
        grey = self.style(font_color="#999999")
        sheet.set_row(0, 32)
        for at, column in enumerate(self.columns):
            sheet.write_string(0, at, heading(column, language), must if column.rule.required else may)
            note = f"{column.name}\n{column.note(language)}".strip()
            sheet.write_comment(0, at, note, {"author": "suyuan", "visible": False})
            sheet.set_column(at, at, 18, self.cell_style(column))
        for at, (text, width) in enumerate(more, len(self.columns)):
            sheet.write_string(0, at, text, self.style(**bold, bg_color="#FFEB9C"))
            sheet.set_column(at, at, width)
        sheet.set_row(1, None, None, {"hidden": True})
        for at, column in enumerate(self.columns):
            sheet.write_string(1, at, column.name, grey)
        sheet.freeze_panes(2, 0)
        sheet.protect("", _PROTECTION)

    def cell_style(self, column: Column, **members: Any) -> Format:
        """How a column's cells are stored: codes as text."""
        form = "@" if column.rule.type in TEXT_TYPES else _FORMATS.get(column.rule.type, "General")
        return self.style(num_format=form, locked=False, **members)

    def _write_guide(self) -> None:
        language = self._language
        guide = self.book.add_worksheet(label("guide", language))
        wrap, bold = self.style(text_wrap=True, valign="top"), self.style(bold=True)
        guide.set_column(0, 0, 24)
        guide.set_column(1, 4, 26)
        guide.write_string(0, 0, self._template.title(language), bold)
        guide.merge_range(1, 0, 1, 4, label("about", language), wrap)
        guide.set_row(1, 48)
        for at, name in enumerate(("column", "rule", "form", "example", "note")):
            guide.write_string(3, at, label(name, language), bold)
        for row, column in enumerate(self.columns, 4):
            for at, text in enumerate(self._about(column)):
                guide.write_string(row, at, text, wrap)
        guide.protect()

    def _about(self, column: Column) -> Sequence[str]:
        language = self._language
        needed = label("required" if column.rule.required else "optional", language)
        form = type_words(column.rule.type, language)
        choices = " / ".join(each.word(language) for each in column.rule.choices)
        shown = "" if column.name == "note" else example(column, language)
        note = "\n".join(filter(None, (column.note(language), choices)))
        return column.heading(language), needed, form, shown, note

    def _write_mark(self) -> None:
        mark = self.book.add_worksheet(MARK_SHEET)
        told = {
            "kind": str(self._template.kind),
            "version": str(self._template.version),
            "schema": self._template.schema_hash,
            "language": self._language,
        }
        for row, (name, value) in enumerate(told.items()):
            mark.write_string(row, 0, name)
            mark.write_string(row, 1, value)
        mark.very_hidden()

    def write_example(self, context: Context) -> None:
        """The example row, with the party's own codes where it has any."""
        own = {
            ValueType.PRODUCT: context.products,
            ValueType.SITE: context.sites,
            ValueType.PARTNER: context.partners,
        }
        for at, column in enumerate(self.columns):
            known = own.get(column.rule.type, ())
            text = known[0].code if known and column.example else example(column, self._language)
            style = self.cell_style(column, font_color="#888888", italic=True)
            if column.rule.type is ValueType.QUANTITY or column.rule.type is ValueType.NUMBER:
                self.sheet.write_number(2, at, float(text), style)
            else:
                self.sheet.write_string(2, at, text, style)

    def write_lists(self, context: Context) -> None:
        """Drop-downs: choices warn, products, sites and partners only suggest."""
        lists = self.book.add_worksheet(LIST_SHEET)
        written: dict[tuple[str, ...], int] = {}
        for at, column in enumerate(self.columns):
            entries = self._entries(column, context)
            if not entries:
                continue
            place = written.setdefault(entries, len(written))
            lists.write_column(0, place, entries, self.style(num_format="@"))
            letter = xlsxwriter.utility.xl_col_to_name(place)
            self.sheet.data_validation(
                2,
                at,
                _ROWS,
                at,
                {
                    "validate": "list",
                    "source": f"={LIST_SHEET}!${letter}$1:${letter}${len(entries)}",
                    "error_type": "warning",
                    "error_message": label("pick_error", self._language),
                    "input_message": label("pick", self._language),
                },
            )
        lists.very_hidden()

    def _entries(self, column: Column, context: Context) -> tuple[str, ...]:
        own = {
            ValueType.PRODUCT: context.products,
            ValueType.SITE: context.sites,
            ValueType.PARTNER: context.partners,
        }.get(column.rule.type)
        if own is not None:
            return tuple(named_label(each) for each in own[:_ENTRIES])
        return tuple(each.word(self._language) for each in column.rule.choices)

    def close(self) -> bytes:
        """The finished file."""
        self.sheet.activate()
        self.book.close()
        return self._out.getvalue()
