"""Login names: an e-mail address or a telephone number, in one form whatever way they were typed."""

from __future__ import annotations

import re
import unicodedata

from suyuan.access.errors import AccountRefused
from suyuan.kernel.errors import Fault

_MAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9-]+)+")
_MAINLAND = re.compile(r"(?:(?:\+|00)?86)?(1[3-9]\d{9})")
_ABROAD = re.compile(r"(?:\+|00)([1-9]\d{6,14})")
_BETWEEN = re.compile(r"[ ().\-]")
_MOST = 254


def normalised(text: str) -> str:
    """The one form of a login: an e-mail address in small letters, or a number as E.164 (`+8613800138000`).

    A mainland mobile number needs no country code. Raises AccountRefused on anything else.
    """
    plain = unicodedata.normalize("NFKC", text[: 4 * _MOST]).strip()
    found = _mail(plain) if "@" in plain else _telephone(plain)
    if found is None or len(text) > _MOST:
        message = "This is neither an e-mail address nor a telephone number."
        fix = "Write it like name@example.com, 13800138000 or +49 30 1234567."
        raise AccountRefused([Fault("/login", "account.login", message, fix)])
    return found


def _mail(plain: str) -> str | None:
    """ASCII only: a name that looks like another's, with a letter of another script in it, is not taken."""
    name, _, domain = plain.casefold().rpartition("@")
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    whole = f"{name}@{domain}"
    return whole if len(whole) <= _MOST and _MAIL.fullmatch(whole) else None


def _telephone(plain: str) -> str | None:
    digits = _BETWEEN.sub("", plain)
    if not digits.isascii():
        return None
    if found := _MAINLAND.fullmatch(digits):
        return f"+86{found[1]}"
    found = _ABROAD.fullmatch(digits)
    return f"+{found[1]}" if found and not found[1].startswith("86") else None
