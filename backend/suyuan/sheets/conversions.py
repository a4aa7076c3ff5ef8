"""Corrections that reach into a second cell: a market weight into its amounts, a date into the time."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from suyuan.sheets.amounts import AMOUNTS_OF, MARKET_UNITS, decimal_text
from suyuan.sheets.draft import Draft

#: The column that a date's time goes to.
_CLOCKS = {"date": "time"}


def companions(draft: Draft, name: str) -> Iterator[tuple[str, str, str]]:
    """(column, text now, text then) of what changes with the proposal for a faulty cell."""
    read = draft.faulty[name].reading
    if read.fault == "unit.market":
        factor = MARKET_UNITS[read.values["unit"]]
        for amount in AMOUNTS_OF[name]:
            text = draft.values.get(amount)
            if text:
                yield amount, text, decimal_text(Decimal(text) * factor)
    elif read.fault == "date.has_time" and read.values["time"]:
        clock = _CLOCKS.get(name)
        if clock and clock not in draft.values and clock not in draft.faulty:
            yield clock, "", read.values["time"]


def convert(draft: Draft, accepted: frozenset[tuple[str, str]]) -> None:
    """Make the changes that a person accepted for the whole column."""
    for name, found in list(draft.faulty.items()):
        read = found.reading
        if (name, read.fault) not in accepted or len(read.proposals) != 1:
            continue
        if any(amount in draft.faulty for amount in AMOUNTS_OF.get(name, ())):
            continue  # what cannot be read cannot be converted
        for other, _, text in list(companions(draft, name)):
            draft.values[other] = text
        draft.values[name] = read.proposals[0]
        del draft.faulty[name]
