"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import BigInteger, Dialect, Text
from sqlalchemy.types import TypeDecorator

from suyuan.kernel.clock import from_millis, to_millis


class UtcMillis(TypeDecorator[datetime]):
    """An aware datetime, kept as whole milliseconds since 1970 in BIGINT.

    Finer parts are cut off, not rounded: a stored time is never later than the real one. Comes back in UTC.
    Naive times are a ValueError.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        return None if value is None else to_millis(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else from_millis(value)


class Quantity(TypeDecorator[Decimal]):
    """A Decimal kept as TEXT in plain notation with its digits as they were given ("12.50" stays "12.50").

    TEXT because SQLite has no exact decimal; add and compare in Python, never in SQL. NaN and infinities
    are a ValueError.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        if value is None:
            return None
        if not value.is_finite():
            raise ValueError(f"a quantity is a finite number, not {value}")
        return format(value, "f")

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        return None if value is None else Decimal(value)
