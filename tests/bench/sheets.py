"""How long a large upload takes to be read and judged, and the memory that it needs.

    .venv/bin/python tests/bench/sheets.py [rows]

Writes a workbook of 18 columns, 14 of them a harvest's, and reads and checks it in a process of its own.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import xlsxwriter

from suyuan.sheets.checking import check_rows
from suyuan.sheets.judged import UploadTotals
from suyuan.sheets.kinds import TEMPLATES
from suyuan.sheets.mapping import guess
from suyuan.sheets.model import Context, RecordKind
from suyuan.sheets.reading import read_table

HARVEST = RecordKind.HARVEST
PARTY = "https://id.gs1.org/417/9520718001003"
MORE = ("甲", "乙", "丙", "丁")


def write(path: Path, rows: int) -> None:
    """Good rows; lots, certificates and quantities are each row's own."""
    columns = TEMPLATES[HARVEST].columns
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet("数据")
    sheet.write_row(0, 0, [*(column.zh for column in columns), *MORE])
    for row in range(1, rows + 1):
        own = {"lot": f"L{row:08d}", "certificate": f"HGZ{row:08d}", "note": ""}
        for at, column in enumerate(columns):
            if column.name == "quantity":
                sheet.write_number(row, at, row % 1000 + 0.5)
            else:
                sheet.write_string(row, at, own.get(column.name, column.example))
        sheet.write_row(row, len(columns), ["x", "y", row, 2 * row])
    book.close()


def measure(path: Path) -> None:
    """Read and judge; prints seconds and megabytes."""
    began = time.perf_counter(), time.process_time()
    table = read_table(path.read_bytes(), path.name)
    read = time.perf_counter()
    totals = UploadTotals()
    context = Context(PARTY, datetime(2026, 11, 23, 8, tzinfo=UTC))
    for result in check_rows(HARVEST, table, guess(table, HARVEST), context):
        totals.add(result)
    ended = time.perf_counter(), time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{dict(totals.rows)} in {ended[0] - began[0]:.1f} s (read {read - began[0]:.1f} s)", end=", ")
    print(f"{ended[1] - began[1]:.1f} s of CPU, {peak:.0f} MB at most")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(Path(sys.argv[2]))
    else:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "harvest.xlsx"
            write(file, int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
            print(f"{file.stat().st_size / 1e6:.1f} MB", end=": ", flush=True)
            subprocess.run([sys.executable, __file__, "--measure", str(file)], check=True)
