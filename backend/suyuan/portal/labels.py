"""Labels of lots to print: their sizes, and whether the code on them can be read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from fastapi import Request

from suyuan.passport.qr import qr_svg
from suyuan.portal import address

MOST_COPIES = 200

#: A module smaller than this (mm) is lost on a printer of 203 dpi or on a rough pack.
LEAST_MODULE = Decimal("0.4")

#: The quiet zone of four modules on each side is part of the picture.
_SIDE = re.compile(rb'viewBox="0 0 (\d+) ')


class Size(StrEnum):
    """Width and height of a label in millimetres; static/portal.css has the same numbers."""

    SMALL = "50x30"
    MIDDLE = "60x40"
    LARGE = "100x70"


#: The side of the code on each, its quiet zone included, in millimetres.
CODE_SIDE = {Size.SMALL: 26, Size.MIDDLE: 30, Size.LARGE: 50}


class Paper(StrEnum):
    """What is printed on: sheets, or a roll with one label after the other."""

    SHEET = "a4"
    ROLL = "roll"


@dataclass(frozen=True, slots=True)
class Wanted:
    size: Size
    paper: Paper
    copies: int

    @classmethod
    def of(cls, request: Request) -> Wanted:
        """What the address asks for; one middle label on a sheet where it says nothing."""
        copies = address.number(request, "copies", default=1, most=MOST_COPIES)
        size = address.choice(request, "size", Size) or Size.MIDDLE
        return cls(size, address.choice(request, "paper", Paper) or Paper.SHEET, max(copies, 1))


@dataclass(frozen=True, slots=True)
class Fit:
    """How large one module of the code is printed, in millimetres."""

    module: Decimal

    @property
    def is_readable(self) -> bool:
        return self.module >= LEAST_MODULE


def fit(text: str, size: Size) -> Fit:
    """How the code with this text fits on a label of this size."""
    found = _SIDE.search(qr_svg(text))
    assert found is not None  # noqa: S101 - our own picture always says its size
    return Fit((Decimal(CODE_SIDE[size]) / int(found[1])).quantize(Decimal("0.01")))
