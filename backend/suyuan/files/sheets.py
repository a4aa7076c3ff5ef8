"""Workbooks and comma-separated text: whole, of bearable size when unpacked, without macros."""

from __future__ import annotations

import re
import zlib
from io import BytesIO
from itertools import pairwise
from zipfile import BadZipFile, ZipFile, ZipInfo

from suyuan.files.errors import FileRefused

MOST_PARTS = 2_000
MOST_UNPACKED = 400_000_000
MOST_RATIO = 300  # real workbooks stay below 40
_NEEDED = frozenset({"[Content_Types].xml", "xl/workbook.xml"})
_MACROS = re.compile(r"(^|/)(vbaproject\.bin|vbadata\.xml|activex/|macrosheets/)", re.IGNORECASE)
_CODINGS = ("utf-8-sig", "gb18030")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")


def check_workbook(data: bytes) -> None:
    """Raises FileRefused unless it is a whole XLSX without macros that unpacks to what its size allows."""
    try:
        with ZipFile(BytesIO(data)) as opened:
            parts = opened.infolist()
            _check_parts(data, parts, len(opened.comment))
            _unpack(opened, parts)
            kinds = opened.read("[Content_Types].xml")[:1_000_000]
    except (
        BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        ValueError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise FileRefused("The workbook cannot be unpacked.", code="file.damaged") from error
    if b"macroEnabled" in kinds or b"vbaProject" in kinds:
        raise FileRefused("The workbook carries macros; save it as .xlsx without.", code="file.active")


def _check_parts(data: bytes, parts: list[ZipInfo], comment: int) -> None:
    if len(parts) > MOST_PARTS or sum(each.file_size for each in parts) > MOST_UNPACKED:
        raise FileRefused("The workbook unpacks to more than can be read.", code="file.bomb")
    names = [each.filename for each in parts]
    if any(each.flag_bits & 1 for each in parts):
        raise FileRefused("The workbook is locked; save it without a password.", code="file.locked")
    if any(_MACROS.search(name) for name in names):
        raise FileRefused("The workbook carries macros; save it as .xlsx without.", code="file.active")
    if _NEEDED - set(names):
        raise FileRefused("It is an archive and not a workbook (.xlsx).", code="file.kind")
    if len(names) != len(set(names)) or any(_strays(name) for name in names):
        raise FileRefused("The workbook's parts are named wrongly.", code="file.damaged")
    if comment or data[-22:-18] != b"PK\x05\x06" or min(each.header_offset for each in parts):
        raise FileRefused("Something else stands before or behind the workbook.", code="file.damaged")
    for each in parts:
        if each.file_size > MOST_RATIO * max(each.compress_size, 4_096):
            raise FileRefused("A part of the workbook unpacks to more than it can.", code="file.bomb")
    spans = sorted((each.header_offset, each.header_offset + 30 + each.compress_size) for each in parts)
    if any(end > begin for (_, end), (begin, _) in pairwise(spans)):
        raise FileRefused("Parts of the workbook overlap.", code="file.bomb")


def _strays(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ".." in name.split("/") or "\x00" in name


def _unpack(opened: ZipFile, parts: list[ZipInfo]) -> None:
    """Read every part, so that none is longer than it says: the checksums tell."""
    for each in parts:
        with opened.open(each) as part:
            while part.read(1 << 20):
                pass


def check_text(data: bytes) -> None:
    """Raises FileRefused unless it is text of UTF-8 or GB 18030 that begins like a table, not like markup."""
    for coding in _CODINGS:
        try:
            text = data.decode(coding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise FileRefused("The text is neither UTF-8 nor GB 18030.", code="file.kind")
    if _UNPRINTABLE.search(text):
        raise FileRefused("It is not plain text.", code="file.kind")
    if text.lstrip("\ufeff \t\r\n").startswith(("<", "%PDF", "{\\rtf")):
        raise FileRefused("It is markup, not a table.", code="file.kind")
