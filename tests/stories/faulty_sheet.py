"""A harvest sheet as a supplier fills it in from our template, with twelve rows that are wrong."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta, timezone

import openpyxl

from sheets_world import gln
from suyuan.demo.numbers import gtin

GTIN = gtin(1)
NOWHERE = gln(999)
TODAY = datetime.now(UTC).astimezone(timezone(timedelta(hours=8))).date()
YESTERDAY = (TODAY - timedelta(days=1)).isoformat()
HEADER_ROWS = 2


def lot_name(number):
    return f"T{number:04}"


def wrong_cells(start):
    """Row -> (column, what stands in it), for twelve rows from `start` on."""
    return {
        start: ("site", NOWHERE),
        start + 3: ("site", NOWHERE),
        start + 6: ("site", NOWHERE),
        start + 10: ("product", float(GTIN)),
        start + 11: ("product", float(GTIN)),
        start + 20: ("date", "3/4/2026"),
        start + 21: ("date", "2026-02-30"),
        start + 30: ("quantity", "一百二十"),
        start + 31: ("unit", "筐"),
        start + 40: ("lot", "桃 41"),
        start + 41: ("lot", None),
        start + 50: ("lot", lot_name(1)),  # the first lot's number again, with another amount
    }


def filled_in(template, rows, site, *, wrong=True):
    """The downloaded template with `rows` harvests; the first row once more at the end. Returns the bytes and
    the row numbers of what is wrong.
    """
    book = openpyxl.load_workbook(io.BytesIO(template))
    sheet = book.worksheets[0]
    names = [each.value for each in sheet[2]]
    assert names[:3] == ["product", "lot", "quantity"], names
    sheet.delete_rows(HEADER_ROWS + 1)
    faults = wrong_cells(HEADER_ROWS + 20) if wrong else {}
    for number in range(1, rows + 1):
        at = HEADER_ROWS + number
        _write(sheet, at, names, harvest(number, site))
        if at in faults:
            column, value = faults[at]
            sheet.cell(at, names.index(column) + 1).value = value
            if isinstance(value, float):
                sheet.cell(at, names.index(column) + 1).number_format = "General"
    if wrong:
        _write(sheet, HEADER_ROWS + rows + 1, names, harvest(1, site))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue(), sorted(faults)


def harvest(number, site):
    return {
        "product": GTIN,
        "lot": lot_name(number),
        "quantity": str(100 + number % 7),
        "unit": "千克",
        "site": site,
        "date": YESTERDAY,
        "time": "06:30",
        "origin": "江苏省无锡市阳山镇",
        "variety": "白凤",
    }


def _write(sheet, row, names, values):
    for name, value in values.items():
        cell = sheet.cell(row, names.index(name) + 1)
        cell.value = value
        cell.number_format = "@"
