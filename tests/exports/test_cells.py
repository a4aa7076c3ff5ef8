"""CSV that every reader reads alike, and no spreadsheet calculates."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suyuan.exports.cells import line, original, safe, text

texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"))


def read(written):
    return next(csv.reader(io.StringIO(written, newline="")), [])


@given(st.lists(texts, min_size=2, max_size=6))
def test_what_is_written_is_read_back_cell_by_cell(cells):
    assert [original(each) for each in read(line(cells))] == cells


@given(texts)
def test_making_safe_loses_nothing(value):
    assert safe(value) in {value, f"'{value}"}
    assert original(safe(value)) == value


@given(texts)
def test_no_cell_begins_as_a_formula_does(value):
    made = text(value)
    if made[:1] in {"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"}:
        assert made == value
        Decimal(made)


@pytest.mark.parametrize(
    "value",
    [
        '=HYPERLINK("http://evil","x")',
        "+1+1",
        "-1+cmd|' /C calc'!A0",
        "@SUM(1,1)",
        "\t=1",
        " =1",
        "＝1+1",
        "=1",
        "-",
        "--1",
        "-1e5",
        "'=1",
        "%0A=1",
        "|calc",
    ],
)
def test_a_formula_is_text(value):
    assert text(value) == f"'{value}"


@pytest.mark.parametrize(
    "value", ["-18.5", "12", "0.021", "批次 7", "https://id.gs1.org/01/1", "a=b", "未检出"]
)
def test_numbers_and_plain_texts_stay_as_they_are(value):
    assert text(value) == value


def test_values_have_one_form():
    at = datetime(2026, 11, 23, 16, 0, tzinfo=timezone(timedelta(hours=8)))
    assert (
        line([None, True, False, 7, Decimal("1E+2"), at]) == ",true,false,7,100,2026-11-23T08:00:00.000Z\r\n"
    )
    assert text(datetime(2026, 1, 1, tzinfo=UTC)) == "2026-01-01T00:00:00.000Z"


def test_commas_quotes_and_line_ends_are_quoted():
    assert line(['a,"b"', "x\r\ny", "p;q"]) == '"a,""b""","x\r\ny","p;q"\r\n'
