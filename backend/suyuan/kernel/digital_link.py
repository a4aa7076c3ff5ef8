"""GS1 Digital Link URIs (GS1 Digital Link Standard: URI Syntax): parse, check, bring into canonical form.

Any domain and any path before the key is accepted: the identifier is in the path, not in who serves it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from urllib.parse import quote, unquote_to_bytes

from suyuan.kernel import gs1
from suyuan.kernel.errors import Malformed

CANONICAL_STEM = "https://id.gs1.org"

#: Key -> the orders in which its qualifiers may follow; any of them may be left out.
QUALIFIERS: Mapping[str, tuple[tuple[str, ...], ...]] = MappingProxyType(
    {
        "00": ((),),
        "01": (("22", "10", "21"), ("235",)),
        "253": ((),),
        "255": ((),),
        "401": ((),),
        "402": ((),),
        "414": (("254",), ("7040",)),
        "415": (("8020",),),
        "417": (("7040",),),
        "8003": ((),),
        "8004": (("7040",),),
        "8006": (("22", "10", "21"),),
        "8010": (("8011",),),
        "8013": ((),),
        "8017": (("8019",),),
        "8018": (("8019",),),
    }
)
#: The qualifiers that make another object; of several, the first that is present is kept.
_FINER = {"01": ("21", "235", "10"), "8006": ("21", "10"), "414": ("254",), "8010": ("8011",)}
#: Words in place of AIs, withdrawn with version 1.3 of the standard but still printed.
ALPHAS = MappingProxyType(
    {
        "sscc": "00", "gtin": "01", "lot": "10", "ser": "21", "cpv": "22", "gdti": "253", "gcn": "255",
        "ginc": "401", "gsin": "402", "gln": "414", "glnx": "254", "payTo": "415", "party": "417",
        "grai": "8003", "giai": "8004", "itip": "8006", "cpid": "8010", "cpsn": "8011", "gmn": "8013",
        "gsrnp": "8017", "gsrn": "8018", "srin": "8019", "refno": "8020",
    }
)  # fmt: skip
#: AIs that are no data attributes: they stand in the path or nowhere (Syntax Dictionary, no flag "?").
_NOT_ATTRIBUTES = frozenset(
    {
        "03", "21", "22", "235", "254", "7040", "7041", "8011", "8014", "8019", "8020",
        "8040", "8041", "8042", "8043", "8200",
    }
)  # fmt: skip
_URI = re.compile(
    r"(?:https?|HTTPS?)://(?P<host>\[[0-9A-Fa-f:.]+\](?::\d+)?|[A-Za-z0-9._~:-]+)"
    r"(?P<path>/[^?#]*)(?:\?(?P<query>[^#]*))?(?:#.*)?",
    re.ASCII,
)
_ALLOWED = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*", re.ASCII)
MAX_LENGTH = 2048


class BadDigitalLink(Malformed):
    """`code`: digital_link.uri, .key, .path, .value, .attribute; the message says what is wrong."""

    code = "digital_link.uri"


@dataclass(frozen=True, slots=True)
class DigitalLink:
    """A parsed link: `path` is the key and its qualifiers, `attributes` the data of the query string."""

    path: tuple[tuple[str, str], ...]
    attributes: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> str:
        return self.path[0][0]

    def get(self, ai: str) -> str | None:
        """The value of an AI in the path."""
        return dict(self.path).get(ai)

    @property
    def full_uri(self) -> str:
        """Under id.gs1.org with every qualifier and without attributes."""
        return _write(self.path)

    @property
    def uri(self) -> str:
        """Under id.gs1.org, reduced to the object: key and finest qualifier (CBV 2.0, 8.9)."""
        present = dict(self.path)
        finer = [ai for ai in _FINER.get(self.key, ()) if ai in present][:1]
        return _write([self.path[0], *((ai, present[ai]) for ai in finer)])


def _write(pairs: Sequence[tuple[str, str]]) -> str:
    return CANONICAL_STEM + "".join(f"/{ai}/{quote(value, safe='')}" for ai, value in pairs)


def build(pairs: Sequence[tuple[str, str]]) -> DigitalLink:
    """A link from key and qualifiers in order, values unescaped; raises BadDigitalLink."""
    if not pairs or pairs[0][0] not in QUALIFIERS:
        raise BadDigitalLink("no GS1 key", code="digital_link.key")
    _check_order(pairs)
    for ai, value in pairs:
        _check(ai, value)
    return DigitalLink(tuple(pairs))


def lot_uri(gtin: str, lot: str) -> str:
    """`build([("01", gtin), ("10", lot)]).uri`; looks at each product once. Raises BadDigitalLink."""
    product = _product_uri(gtin)
    _check("10", lot)
    return f"{product}/10/{quote(lot, safe='')}"


@lru_cache(maxsize=4096)
def _product_uri(gtin: str) -> str:
    return build([("01", gtin)]).uri


def canonical(uri: str, *, lenient: bool = False) -> str:
    """The URI of the object that the link identifies; idempotent. Raises BadDigitalLink."""
    return parse(uri, lenient=lenient).uri


def parse(uri: str, *, lenient: bool = False) -> DigitalLink:
    """Read any GS1 Digital Link; raises BadDigitalLink with the reason.

    `lenient` also takes what older links carry: GTINs shorter than 14 digits and words in place of AIs.
    """
    match = _URI.fullmatch(uri) if len(uri) <= MAX_LENGTH and _ALLOWED.fullmatch(uri) else None
    if match is None:
        raise BadDigitalLink(f"not an http(s) URI with a path: {uri[:100]!r}")
    path = _read_path(match["path"], lenient=lenient)
    for ai, value in path:
        _check(ai, value)
    attributes = _read_query(match["query"] or "", path, lenient=lenient)
    return DigitalLink(path, attributes)


def _read_path(path: str, *, lenient: bool) -> tuple[tuple[str, str], ...]:
    segments = path.split("/")[1:]
    if segments[-1] == "":
        raise BadDigitalLink("the path ends in a slash", code="digital_link.path")
    pairs: list[tuple[str, str]] = []
    # The rightmost key wins: what stands before it is the owner's own path, even when it looks like a key.
    while len(segments) >= 2:
        value, name = segments.pop(), segments.pop()
        ai = ALPHAS.get(name, name) if lenient else name
        pairs.insert(0, (ai, _unescape(value, plus=False)))
        if ai in QUALIFIERS:
            break
    else:
        raise BadDigitalLink("no GS1 key in the path", code="digital_link.key")
    if lenient and pairs[0][0] == "01":
        pairs[0] = ("01", _pad_gtin(pairs[0][1]))
    _check_order(pairs)
    return tuple(pairs)


def _pad_gtin(value: str) -> str:
    return value.zfill(14) if len(value) in gs1.GTIN_LENGTHS else value


def _check_order(pairs: Sequence[tuple[str, str]]) -> None:
    key, *names = (ai for ai, _ in pairs)
    if any(_in_order(names, order) for order in QUALIFIERS[key]):
        return
    raise BadDigitalLink(f"({key}) cannot be followed by {'/'.join(names)}", code="digital_link.path")


def _in_order(names: Sequence[str], order: Sequence[str]) -> bool:
    rest = iter(order)
    return all(name in rest for name in names)


def _check(ai: str, value: str, code: str = "digital_link.value") -> None:
    try:
        gs1.check_value(ai, value)
    except gs1.BadKey as error:
        raise BadDigitalLink(error.message, code=code) from error


def _unescape(text: str, *, plus: bool) -> str:
    """One character per escaped byte: no AI carries more than one byte per character."""
    return unquote_to_bytes(text.replace("+", " ") if plus else text).decode("latin-1")


def _read_query(query: str, path: Sequence[tuple[str, str]], *, lenient: bool) -> tuple[tuple[str, str], ...]:
    attributes: list[tuple[str, str]] = []
    seen = {ai for ai, _ in path}
    for part in query.split("&"):
        ai, equals, raw = part.partition("=")
        if not ai.isdecimal() or not equals:
            continue  # a parameter of the server's own
        if ai in seen:
            raise BadDigitalLink(f"({ai}) is given twice", code="digital_link.attribute")
        seen.add(ai)
        value = _unescape(raw, plus=True)
        if lenient and ai == "01":
            value = _pad_gtin(value)
        if ai in _NOT_ATTRIBUTES or _belongs_in_path(ai, path):
            raise BadDigitalLink(
                f"({ai}) is no attribute, its place is the path", code="digital_link.attribute"
            )
        _check(ai, value, "digital_link.attribute")
        attributes.append((ai, value))
    return tuple(attributes)


def _belongs_in_path(ai: str, path: Sequence[tuple[str, str]]) -> bool:
    """Whether the attribute could have been a qualifier of this very path."""
    key, *names = (name for name, _ in path)
    return any(_in_order(names, order) and ai in order for order in QUALIFIERS[key])
