"""Times and numbers on pages: Beijing time, named in Chinese as 北京时间 and in English by its UTC offset."""

from __future__ import annotations

import datetime as dt
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from markupsafe import Markup

BEIJING = timezone(timedelta(hours=8))
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UNITS = (("B", 0), ("KB", 1), ("MB", 2), ("GB", 3))


class Formats:
    """What templates know as `t`. `now` is the time of the request."""

    def __init__(self, language: str, now: datetime) -> None:
        self.language = language
        self.now = now

    def time(self, moment: datetime) -> Markup:
        """To the minute, as a `time` element with its zone named."""
        local = moment.astimezone(BEIJING)
        zone = "北京时间" if self.language == "zh" else "UTC+8"
        shown = f"{self._day(local)} {local:%H:%M} {zone}"
        return Markup('<time datetime="{}">{}</time>').format(local.isoformat(timespec="seconds"), shown)

    def clock(self, moment: datetime) -> Markup:
        """The same without the zone, for tables whose heading names it."""
        local = moment.astimezone(BEIJING)
        shown = f"{self._day(local)} {local:%H:%M}"
        return Markup('<time datetime="{}">{}</time>').format(local.isoformat(timespec="seconds"), shown)

    def seconds(self, since_1970: int) -> Markup:
        """As `clock`, of a time as the chain has it."""
        return self.clock(datetime.fromtimestamp(since_1970, BEIJING))

    def date(self, day: dt.date) -> Markup:
        """A day; of a moment, the day in Beijing."""
        local = day.astimezone(BEIJING) if isinstance(day, datetime) else day
        return Markup('<time datetime="{}">{}</time>').format(local.isoformat()[:10], self._day(local))

    def days_left(self, moment: datetime) -> int:
        """Whole days until a moment, negative when it is over."""
        return (moment - self.now) // timedelta(days=1)

    def number(self, value: int | Decimal | str) -> str:
        """12,345.50: thousands parted, the digits as they were given."""
        return f"{value:,}" if isinstance(value, int) else f"{Decimal(value):,f}"

    def amount(self, value: int | Decimal | str, unit: str) -> str:
        return f"{self.number(value)}\N{NO-BREAK SPACE}{unit}"

    def size(self, count: int) -> str:
        """Bytes in the unit that people read, one digit behind the point."""
        unit, power = next((u for u in reversed(_UNITS) if count >= 1000 ** u[1]), _UNITS[0])
        if not power:
            return f"{count}\N{NO-BREAK SPACE}B"
        tenths = count * 10 // 1000**power
        return f"{tenths // 10}.{tenths % 10}\N{NO-BREAK SPACE}{unit}"

    def _day(self, day: dt.date) -> str:
        if self.language == "zh":
            return f"{day.year}年{day.month}月{day.day}日"
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
