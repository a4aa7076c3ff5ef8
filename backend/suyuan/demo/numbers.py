"""Numbers of the demo: right in every check digit, and nobody's.

GS1 prefix 952 is set aside by GS1 for demonstrations and examples. Unified social credit codes
(GB 32100-2015) carry the organisation code of GB 11714 inside; both check characters are computed, the
registration numbers are made up.
"""

from __future__ import annotations

GS1_PREFIX = "9520718"

_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def check_digit(digits: str) -> str:
    """GS1 modulo 10: weights 3 and 1 from the right."""
    total = sum(int(each) * (3 if place % 2 == 0 else 1) for place, each in enumerate(reversed(digits)))
    return str(-total % 10)


def gtin(item: int) -> str:
    """GTIN-14 of the demo's trade item `item` (0 to 99999)."""
    body = f"0{GS1_PREFIX}{item:05d}"
    return body + check_digit(body)


def gln(place: int) -> str:
    """GLN of the demo's party or site `place` (0 to 99999)."""
    body = f"{GS1_PREFIX}{place:05d}"
    return body + check_digit(body)


def sscc(unit: int) -> str:
    """SSCC of the demo's pallet `unit`."""
    body = f"0{GS1_PREFIX}{unit:09d}"
    return body + check_digit(body)


def lot_uri(item: int, lot: str) -> str:
    """Canonical GS1 Digital Link of a lot; `lot` holds only characters that need no escaping."""
    return f"https://id.gs1.org/01/{gtin(item)}/10/{lot}"


def pallet_uri(unit: int) -> str:
    return f"https://id.gs1.org/00/{sscc(unit)}"


def party_uri(place: int) -> str:
    """A party by its GLN (application identifier 417)."""
    return f"https://id.gs1.org/417/{gln(place)}"


def site_uri(place: int) -> str:
    """A physical place by its GLN (application identifier 414)."""
    return f"https://id.gs1.org/414/{gln(place)}"


def credit_code(kind: str, region: str, number: str) -> str:
    """18 characters: `kind` (authority, type), `region` (6 digits), `number` (8, of the organisation)."""
    total = sum(
        _ORGANISATION_ALPHABET.index(each) * weight
        for each, weight in zip(number, _ORGANISATION_WEIGHTS, strict=True)
    )
    organisation = "0123456789X0"[11 - total % 11] if total % 11 else "0"
    body = kind + region + number + organisation
    weighted = sum(_CREDIT_ALPHABET.index(each) * pow(3, place, 31) for place, each in enumerate(body))
    return body + _CREDIT_ALPHABET[-weighted % 31]
