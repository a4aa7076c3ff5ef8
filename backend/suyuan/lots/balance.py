"""Mass balance: what is stated to have been made, used and received, and where it does not add up.

Masses and volumes are compared across units; every other unit only with itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from suyuan.lots.model import Amount, Direction

#: UN/CEFACT Recommendation 20 (rev. 17): exact factors to kilogram and to litre.
_COMMON: dict[str, tuple[str, Decimal]] = {
    "KGM": ("KGM", Decimal(1)),
    "GRM": ("KGM", Decimal("0.001")),
    "MGM": ("KGM", Decimal("0.000001")),
    "TNE": ("KGM", Decimal(1000)),
    "LBR": ("KGM", Decimal("0.45359237")),
    "ONZ": ("KGM", Decimal("0.028349523125")),
    "LTR": ("LTR", Decimal(1)),
    "MLT": ("LTR", Decimal("0.001")),
    "CLT": ("LTR", Decimal("0.01")),
    "HLT": ("LTR", Decimal(100)),
    "MTQ": ("LTR", Decimal(1000)),
}

#: Sum per direction and common unit.
Totals = Mapping[tuple[Direction, str], Decimal]


def in_common_unit(amount: Amount) -> Amount:
    """The amount in kilograms, litres, or its own unit."""
    uom, factor = _COMMON.get(amount.uom, (amount.uom, Decimal(1)))
    return Amount(amount.quantity * factor, uom)


def with_amounts(
    totals: Totals, amounts: Iterable[tuple[Direction, Amount]]
) -> dict[tuple[Direction, str], Decimal]:
    """The totals after these amounts were stated too."""
    grown = dict(totals)
    for direction, stated in amounts:
        amount = in_common_unit(stated)
        key = (direction, amount.uom)
        grown[key] = grown.get(key, Decimal(0)) + amount.quantity
    return grown


@dataclass(frozen=True, slots=True)
class Excess:
    """More of `uom` (`more`) than there was (`than`)."""

    uom: str
    more: Decimal
    than: Decimal


def excess_output(totals: Totals) -> list[Excess]:
    """Units in which a transformation's outputs outweigh its inputs. A unit that only one side states says
    nothing: fish in kilograms become cans in pieces.
    """
    return _excess(totals, Direction.MADE, Direction.USED)


def excess_use(totals: Totals) -> list[Excess]:
    """Units in which more of one lot was used than is known of it: what was made, or, when nobody stated
    that, what was received. The same goods received twice on their way count twice, so this finds too
    little rather than accuse wrongly.
    """
    made = any(direction is Direction.MADE for direction, _ in totals)
    return _excess(totals, Direction.USED, Direction.MADE if made else Direction.RECEIVED)


def _excess(totals: Totals, more: Direction, than: Direction) -> list[Excess]:
    units = sorted({uom for direction, uom in totals if direction is more})
    return [
        Excess(uom, totals[more, uom], totals[than, uom])
        for uom in units
        if (than, uom) in totals and totals[more, uom] > totals[than, uom]
    ]
