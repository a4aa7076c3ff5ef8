"""Chinese registration numbers: unified social credit codes, food licences, and laboratories' certificates.

Sources: GB 32100-2015 for the credit code, GB 11714-1997 for the organisation code inside it; GB/T 17710
(ISO 7064 MOD 11,10) for the licences' last digit; GB/T 2260 for the first two digits of a region.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_11_10

from suyuan.parties.food_categories import CATEGORIES

_LICENCE = re.compile(r"(?:SC|JY|YB)[0-9]{14}")
_CMA = re.compile(r"[0-9]{12}")
_CNAS = re.compile(r"(?:CNAS)?(L[0-9]{4,5})")

_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_ORGANISATION_SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

#: Provinces by the first two digits of a region (GB/T 2260).
PROVINCES = frozenset(
    [
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
        "71",
        "81",
        "82",
    ]
)
#: Kinds of business in a JY or YB number: sale, catering, canteen.
_BUSINESSES = frozenset("123")
_ORGANISATION = slice(8, 16)


def credit_code(text: str) -> str:
    """The code in its plain form: 18 upper-case characters without blanks. Raises ValueError.

    Both check characters must hold: that of the whole code, and that of the organisation code inside it.
    """
    plain = _plain(text)
    try:
        found = str(uscc.validate(plain))
    except ValidationError as error:
        raise ValueError(f"{text!r} is not a unified social credit code: {error}") from None
    if found[16] != organisation_check(found[_ORGANISATION]):
        raise ValueError(f"{text!r} is not a unified social credit code: its organisation code is wrong.")
    return found


def organisation_check(body: Sequence[str]) -> str:
    """The check character of an organisation code (GB 11714): of its 8 digits and letters."""
    total = sum(
        _ORGANISATION_SIGNS.index(sign) * weight
        for sign, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True)
    )
    return "0123456789X0"[11 - total % 11]


def licence_number(text: str) -> str:
    """SC (production), JY (trade) or YB (filing) with 14 digits, without blanks. Raises ValueError.

    Refused is a category, kind of business or province that there is not. The check digit does not decide:
    5 of 19 numbers on real packages break it (see `is_doubtful`).
    """
    plain = _plain(text)
    if not _LICENCE.fullmatch(plain):
        raise ValueError(f"{text!r} is not SC, JY or YB with 14 digits")
    if plain.startswith("SC") and plain[2:5] not in CATEGORIES:
        raise ValueError(f"{text!r} is no licence of 14 digits: there is no food category {plain[2:5]}")
    if not plain.startswith("SC") and plain[2] not in _BUSINESSES:
        raise ValueError(f"{text!r} is no licence of 14 digits: there is no kind of business {plain[2]}")
    if region_of_licence(plain)[:2] not in PROVINCES:
        raise ValueError(
            f"{text!r} is no licence of 14 digits: there is no region {region_of_licence(plain)}"
        )
    return plain


def is_doubtful(licence: str) -> bool:
    """Whether a licence number's check digit is wrong: a reason to look at the paper, not to refuse."""
    return not mod_11_10.is_valid(licence[2:])


def region_of_licence(licence: str) -> str:
    """The six digits of the region of a plain licence number."""
    return licence[5:11] if licence.startswith("SC") else licence[3:9]


def region_of_code(code: str) -> str:
    """The six digits of the region in which a plain credit code was registered."""
    return code[2:8]


def category_of(licence: str) -> str | None:
    """The three digits of the food category in a plain SC number (`food_categories`); None for JY and YB."""
    return licence[2:5] if licence.startswith("SC") else None


def cma_number(text: str) -> str:
    """The number of a CMA certificate: year, authority (00 national, 01 to 31), field, sector, serial.

    12 digits, without blanks and the letters CMA. It has no check digit. Raises ValueError.
    """
    plain = _plain(text).removeprefix("CMA").lstrip(":：")
    if not _CMA.fullmatch(plain):
        raise ValueError(f"{text!r} is not the number of a CMA certificate: 12 digits")
    if int(plain[2:4]) > 31:
        raise ValueError(f"{text!r} is not the number of a CMA certificate: no authority {plain[2:4]}")
    return plain


def cnas_number(text: str) -> str:
    """The number of a laboratory that CNAS accredits: L and 4 or 5 digits. Raises ValueError."""
    found = _CNAS.fullmatch(_plain(text))
    if not found:
        raise ValueError(f"{text!r} is not the number of a CNAS laboratory: L and 4 or 5 digits")
    return found[1]


def _plain(text: str) -> str:
    return re.sub(r"\s", "", text).upper()
