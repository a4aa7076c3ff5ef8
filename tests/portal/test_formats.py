from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from suyuan.portal.formats import Formats

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
ZH, EN = Formats("zh", NOW), Formats("en", NOW)


def test_a_time_is_beijings_and_says_so():
    moment = datetime(2026, 12, 31, 16, 5, tzinfo=UTC)
    assert ZH.time(moment) == '<time datetime="2027-01-01T00:05:00+08:00">2027年1月1日 00:05 北京时间</time>'
    assert EN.time(moment) == '<time datetime="2027-01-01T00:05:00+08:00">1 Jan 2027 00:05 UTC+8</time>'
    assert ZH.clock(moment) == '<time datetime="2027-01-01T00:05:00+08:00">2027年1月1日 00:05</time>'
    assert ZH.seconds(int(moment.timestamp())) == ZH.clock(moment)


def test_a_day_of_a_moment_is_the_day_in_beijing():
    assert "2027年1月1日" in ZH.date(datetime(2026, 12, 31, 16, 0, tzinfo=UTC))
    assert EN.date(date(2026, 12, 31)) == '<time datetime="2026-12-31">31 Dec 2026</time>'


def test_days_left_are_whole_and_negative_when_it_is_over():
    assert ZH.days_left(datetime(2026, 11, 25, 7, 59, tzinfo=UTC)) == 1
    assert ZH.days_left(datetime(2026, 11, 23, 8, 0, tzinfo=UTC)) == 0
    assert ZH.days_left(datetime(2026, 11, 23, 7, 59, tzinfo=UTC)) == -1


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1, "1"),
        (1234567, "1,234,567"),
        (Decimal(480), "480"),
        ("12345.50", "12,345.50"),
        (Decimal("1E+3"), "1,000"),
    ],
)
def test_a_number_keeps_its_digits(value, shown):
    assert ZH.number(value) == shown
    assert EN.amount(value, "kg") == f"{shown}\N{NO-BREAK SPACE}kg"


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 KB"), (1_999_999, "1.9 MB"), (3 * 10**9, "3.0 GB")],
)
def test_a_size_is_in_the_unit_that_people_read(count, shown):
    assert ZH.size(count) == shown.replace(" ", "\N{NO-BREAK SPACE}")
