"""A workbook's parts before anything else reads them: what they unpack to, and what calamine cannot say.

calamine trusts what it is given: it inflates without bound, lays a sheet out up to its furthest cell, and
gives failed formulas as blanks. So every part is inflated here first, in pieces, and counted.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from suyuan.sheets.errors import FileRefused
from suyuan.sheets.model import Limits
from suyuan.sheets.parts import SheetFacts, scan

MAX_PARTS = 2_000
#: Parts that are kept whole, and the bytes that each may have.
_KEPT = frozenset({"xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[content_types].xml"})
_KEPT_BYTES = 2_000_000
#: Texts are kept in memory by whoever reads the workbook.
_STRINGS = "xl/sharedstrings.xml"
_STRINGS_BYTES = 100_000_000

_PIECE = 1 << 20
_FED = 1 << 16
_MACROS = re.compile(r"vbaproject|vbadata|/macrosheets/|/dialogsheets/|/activex/", re.IGNORECASE)
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)


@dataclass(slots=True)
class Package:
    """What the parts say. `sheets` by part name in lower case; `kept`: the parts that name the others."""

    sheets: dict[str, SheetFacts] = field(default_factory=dict)
    kept: dict[str, bytes] = field(default_factory=dict)
    external_links: bool = False

    @property
    def from_1904(self) -> bool:
        return bool(re.search(rb"""date1904\s*=\s*["'](?:1|true)["']""", self.kept["xl/workbook.xml"]))


def inspect(data: bytes, limits: Limits) -> Package:
    """Unpack every part once, bounded. Raises FileRefused."""
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error) as error:
        raise FileRefused("file.broken") from error
    _check_names(parts, limits)
    package = Package()
    left = limits.inflated
    for part in parts:
        left -= _look_at(part, data, left, package)
    if b"macroEnabled" in package.kept.get("[content_types].xml", b""):
        raise FileRefused("file.macros")
    return package


def _check_names(parts: list[zipfile.ZipInfo], limits: Limits) -> None:
    names = [_name(part) for part in parts]
    if any(part.flag_bits & 0x1 for part in parts):
        raise FileRefused("file.encrypted")
    if any(_MACROS.search(name) for name in names):
        raise FileRefused("file.macros")
    if len(names) > MAX_PARTS or sum(part.file_size for part in parts) > limits.inflated:
        raise FileRefused("file.zip_bomb")
    if "xl/workbook.xml" not in names:
        raise FileRefused("file.no_workbook")
    if len(set(names)) != len(names):
        raise FileRefused("file.broken")


def _name(part: zipfile.ZipInfo) -> str:
    """As other programs take it: some write folders with a backslash."""
    return part.filename.replace("\\", "/").lower()


def _look_at(part: zipfile.ZipInfo, data: bytes, left: int, package: Package) -> int:
    """Inflate one part; returns its true size."""
    name = _name(part)
    package.external_links |= "/externallinks/" in name
    facts = SheetFacts() if _SHEET.fullmatch(name) else None
    most = min(left, _KEPT_BYTES if name in _KEPT else left)
    most = min(most, _STRINGS_BYTES) if name == _STRINGS else most
    is_read = name.startswith(("xl/", "[content")) and name.endswith((".xml", ".rels"))
    size, tail = 0, b""
    for piece in _inflated(part, data):
        size += len(piece)
        if size > most:
            raise FileRefused("file.zip_bomb")
        text = tail + piece
        if is_read and (b"<!DOCTYPE" in text or b"\0" in piece):
            raise FileRefused("file.broken")
        if facts is not None:
            tail = scan(text, facts)
        elif name in _KEPT:
            tail = text
        else:
            tail = text[-10:]
    if facts is not None:
        scan(tail, facts, last=True)
        package.sheets[name] = facts
    if name in _KEPT:
        package.kept[name] = tail
    return size


def _inflated(part: zipfile.ZipInfo, data: bytes) -> Iterator[bytes]:
    """The part's bytes as they really are, whatever its headers say, in pieces."""
    head = data[part.header_offset : part.header_offset + 30]
    if len(head) < 30 or head[:4] != b"PK\x03\x04":
        raise FileRefused("file.broken")
    name, extra = struct.unpack("<HH", head[26:30])
    start = part.header_offset + 30 + name + extra
    raw = data[start : start + part.compress_size]
    if part.compress_type == zipfile.ZIP_STORED:
        for at in range(0, len(raw), _PIECE):
            yield raw[at : at + _PIECE]
        return
    if part.compress_type != zipfile.ZIP_DEFLATED:
        raise FileRefused("file.broken")
    engine = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for at in range(0, len(raw), _FED):
            fed = raw[at : at + _FED]
            while fed and not engine.eof:
                yield engine.decompress(fed, _PIECE)
                fed = engine.unconsumed_tail
    except zlib.error as error:
        raise FileRefused("file.broken") from error
    if not engine.eof:
        raise FileRefused("file.broken")
