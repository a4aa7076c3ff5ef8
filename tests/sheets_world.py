"""Files as people send them, and what the checks know of one company; shared by the tests of sheets."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

import xlsxwriter

from suyuan.demo.numbers import gln, gtin, party_uri, sscc
from suyuan.sheets.checking import check_rows
from suyuan.sheets.judged import Edits, RowResult
from suyuan.sheets.kinds import TEMPLATES
from suyuan.sheets.mapping import guess
from suyuan.sheets.model import Context, Named, RecordKind
from suyuan.sheets.reading import read_table
from suyuan.sheets.table import ColumnMapping, RawRow, Sheet, Table

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
PEACH, RICE, BOX = gtin(1), gtin(2), gtin(3)
ORCHARD, YARD = gln(101), gln(102)
SHOP = gln(190)
PALLET = sscc(1)
CONTEXT = Context(
    party=party_uri(100),
    now=NOW,
    products=(
        Named(PEACH, f"https://id.gs1.org/01/{PEACH}", "阳山水蜜桃", "KGM"),
        Named(RICE, f"https://id.gs1.org/01/{RICE}", "五常大米", "KGM"),
        Named(BOX, f"https://id.gs1.org/01/{BOX}", "水蜜桃礼盒"),
    ),
    sites=(
        Named(ORCHARD, f"https://id.gs1.org/414/{ORCHARD}", "桃源里果园三号地块"),
        Named(YARD, f"https://id.gs1.org/414/{YARD}", "桃源里集货场"),
    ),
    partners=(
        Named(SHOP, party_uri(190), "上海拾味鲜生电子商务有限公司"),
        Named("91310105MA1XYYX42Q", "urn:example:party:shop", "上海穹顶冷藏仓储有限公司"),
    ),
)

#: A good row of each kind, by machine names.
GOOD: dict[RecordKind, list[dict[str, Any]]] = {
    RecordKind.HARVEST: [
        {"product": PEACH, "lot": "TY1122A", "quantity": "1250.5", "unit": "千克", "site": ORCHARD}
        | {"date": "2026-11-22", "time": "08:30", "origin": "江苏省无锡市", "expiry_date": "2026-12-22"}
    ],
    RecordKind.PROCESSING: [
        {"document": "P1", "direction": "投入", "product": PEACH, "lot": "TY1122A", "quantity": "100"}
        | {"unit": "公斤", "site": ORCHARD, "date": "2026-11-22"},
        {"document": "P1", "direction": "产出", "product": BOX, "lot": "LH1122", "quantity": "40"}
        | {"unit": "盒", "site": ORCHARD, "date": "2026-11-22", "expiry_date": "2026-12-22"},
    ],
    RecordKind.PACKING: [
        {"product": PEACH, "lot": "TY1122A", "quantity": "50", "unit": "kg", "site": ORCHARD}
        | {"date": "2026-11-22", "time": "10:00", "container": PALLET},
        {"product": PEACH, "lot": "TY1122A", "quantity": "50", "unit": "kg", "site": ORCHARD}
        | {"date": "2026-11-22", "packed_product": BOX, "packed_lot": "LH1122B", "packed_quantity": "20"}
        | {"packed_unit": "盒"},
    ],
    RecordKind.DISPATCH: [
        {"document": "D1", "product": PEACH, "lot": "TY1122A", "quantity": "100", "unit": "kg"}
        | {"site": ORCHARD, "date": "2026-11-22", "time": "15:00", "partner": SHOP, "temperature": "2.5"}
        | {"destination": gln(191), "vehicle": "苏B·D0718"},
        {"document": "D2", "container": PALLET, "site": ORCHARD, "date": "2026-11-22", "time": "15:10"}
        | {"partner": SHOP},
    ],
    RecordKind.RECEIPT: [
        {"document": "D9", "partner": SHOP, "product": RICE, "lot": "DX1", "dispatched_quantity": "100"}
        | {"quantity": "98", "unit": "kg", "site": YARD, "date": "2026-11-22", "time": "16:00"}
        | {"temperature": "3"}
    ],
    RecordKind.INSPECTION: [
        {"document": "J1", "stage": "进货", "product": PEACH, "lot": "TY1122A", "site": YARD}
        | {"date": "2026-11-22", "time": "16:30", "item": "外观", "result": "完好", "verdict": "合格"}
    ],
    RecordKind.TEST: [
        {"document": "R1", "product": PEACH, "lot": "TY1122A", "site": YARD, "date": "2026-11-23"}
        | {"sample": "YP1", "sampled": "2026-11-22", "item": item, "result": result, "result_unit": "mg/kg"}
        | {"comparator": "≤", "limit": "0.1", "verdict": "合格", "cma": "220012345678", "method": "GB 5009"}
        for item, result in (("铅", "0.02"), ("镉", "未检出"))
    ],
}


def good(kind: RecordKind = RecordKind.HARVEST, **changes: Any) -> dict[str, Any]:
    """The kind's first good row, with changes; None takes a cell out."""
    return {name: value for name, value in (GOOD[kind][0] | changes).items() if value is not None}


