"""Numbers as people in a cold store type them: exact, never a float.

Keyboards and instruments give "−18.5" with U+2212, full-width digits, a comma; the value is the same.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

#: Absolute zero, and more than any food is stored at, in hundredths of a degree.
LOWEST, HIGHEST = -27315, 20000

#: Digits that a JSON number of an event carries without loss.
MAX_DIGITS = 15

_CELSIUS = re.compile(r"([+-]?)(\d{1,3})(?:\.(\d{1,2})0*)?(?:\s*(?:°?C|°))?", re.ASCII)
_QUANTITY = re.compile(r"\d{1,12}(?:\.\d{1,6})?", re.ASCII)


def plain(text: str) -> str:
    """The text with ASCII digits, signs and points."""
    folded = unicodedata.normalize("NFKC", text).strip()
    return folded.translate({0x2212: "-", 0x2013: "-", 0x2012: "-", 0x3002: "."})


def centi(text: str) -> int:
    """Degrees Celsius as people write them, in hundredths: "−18.5" gives -1850.

    At most two decimals. Raises ValueError.
    """
    found = _CELSIUS.fullmatch(re.sub(r"(?<=\d),(?=\d)", ".", plain(text)))
    if found is None:
        raise ValueError("not a temperature in degrees Celsius with at most two decimals, e.g. -18.5")
    sign, whole, part = found.groups()
    value = int(whole) * 100 + int((part or "").ljust(2, "0"))
    value = -value if sign == "-" else value
    if not LOWEST <= value <= HIGHEST:
        raise ValueError(f"{celsius(value)} ℃ is no temperature that goods can have")
    return value


def celsius(value: int) -> str:
    """Hundredths of a degree as text: -1850 gives "-18.5"."""
    sign = "-" if value < 0 else ""
    whole, part = divmod(abs(value), 100)
    return f"{sign}{whole}.{part:02d}".rstrip("0").rstrip(".")


def quantity(text: str) -> Decimal:
    """An amount in plain notation, at most six decimals. Raises ValueError."""
    folded = plain(text)
    if not _QUANTITY.fullmatch(folded) or len(folded.replace(".", "").lstrip("0")) > MAX_DIGITS:
        raise ValueError("not an amount: digits with at most six decimals, e.g. 120 or 99.5")
    return Decimal(folded)


def amount_text(value: Decimal) -> str:
    """An amount without needless zeros, never in exponent form."""
    text = format(value, "f")
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text


def json_number(value: Decimal) -> int | float:
    """The amount as the number that an EPCIS event carries; exact up to MAX_DIGITS digits."""
    return int(value) if value == value.to_integral_value() else float(value)
