"""What a URI in an event stands for: one canonical URI per object, whatever form the source wrote.

The canonical URI is hashed into the lot id on the chain: its rules cannot change (docs/formats/identity.md).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from suyuan.kernel import digital_link, epc_urn
from suyuan.kernel.digital_link import CANONICAL_STEM, BadDigitalLink, DigitalLink
from suyuan.kernel.errors import Malformed
from suyuan.kernel.gs1 import BadKey, gtin14
from suyuan.kernel.hashing import from_hex, sha256

LEVELS = ("lot", "item", "class", "container", "asset", "location", "party", "document", "other")

_MAX_LENGTH = 2048
_CANONICAL = CANONICAL_STEM
_PLAIN_LOT = re.compile(rf"{re.escape(_CANONICAL)}/01/([0-9]{{14}})/10/([0-9A-Za-z][0-9A-Za-z._-]{{0,19}})")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*", re.ASCII)
#: Blanks, control characters, line separators, and halves of surrogate pairs (no UTF-8 has them).
_FORBIDDEN = re.compile("[\x00-\x20\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_LEVEL_OF_KEY = {
    "00": "container",
    "01": "class",
    "253": "document",
    "255": "document",
    "414": "location",
    "417": "party",
    "8003": "asset",
    "8004": "asset",
    "8006": "class",
    "8010": "class",
    "8013": "class",
}
#: Words inside URNs of the seafood dialogue (GDST 1.2) and of its kin.
_LEVEL_OF_WORDS = (
    (":product:lot:class:", "lot"),
    (":product:serial:obj:", "item"),
    (":product:class:", "class"),
    (":lpn:obj:", "container"),
    (":location:loc:", "location"),
    (":location:extension:loc:", "location"),
    (":party:", "party"),
)
#: EPCs without a GS1 key: well formed as they are.
_LEVEL_OF_OTHER_EPC = {"gid": "item", "usdod": "item", "adi": "item", "bic": "container", "imovn": "asset"}
#: What an EPC means to be although it breaks the rules of its scheme.
_LEVEL_OF_BROKEN_EPC = {
    "sgtin": "item",
    "lgtin": "lot",
    "sscc": "container",
    "sgln": "location",
    "pgln": "party",
    "grai": "asset",
    "giai": "asset",
    "gdti": "document",
    "sgcn": "document",
    "cpi": "item",
    "itip": "item",
    "upui": "item",
}


class NotAnIdentifier(Malformed):
    """The text is no URI, or no reference to a lot."""

    code = "identity.not_a_uri"


@dataclass(frozen=True, slots=True)
class TraceObject:
    """`uri` is canonical; `scheme` is gs1, epc, gdst, urn:{nid} or the URI's scheme; `level` one of LEVELS.

    `gtin` has 14 digits. `lot` and `serial` are unescaped. `class_uri` names the product of a lot or item.
    `wellformed` is false for a URI that names a scheme and breaks its rules: kept as it is, opaque.
    """

    uri: str
    scheme: str
    level: str
    gtin: str | None = None
    lot: str | None = None
    serial: str | None = None
    wellformed: bool = True
    class_uri: str | None = None

    @property
    def lot_uri(self) -> str | None:
        """The canonical URI of the lot that it is, or that its own link said it belongs to."""
        if self.level == "lot":
            return self.uri
        if self.scheme == "gs1" and self.lot is not None and self.class_uri is not None:
            return f"{self.class_uri}/10/{quote(self.lot, safe='')}"
        return None


@lru_cache(maxsize=16384)
def identify(uri: str) -> TraceObject:
    """The object behind a URI of any kind. Raises NotAnIdentifier only for what is no URI at all."""
    plain = _PLAIN_LOT.fullmatch(uri)
    if plain is not None and (found := _plain_lot(uri, plain[1], plain[2])) is not None:
        return found
    text = uri.strip()
    scheme, colon, rest = text.partition(":")
    if not colon or not rest or not _SCHEME.fullmatch(scheme) or _FORBIDDEN.search(text):
        raise NotAnIdentifier(f"not a URI: {uri[:100]!r}")
    if len(text) > _MAX_LENGTH:
        raise NotAnIdentifier(f"a URI of {len(text)} characters, more than {_MAX_LENGTH}")
    scheme = scheme.lower()
    if scheme in ("http", "https"):
        return _identify_web(scheme, rest)
    if scheme == "urn":
        return _identify_urn(text, rest)
    return TraceObject(f"{scheme}:{rest}", scheme, "other")


def _plain_lot(uri: str, gtin: str, lot: str) -> TraceObject | None:
    """A lot in canonical form already, as nearly all are: its class is known, its number needs no look."""
    of = identify(f"{_CANONICAL}/01/{gtin}")
    if of.level != "class" or not of.wellformed or of.uri != f"{_CANONICAL}/01/{gtin}":
        return None
    return TraceObject(uri, "gs1", "lot", gtin, lot, class_uri=of.uri)


def _identify_web(scheme: str, rest: str) -> TraceObject:
    uri = f"{scheme}:{rest}"
    try:
        return _of_link(digital_link.parse(uri, lenient=True))
    except BadDigitalLink as error:
        looks_like_link = error.code not in ("digital_link.key", "digital_link.uri")
    authority = re.match(r"//[^/?#]*", rest)
    if authority:
        uri = f"{scheme}:{authority[0].lower()}{rest[authority.end() :]}"
    return TraceObject(uri, scheme, "other", wellformed=not looks_like_link)


def _of_link(link: DigitalLink) -> TraceObject:
    uri = link.uri
    gtin = link.path[0][1][:14] if link.key in ("01", "8006") else None
    lot, serial = link.get("10"), link.get("21") or link.get("235") or link.get("8011")
    level = _LEVEL_OF_KEY.get(link.key, "other")
    class_uri = None
    if level == "class":
        class_uri = DigitalLink(link.path[:1]).uri
        level = "item" if serial else "lot" if lot else "class"
    return TraceObject(uri, "gs1", level, gtin, lot, serial, class_uri=class_uri)


def _identify_urn(text: str, rest: str) -> TraceObject:
    namespace, _, name = rest.partition(":")
    namespace = namespace.lower()
    uri = f"urn:{namespace}:{name}"
    if namespace == "epc":
        link = epc_urn.as_digital_link(text)
        if link is not None:
            return _of_link(link)
        return _of_opaque_epc(uri, name)
    scheme = namespace if namespace == "gdst" else f"urn:{namespace}"
    for words, level in _LEVEL_OF_WORDS:
        stem, found, tail = uri.partition(words)
        if found:
            return _of_words(uri, scheme, level, stem, tail)
    return TraceObject(uri, scheme, "other")


def _of_opaque_epc(uri: str, name: str) -> TraceObject:
    form, _, body = name.partition(":")
    scheme = body.partition(":")[0]
    if form == "id" and scheme in _LEVEL_OF_OTHER_EPC:
        return TraceObject(uri, "epc", _LEVEL_OF_OTHER_EPC[scheme])
    level = "class" if form == "idpat" else _LEVEL_OF_BROKEN_EPC.get(scheme, "other")
    return TraceObject(uri, "epc", level, wellformed=False)


def _of_words(uri: str, scheme: str, level: str, stem: str, tail: str) -> TraceObject:
    if level not in ("lot", "item"):
        return TraceObject(uri, scheme, level, class_uri=uri if level == "class" else None)
    owner, _, rest = tail.partition(".")
    product, dot, last = rest.partition(".")
    if not dot or not last:
        return TraceObject(uri, scheme, level, wellformed=False)
    class_uri = f"{stem}:product:class:{owner}.{product}"
    lot, serial = (last, None) if level == "lot" else (None, last)
    return TraceObject(uri, scheme, level, lot=lot, serial=serial, class_uri=class_uri)


def lot_id(canonical_uri: str) -> bytes:
    """SHA-256 of the canonical URI in UTF-8: the name of the object on the chain."""
    return sha256(canonical_uri.encode("utf-8"))


def of_lot(gtin: str, lot: str) -> TraceObject:
    """The lot of a GTIN of 8, 12, 13 or 14 digits. Raises NotAnIdentifier."""
    try:
        return _of_link(digital_link.build([("01", gtin14(gtin)), ("10", lot)]))
    except (BadKey, BadDigitalLink) as error:
        raise NotAnIdentifier(error.message, code="identity.lot") from error


def from_argument(text: str) -> TraceObject | bytes:
    """What a person names as LOT: a Digital Link, a URN, `GTIN/LOT`, a GTIN, or the 0x lot id (as bytes).

    Raises NotAnIdentifier.
    """
    text = text.strip()
    if text[:2] in ("0x", "0X"):
        try:
            return from_hex(text.lower())
        except ValueError as error:
            raise NotAnIdentifier(f"a lot id is 0x and 64 hex digits: {text[:80]!r}") from error
    gtin, slash, lot = text.partition("/")
    if gtin.isascii() and gtin.isdigit():
        if slash:
            return of_lot(gtin, lot)
        try:
            return _of_link(digital_link.build([("01", gtin14(gtin))]))
        except BadKey as error:
            raise NotAnIdentifier(error.message, code="identity.lot") from error
    return identify(text)


def lot_id_of_argument(text: str) -> bytes:
    """The lot id of what `from_argument` reads."""
    found = from_argument(text)
    return found if isinstance(found, bytes) else lot_id(found.uri)


def page_path(obj: TraceObject) -> str:
    """Where its page is on our own site: the Digital Link path, else `/lot/{percent-encoded URI}`."""
    if obj.scheme == "gs1":
        return obj.uri.removeprefix(CANONICAL_STEM)
    return "/lot/" + quote(obj.uri, safe="")
