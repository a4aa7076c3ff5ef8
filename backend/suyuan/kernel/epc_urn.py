"""EPC URNs (GS1 EPC Tag Data Standard) as Digital Links: the same object, one URI.

Only the pure identity forms that name an object or a class; what does not fit its own scheme is no EPC and
stays an opaque URI (`identity.identify`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import unquote_to_bytes

from suyuan.kernel import gs1
from suyuan.kernel.digital_link import BadDigitalLink, DigitalLink, build

_PREFIX_LENGTHS = range(6, 13)
Pairs = list[tuple[str, str]]


def as_digital_link(urn: str) -> DigitalLink | None:
    """The link to the same object, or None when the URN breaks the rules of its scheme or has no GS1 key."""
    namespace, _, rest = urn[4:].partition(":")
    if namespace.lower() != "epc" or urn[:4].lower() != "urn:":
        return None
    form, _, rest = rest.partition(":")
    scheme, _, body = rest.partition(":")
    parts = body.split(".")
    reader = _READERS.get((form, scheme))
    if form == "idpat" and parts[-1] == "*":
        reader, parts = _CLASSES.get(scheme), parts[:-1]
    if reader is None:
        return None
    try:
        return build(reader(parts))
    except (BadDigitalLink, gs1.BadKey, ValueError):
        return None


def _fixed(parts: Sequence[str], length: int) -> str:
    """Company prefix and reference, together `length` digits; the reference may be empty."""
    prefix, reference = parts
    digits = prefix + reference
    if len(prefix) not in _PREFIX_LENGTHS or len(digits) != length or not digits.isdecimal():
        raise ValueError("company prefix and reference do not make the key")
    return digits


def _closed(body: str) -> str:
    return body + str(gs1.check_digit(body))


def _leading(parts: Sequence[str], length: int) -> str:
    """Like `_fixed`, with the reference's first digit (indicator, extension) moved to the front."""
    prefix, reference = parts
    _fixed(parts, length)
    return _closed(reference[0] + prefix + reference[1:])


def _text(part: str) -> str:
    return unquote_to_bytes(part).decode("latin-1")


def _gtin_with(ai: str) -> Callable[[list[str]], Pairs]:
    def read(parts: list[str]) -> Pairs:
        prefix, item, *serial = parts
        return [("01", _leading([prefix, item], 13)), (ai, _text(".".join(serial)))]

    return read


def _gtin(parts: list[str]) -> Pairs:
    return [("01", _leading(parts, 13))]


def _sscc(parts: list[str]) -> Pairs:
    return [("00", _leading(parts, 17))]


def _closed_key(ai: str, length: int) -> Callable[[list[str]], Pairs]:
    def read(parts: list[str]) -> Pairs:
        return [(ai, _closed(_fixed(parts, length)))]

    return read


def _with_serial(ai: str, lead: str = "") -> Callable[[list[str]], Pairs]:
    def read(parts: list[str]) -> Pairs:
        prefix, reference, *serial = parts
        text = _text(".".join(serial))
        if not text:
            raise ValueError("no serial")
        return [(ai, lead + _closed(_fixed([prefix, reference], 12)) + text)]

    return read


def _without_serial(ai: str, lead: str = "") -> Callable[[list[str]], Pairs]:
    def read(parts: list[str]) -> Pairs:
        return [(ai, lead + _closed(_fixed(parts, 12)))]

    return read


def _sgln(parts: list[str]) -> Pairs:
    prefix, reference, *extension = parts
    pairs = [("414", _closed(_fixed([prefix, reference], 12)))]
    # Extension "0" says that there is none (Tag Data Standard, 6.3.3).
    return pairs if extension == ["0"] else [*pairs, ("254", _text(".".join(extension)))]


def _free(ai: str) -> Callable[[list[str]], Pairs]:
    def read(parts: list[str]) -> Pairs:
        prefix, *reference = parts
        if len(prefix) not in _PREFIX_LENGTHS or not prefix.isdecimal() or not any(reference):
            raise ValueError("no company prefix")
        return [(ai, prefix + _text(".".join(reference)))]

    return read


def _cpi(parts: list[str]) -> Pairs:
    prefix, reference, serial = parts
    return [*_free("8010")([prefix, reference]), ("8011", serial)]


def _itip_class(parts: list[str]) -> Pairs:
    prefix, item, piece, total = parts
    return [("8006", _leading([prefix, item], 13) + piece + total)]


def _itip(parts: list[str]) -> Pairs:
    return [*_itip_class(parts[:4]), ("21", _text(".".join(parts[4:])))]


_READERS: dict[tuple[str, str], Callable[[list[str]], Pairs]] = {
    ("id", "sgtin"): _gtin_with("21"),
    ("id", "upui"): _gtin_with("235"),
    ("class", "lgtin"): _gtin_with("10"),
    ("id", "sscc"): _sscc,
    ("id", "sgln"): _sgln,
    ("id", "pgln"): _closed_key("417", 12),
    ("id", "gsrn"): _closed_key("8018", 17),
    ("id", "gsrnp"): _closed_key("8017", 17),
    ("id", "gsin"): _closed_key("402", 16),
    ("id", "grai"): _with_serial("8003", "0"),
    ("id", "gdti"): _with_serial("253"),
    ("id", "sgcn"): _with_serial("255"),
    ("id", "giai"): _free("8004"),
    ("id", "ginc"): _free("401"),
    ("id", "cpi"): _cpi,
    ("id", "itip"): _itip,
}
#: Patterns `...*` name the class of all objects that match.
_CLASSES: dict[str, Callable[[list[str]], Pairs]] = {
    "sgtin": _gtin,
    "upui": _gtin,
    "grai": _without_serial("8003", "0"),
    "gdti": _without_serial("253"),
    "sgcn": _without_serial("255"),
    "cpi": _free("8010"),
    "itip": _itip_class,
}
