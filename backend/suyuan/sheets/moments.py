"""Dates and times. What has one reading is read; what has two is never guessed."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from suyuan.sheets.cell import EMPTY, CellReading, bad, clean, narrow
from suyuan.sheets.table import Filled

_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?", re.ASCII)
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)", re.ASCII)
_WITH_TIME = re.compile(
    r"(\S*\d[日号]?)[ T]+(\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)", re.ASCII
)
_OTHER = re.compile(r"(\d{1,4})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,4})", re.ASCII)
_TIME = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?", re.ASCII | re.IGNORECASE)
_CHINESE_TIME = re.compile(
    r"(上午|早上|中午|下午|晚上|凌晨|AM|PM)?\s*(\d{1,2})(?:[:时点](\d{1,2})?)分?(?::?(\d{1,2})秒?)?\s*(AM|PM)?",
    re.IGNORECASE | re.ASCII,
)
_AFTERNOON = frozenset({"下午", "晚上", "PM"})
_MORNING = frozenset({"上午", "早上", "凌晨", "AM"})
#: Day numbers that stand for days of 1990 to 2099 in Excel's count from 1900, and from 1904.
_SERIALS = (32874, 73050)
_EPOCH_1900, _EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)
_FIRST_YEAR, _LAST_YEAR = 2000, 2099
_DAY = 86_400


def day(value: Filled, *, from_1904: bool = False) -> CellReading:
    """A date as YYYY-MM-DD."""
    if isinstance(value, datetime):
        found = value.date()
        if value.time() == time(0):
            return _checked(found)
        return bad("date.has_time", found.isoformat(), time=_rounded(value.time()))
    if isinstance(value, date):
        return _checked(value)
    if isinstance(value, (int, float)):
        return _from_number(value, from_1904=from_1904)
    if not isinstance(value, str):
        return bad("date.only_time")
    text, notes = clean(value)
    text, wide = narrow(text)
    return _from_text(text, notes + wide) if text else EMPTY


def _checked(found: date, notes: tuple[str, ...] = ()) -> CellReading:
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        return bad("date.year", year=str(found.year))
    return CellReading(found.isoformat(), notes=notes)


def _from_number(value: float, *, from_1904: bool) -> CellReading:
    if value != int(value):
        return bad("date.not_read")
    compact = _COMPACT.fullmatch(str(int(value)))
    if compact:
        found = _made(*compact.groups())
        return bad("date.number", found.isoformat()) if found else bad("date.no_such_day")
    if _SERIALS[0] <= value <= _SERIALS[1]:
        epoch = _EPOCH_1904 if from_1904 else _EPOCH_1900
        return bad("date.serial", (epoch + timedelta(days=int(value))).isoformat())
    return bad("date.not_read")


def _from_text(text: str, notes: tuple[str, ...]) -> CellReading:
    whole = _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text)
    if whole:
        found = _made(*whole.groups())
        if found is None:
            return bad("date.no_such_day")
        same = text == found.isoformat()
        return _checked(found, notes if same else (*notes, "date.form"))
    with_time = _WITH_TIME.fullmatch(text)
    if with_time:
        read, hour = _from_text(with_time[1], ()), _clock_text(with_time[2], ())
        return bad("date.has_time", *([read.text] if read.text else read.proposals), time=hour.text)
    readings = _readings(text)
    if readings:
        return bad("date.ambiguous", *readings, readings=" / ".join(readings))
    return bad("date.no_such_day" if _OTHER.fullmatch(text) else "date.not_read")


def _readings(text: str) -> list[str]:
    """Every day that a text without a leading four-digit year can mean, day or month or year first."""
    parts = _OTHER.fullmatch(text)
    if parts is None:
        return []
    first, second, third = parts.groups()
    orders = [(third, second, first), (third, first, second)]
    if len(first) <= 2 and len(third) <= 2:
        orders.append((first, second, third))
    found = []
    for year, month, number in orders:
        if len(year) in (2, 4) and len(number) <= 2:
            full = year if len(year) == 4 else f"20{year}"
            made = _made(full, month, number)
            if made and _FIRST_YEAR <= made.year <= _LAST_YEAR:
                found.append(made.isoformat())
    return list(dict.fromkeys(found))


def _made(year: str, month: str, number: str) -> date | None:
    try:
        return date(int(year), int(month), int(number))
    except ValueError:
        return None


def clock(value: Filled) -> CellReading:
    """A time of day as HH:MM:SS, with an offset where one is written."""
    if isinstance(value, datetime):
        return bad("time.has_date", _rounded(value.time()))
    if isinstance(value, time):
        return CellReading(_rounded(value))
    if isinstance(value, (int, float)) and 0 < value < 1:
        return bad("time.number", _rounded_seconds(round(value * _DAY)))
    if not isinstance(value, str):
        return bad("time.not_read")
    text, notes = clean(value)
    text, wide = narrow(text)
    return _clock_text(text, notes + wide) if text else EMPTY


def _rounded(value: time) -> str:
    """To the second: a spreadsheet keeps times as fractions of a day."""
    seconds = value.hour * 3600 + value.minute * 60 + value.second + (value.microsecond >= 500_000)
    return _rounded_seconds(seconds)


def _rounded_seconds(seconds: int) -> str:
    minutes, second = divmod(min(seconds, _DAY - 1), 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{second:02}"


def _clock_text(text: str, notes: tuple[str, ...]) -> CellReading:
    plain = _TIME.fullmatch(text)
    if plain:
        hour, minute, second, zone = plain.groups()
        return _clock(int(hour), int(minute), int(second or 0), notes, _zone(zone))
    spoken = _CHINESE_TIME.fullmatch(text)
    if spoken is None:
        return bad("time.has_date" if _WITH_TIME.fullmatch(text) else "time.not_read")
    hour, minute, second = int(spoken[2]), int(spoken[3] or 0), int(spoken[4] or 0)
    half = (spoken[1] or spoken[5] or "").upper()
    if half in _AFTERNOON and hour < 12:
        hour += 12
    elif half in _MORNING and hour == 12:
        hour = 0
    return _clock(hour, minute, second, (*notes, "time.form"), "")


def _zone(text: str | None) -> str | None:
    """+HH:MM; "" where none is written, None where there is no such offset."""
    if not text:
        return ""
    if text in "Zz":
        return "+00:00"
    whole = text if ":" in text else f"{text[:3]}:{text[3:]}"
    hours, minutes = int(whole[1:3]), int(whole[4:])
    return whole if hours * 60 + minutes <= 14 * 60 and minutes < 60 else None


def _clock(hour: int, minute: int, second: int, notes: tuple[str, ...], zone: str | None) -> CellReading:
    if hour > 23 or minute > 59 or second > 59 or zone is None:
        return bad("time.no_such_time")
    return CellReading(f"{hour:02}:{minute:02}:{second:02}{zone}", notes=notes)