def context(**changes: Any) -> Context:
    return replace(CONTEXT, **changes)


def workbook(rows: Sequence[Sequence[Any]], name: str = "数据", touch: Any = None, **options: Any) -> bytes:
    """An xlsx with these rows; `touch(book, sheet)` does what is wrong with it."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, **options})
    sheet = book.add_worksheet(name)
    day, hour = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "hh:mm"})
    for at, row in enumerate(rows):
        for place, value in enumerate(row):
            if isinstance(value, datetime | date):
                sheet.write_datetime(at, place, value, day)
            elif isinstance(value, time):
                sheet.write_datetime(at, place, value, hour)
            elif value is not None:
                sheet.write(at, place, value)
    if touch:
        touch(book, sheet)
    book.close()
    return out.getvalue()


def headings(kind: RecordKind = RecordKind.HARVEST) -> list[str]:
    return [column.zh for column in TEMPLATES[kind].columns]


def listed(kind: RecordKind, row: dict[str, Any]) -> list[Any]:
    return [row.get(column.name) for column in TEMPLATES[kind].columns]


def sheet_of(kind: RecordKind, *rows: dict[str, Any]) -> list[list[Any]]:
    """Headings and rows, as they stand in a file."""
    return [headings(kind), *(listed(kind, row) for row in rows)]


def csv_of(kind: RecordKind, *rows: dict[str, Any], separator: str = ",") -> str:
    lines = [[str(each or "") for each in row] for row in sheet_of(kind, *rows)]
    return "\r\n".join(separator.join(line) for line in lines)


def table(kind: RecordKind, *rows: dict[str, Any]) -> Table:
    """As read, without a file."""
    raw = [RawRow(number, tuple(listed(kind, row))) for number, row in enumerate(rows, 2)]
    return Table("xlsx", (Sheet("数据", 1, tuple(headings(kind)), raw),))


def own_columns(kind: RecordKind) -> ColumnMapping:
    return ColumnMapping(dict(enumerate(column.name for column in TEMPLATES[kind].columns)))


def judge(
    kind: RecordKind, *rows: dict[str, Any], edits: Edits | None = None, **known: Any
) -> list[RowResult]:
    """The results of these rows."""
    return list(check_rows(kind, table(kind, *rows), own_columns(kind), context(**known), edits))


def judge_file(
    data: bytes, name: str = "a.xlsx", kind: RecordKind = RecordKind.HARVEST, edits: Edits | None = None
) -> list[RowResult]:
    """The results of a file's rows."""
    read = read_table(data, name)
    return list(check_rows(kind, read, guess(read, kind), CONTEXT, edits))


def rules(*results: RowResult) -> list[tuple[str, str]]:
    """(column, rule) of every fault."""
    return [(fault.column, fault.rule) for result in results for fault in result.faults]


def proposed(result: RowResult) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in result.proposals:
        found.setdefault(each.column, []).append(each.to)
    return found
