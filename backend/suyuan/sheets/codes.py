"""Numbers and codes that a spreadsheet damages: GTIN, GLN, SSCC, lot.

A number cell has lost its leading zeros and, from the 16th digit on, the digits themselves: the first is
proposed back, the second refused.
"""

from __future__ import annotations

import re

from suyuan.kernel import gs1
from suyuan.sheets.cell import EMPTY, CellReading, bad, clean, narrow
from suyuan.sheets.table import Filled

_LOT = re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]+", re.ASCII)
_FLOAT_TEXT = re.compile(r"(\d+)\.0+")
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[Ee]\+?\d+")
_GAPS = re.compile(r"[ \-]")
#: Digits that a spreadsheet keeps of a number.
_KEPT_DIGITS = 15
LOT_LENGTH = 20


def gtin(value: Filled) -> CellReading:
    """A GTIN as 14 digits."""
    return _digits(value, "gtin", (8, 12, 13, 14), 14)


def gln(value: Filled) -> CellReading:
    """A GLN, 13 digits."""
    return _digits(value, "gln", (13,), 13)


def sscc(value: Filled) -> CellReading:
    """An SSCC, 18 digits."""
    return _digits(value, "sscc", (18,), 18)


def _digits(value: Filled, name: str, lengths: tuple[int, ...], full: int) -> CellReading:
    if isinstance(value, (int, float)):
        return _from_number(value, name, full)
    if not isinstance(value, str):
        return bad("code.date")
    text, notes = clean(value)
    text, wide = narrow(text)
    damaged = _damaged(text, name, full)
    if damaged is not None:
        return damaged
    tight = _GAPS.sub("", text)
    notes += wide + (("code.gaps",) if tight != text else ())
    return _keyed(tight, notes, name, lengths, full) if tight else EMPTY


def _keyed(tight: str, notes: tuple[str, ...], name: str, lengths: tuple[int, ...], full: int) -> CellReading:
    if not (tight.isascii() and tight.isdigit()):
        return bad("code.not_digits", name=name.upper())
    if len(tight) not in lengths:
        padded = tight.zfill(full)
        near = full // 2 <= len(tight) < full and gs1.has_check_digit(padded)
        return bad(f"{name}.length", *([padded] if near else []), digits=str(len(tight)))
    if not gs1.has_check_digit(tight):
        return bad(f"{name}.check_digit", expected=str(gs1.check_digit(tight[:-1])))
    return CellReading(tight.zfill(full), notes=notes)


def _from_number(value: float, name: str, full: int) -> CellReading:
    digits = whole_digits(value)
    if isinstance(digits, CellReading):
        return digits
    padded = digits.zfill(full)
    if len(digits) <= full and gs1.has_check_digit(padded) and int(value):
        return bad(f"{name}.number", padded)
    return bad(f"{name}.number_wrong", expected=str(gs1.check_digit(digits[:-1])) if digits[:-1] else "")


def _damaged(text: str, name: str, full: int) -> CellReading | None:
    """Text that shows what a spreadsheet made of a number before it was saved as text."""
    decimal = _FLOAT_TEXT.fullmatch(text)
    if decimal:
        return _from_number(int(decimal[1]), name, full)
    if _SCIENTIFIC.fullmatch(text):
        return bad("code.scientific")
    return None


def whole_digits(value: float) -> str | CellReading:
    """The digits of a number that stands for a code; a fault where it cannot."""
    if value < 0 or value != int(value):
        return bad("code.number_wrong")
    digits = str(int(value))
    return bad("code.digits_lost", digits=str(len(digits))) if len(digits) > _KEPT_DIGITS else digits


def lot(value: Filled) -> CellReading:
    """A lot number, as on the pack: 1 to 20 characters of GS1 character set 82."""
    if isinstance(value, str):
        text, notes = clean(value)
        if _LOT.fullmatch(text) and len(text) <= LOT_LENGTH:
            return _unless_scientific(text, notes)
        text, wide = narrow(text)
        return _lot_text(text, notes + wide)
    if not isinstance(value, (int, float)):
        return bad("code.date")
    digits = whole_digits(value)
    return bad("lot.number", digits) if isinstance(digits, str) else digits


def _unless_scientific(text: str, notes: tuple[str, ...]) -> CellReading:
    """1.23E+15 is what a spreadsheet made of a lot number; 12E4 can be one."""
    if "E+" in text and _SCIENTIFIC.fullmatch(text):
        return bad("code.scientific")
    return CellReading(text, notes=notes)


def _lot_text(text: str, notes: tuple[str, ...]) -> CellReading:
    if not text:
        return EMPTY
    if _LOT.fullmatch(text):
        if len(text) > LOT_LENGTH:
            return bad("lot.length", length=str(len(text)), most=str(LOT_LENGTH))
        return _unless_scientific(text, notes)
    wrong = "".join(dict.fromkeys(each for each in text if not _LOT.fullmatch(each)))
    tight = "".join(text.split())
    proposals = [tight] if _LOT.fullmatch(tight) and len(tight) <= LOT_LENGTH else []
    return bad("lot.characters", *proposals, characters=wrong.replace(" ", "␣"))


def plain(value: Filled, longest: int) -> CellReading:
    """A code without a form of its own: text that a spreadsheet must not have taken for something else."""
    if isinstance(value, (int, float)):
        digits = whole_digits(value)
        return CellReading(digits, notes=("code.number",)) if isinstance(digits, str) else digits
    if not isinstance(value, str):
        return bad("code.date")
    text, notes = clean(value)
    if "E+" in text and _SCIENTIFIC.fullmatch(text):
        return bad("code.scientific")
    if len(text) > longest:
        return bad("text.length", length=str(len(text)), most=str(longest))
    return CellReading(text, notes=notes)
