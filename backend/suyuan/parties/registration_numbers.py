"""Chinese registration numbers: the unified social credit code and food licence numbers.

Sources: GB 32100-2015 for the credit code; GB/T 17710 (ISO 7064 MOD 11,10) for the licences' last digit.
"""

from __future__ import annotations

import re

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_11_10

_LICENCE = re.compile(r"(?:SC|JY|YB)[0-9]{14}")


def credit_code(text: str) -> str:
    """The code in its plain form: 18 upper-case characters without blanks. Raises ValueError."""
    plain = re.sub(r"\s", "", text).upper()
    try:
        return str(uscc.validate(plain))
    except ValidationError as error:
        raise ValueError(f"{text!r} is not a unified social credit code: {error}") from None


def licence_number(text: str) -> str:
    """SC, JY or YB with 14 digits, without blanks. Raises ValueError.

    The check digit does not decide: 5 of 19 numbers on real packages break it (see `is_doubtful`).
    """
    plain = re.sub(r"\s", "", text).upper()
    if not _LICENCE.fullmatch(plain):
        raise ValueError(f"{text!r} is not SC, JY or YB with 14 digits")
    return plain


def is_doubtful(licence: str) -> bool:
    """Whether a licence number's check digit is wrong: a reason to look at the paper, not to refuse."""
    return not mod_11_10.is_valid(licence[2:])
