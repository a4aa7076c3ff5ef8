"""Quantities, other numbers and units; always as decimal text, never through a binary fraction."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from suyuan.sheets.cell import EMPTY, CellReading, bad, choice_words, clean, narrow
from suyuan.sheets.columns import UNITS
from suyuan.sheets.table import Filled

_PLAIN = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)", re.ASCII)
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:([, '])\d{3})(?:\1\d{3})*(\.\d+)?", re.ASCII)
_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)
_EUROPEAN = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+,\d+", re.ASCII)
_SCIENTIFIC = re.compile(r"[+-]?\d+(?:\.\d+)?[Ee][+-]?\d{1,3}", re.ASCII)
_WITH_UNIT = re.compile(r"([+-]?[\d.,]+)\s*([^\d\s.,+-].*)")
_DEGREES = ("℃", "°C", "° C", "°c", "摄氏度", "度")
#: EPCIS states quantities as JSON numbers: what 15 digits say is the same everywhere.
_DIGITS, _PLACES, _WHOLE = 15, 6, 10**12

#: Spellings of units -> Recommendation 20 or 21 code.
_SPELLINGS = {
    "KGM": "kg kgs kilogram kilograms 公斤 千克 kgm ㎏",
    "GRM": "g gram grams 克 grm",
    "TNE": "t ton tons tonne tonnes 吨 公吨 tne",
    "LTR": "l liter litre liters litres 升 公升 ltr",
    "MLT": "ml 毫升 mlt",
    "H87": "件 个 只 枚 pc pcs piece pieces ea h87",
    "CS": "箱 case cases cs ctn carton",
    "BX": "盒 box boxes bx",
    "BG": "袋 包 bag bags bg",
    "PF": "托 托盘 板 pallet pallets pf",
}
_UNITS = {
    unicodedata.normalize("NFKC", each).lower(): code
    for code, spellings in _SPELLINGS.items()
    for each in spellings.split()
}
#: Chinese market weights: what one of them is in kilograms.
MARKET_UNITS = {"斤": Decimal("0.5"), "市斤": Decimal("0.5"), "两": Decimal("0.05"), "担": Decimal(50)}
#: Which amounts of a row a unit belongs to.
AMOUNTS_OF = {"unit": ("quantity", "dispatched_quantity"), "packed_unit": ("packed_quantity",)}


def decimal_text(value: Decimal) -> str:
    """Without exponent and without needless zeros."""
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def quantity(value: Filled) -> CellReading:
    """A decimal above 0, at most 15 digits, 6 of them behind the point."""
    read = _decimal(value)
    if read.fault or not read.text:
        return read
    if Decimal(read.text) <= 0:
        return bad("quantity.not_positive")
    return read


def number(value: Filled) -> CellReading:
    """Any decimal; a degree sign behind it is taken off."""
    if isinstance(value, str):
        text, _ = clean(value)
        sign = next((each for each in _DEGREES if text.endswith(each)), "")
        if sign:
            read = _decimal(text.removesuffix(sign))
            return CellReading(
                read.text, read.fault, read.values, read.proposals, (*read.notes, "number.degrees")
            )
    return _decimal(value)


def _decimal(value: Filled) -> CellReading:
    if isinstance(value, (int, float)):
        return _measured(f"{value:.15g}" if isinstance(value, float) else str(value), ())
    if not isinstance(value, str):
        return bad("quantity.date")
    text, notes = clean(value)
    text, wide = narrow(text)
    if not text:
        return EMPTY
    if _PLAIN.fullmatch(text):
        return _measured(text, notes + wide)
    return _not_plain(text)


def _measured(text: str, notes: tuple[str, ...]) -> CellReading:
    found = Decimal(text)
    digits = len(found.normalize().as_tuple().digits)
    if abs(found) >= _WHOLE or digits > _DIGITS:
        return bad("quantity.too_long", digits=str(_DIGITS))
    shown = decimal_text(found)
    if len(shown.partition(".")[2]) > _PLACES:
        rounded = decimal_text(round(found, _PLACES))
        return bad("quantity.too_fine", rounded, places=str(_PLACES))
    return CellReading(shown, notes=notes)


def _not_plain(text: str) -> CellReading:
    """What people write for a number, each with what it can mean."""
    text = text.replace("，", ",")
    if _EUROPEAN.fullmatch(text):
        return bad("quantity.comma", _tidy(text.replace(".", "").replace(",", ".")))
    found = _THOUSANDS.fullmatch(text)
    if found:
        whole = _tidy(text.replace(found[1], ""))
        # 1,234 is a thousand to one reader and one and a bit to another.
        fraction = [_tidy(text.replace(",", "."))] if _COMMA.fullmatch(text) else []
        return bad("quantity.thousands", whole, *fraction)
    if _COMMA.fullmatch(text):
        return bad("quantity.comma", _tidy(text.replace(",", ".")))
    if _SCIENTIFIC.fullmatch(text):
        exact = Decimal(text)
        fits = -_PLACES <= exact.adjusted() <= 12
        return bad("quantity.scientific", *([decimal_text(exact)] if fits else []))
    unit = _WITH_UNIT.fullmatch(text)
    if unit and _PLAIN.fullmatch(unit[1]):
        return bad("quantity.unit_inside", _tidy(unit[1]), unit=unit[2][:20])
    return bad("quantity.not_number")


def _tidy(text: str) -> str:
    return decimal_text(Decimal(text))


def unit(value: Filled) -> CellReading:
    """A Recommendation 20 code, from its spellings in Chinese and English."""
    if not isinstance(value, str):
        return bad("unit.unknown", **choice_words(UNITS))
    text, notes = clean(value)
    if not text:
        return EMPTY
    spelled = unicodedata.normalize("NFKC", text).lower()
    code = _UNITS.get(spelled)
    if code is None and spelled in MARKET_UNITS:
        return bad("unit.market", "KGM", unit=spelled, kilograms=decimal_text(MARKET_UNITS[spelled]))
    if code is None:
        return bad("unit.unknown", **choice_words(UNITS))
    return CellReading(code, notes=notes)
