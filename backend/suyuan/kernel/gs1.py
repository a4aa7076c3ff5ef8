"""GS1 keys and application identifiers: check digits, lengths, formats.

Formats come from the table of the `biip` library (GS1 General Specifications, section 3); what that table
lacks, the check digits inside the keys, is added here from the GS1 Barcode Syntax Dictionary of 2026-01-27.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from biip import ParseError
from biip.checksums import gs1_standard_check_digit
from biip.gs1_application_identifiers import GS1ApplicationIdentifier

from suyuan.kernel.errors import Malformed

GTIN_LENGTHS = frozenset({8, 12, 13, 14})
_GMN_WEIGHTS = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83)
_CSET82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
_CSET32 = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

#: AI -> how many leading characters are closed by a check digit.
CHECKED_DIGITS = {
    "00": 18,
    "01": 14,
    "02": 14,
    "03": 14,
    "253": 13,
    "255": 13,
    "402": 17,
    "410": 13,
    "411": 13,
    "412": 13,
    "413": 13,
    "414": 13,
    "415": 13,
    "416": 13,
    "417": 13,
    "8003": 14,
    "8006": 14,
    "8017": 18,
    "8018": 18,
    "8026": 14,
}


_DATES = frozenset({"11", "12", "13", "15", "16", "17"})


# Where biip's table is stricter than the dictionary: a part identifier has 1 to 30 characters, not 5 to 30.
_PATTERNS = {"8010": r"8010[#\-/0-9A-Z]{1,30}"}


class BadKey(Malformed):
    """`code`: gs1.digits, gs1.length, gs1.check_digit, gs1.unknown_ai, gs1.format."""

    code = "gs1.format"


def check_digit(body: str) -> int:
    """The check digit that closes `body`: weights 3, 1, 3, ... from the right. Raises BadKey."""
    if not body or not body.isascii() or not body.isdigit():
        raise BadKey(f"{body!r} is not all digits", code="gs1.digits")
    return gs1_standard_check_digit(body)


def has_check_digit(number: str) -> bool:
    """Whether the last digit of `number` closes the others."""
    if len(number) < 2 or not number.isascii() or not number.isdigit():
        return False
    return gs1_standard_check_digit(number[:-1]) == int(number[-1])


def gtin14(text: str) -> str:
    """A GTIN-8, -12, -13 or -14 as 14 digits. Raises BadKey."""
    return _key(text, GTIN_LENGTHS, "GTIN").zfill(14)


def gln(text: str) -> str:
    """A GLN of 13 digits. Raises BadKey."""
    return _key(text, frozenset({13}), "GLN")


def sscc(text: str) -> str:
    """An SSCC of 18 digits. Raises BadKey."""
    return _key(text, frozenset({18}), "SSCC")


def _key(text: str, lengths: frozenset[int], name: str) -> str:
    if not text.isascii() or not text.isdigit():
        raise BadKey(f"{name} {text!r} is not all digits", code="gs1.digits")
    if len(text) not in lengths:
        wanted = ", ".join(map(str, sorted(lengths)))
        raise BadKey(f"{name} {text} has {len(text)} digits, not {wanted}", code="gs1.length")
    _require_check_digit(text, f"{name} {text}")
    return text


def _require_check_digit(number: str, named: str) -> None:
    expected = check_digit(number[:-1])
    if expected != int(number[-1]):
        raise BadKey(f"{named}: the check digit should be {expected}", code="gs1.check_digit")


def check_value(ai: str, value: str) -> None:
    """Raises BadKey unless `value` is what the application identifier may carry, check digits included."""
    pattern = _pattern(ai)
    if pattern is None:
        raise BadKey(f"({ai}) is no application identifier", code="gs1.unknown_ai")
    if not pattern.fullmatch(ai + value):
        raise BadKey(f"({ai}) cannot be {value!r}")
    closed = CHECKED_DIGITS.get(ai)
    if closed:
        _require_check_digit(value[:closed], f"({ai}) {value}")
    elif ai == "8013" and not has_check_characters(value):
        raise BadKey(f"(8013) {value}: wrong check characters", code="gs1.check_digit")
    _check_meaning(ai, value)


def _check_meaning(ai: str, value: str) -> None:
    """What a pattern cannot say."""
    if ai in _DATES and not _is_date(value):
        raise BadKey(f"({ai}) {value}: no such day")
    if ai in ("8006", "8026") and not 0 < int(value[14:16]) <= int(value[16:18]):
        raise BadKey(f"({ai}) {value}: no piece {value[14:16]} of {value[16:18]}")
    if ai == "8011" and value.startswith("0") and value != "0":
        raise BadKey(f"(8011) {value}: a serial number has no leading zero")


def _is_date(text: str) -> bool:
    """YYMMDD, day 00 for the whole month; any century does, for YY alone decides on leap years."""
    try:
        date(2000 + int(text[:2]), int(text[2:4]), int(text[4:6]) or 1)
    except ValueError:
        return False
    return True


def is_known(ai: str) -> bool:
    """Whether GS1 has assigned this application identifier."""
    return _pattern(ai) is not None


@lru_cache(maxsize=1024)
def _pattern(ai: str) -> re.Pattern[str] | None:
    if not ai.isascii() or not ai.isdigit():
        return None
    if ai in _PATTERNS:
        return re.compile(_PATTERNS[ai])
    try:
        found = GS1ApplicationIdentifier.extract(ai)
    except ParseError:
        return None
    # ASCII: the table writes \d, which would otherwise let the digits of every script in.
    return re.compile(found.pattern, re.ASCII) if found.ai == ai else None


def has_check_characters(gmn: str) -> bool:
    """Whether a Global Model Number ends in its pair of check characters (General Specifications, 7.9.5)."""
    body, pair = gmn[:-2], gmn[-2:]
    if not body or len(body) > len(_GMN_WEIGHTS) or any(char not in _CSET82 for char in body):
        return False
    total = sum(
        weight * _CSET82.index(char) for weight, char in zip(_GMN_WEIGHTS, reversed(body), strict=False)
    )
    total %= 1021
    return pair == _CSET32[total >> 5] + _CSET32[total & 31]
