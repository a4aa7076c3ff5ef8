"""From a file's bytes to a table. What the file is, its content says; the name only helps the message."""

from __future__ import annotations

from suyuan.sheets.errors import FileRefused
from suyuan.sheets.model import Limits
from suyuan.sheets.table import Table
from suyuan.sheets.texts import read_text
from suyuan.sheets.workbooks import read_workbook

_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
#: The compound files of old Office: .xls, and workbooks with a password.
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NO_TEXT = (
    b"MZ",
    b"%PDF",
    b"\x7fELF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
)
_MARKUP = (b"<html", b"<!doctype", b"<?xml", b"<table")


def read_table(data: bytes, name: str, limits: Limits | None = None) -> Table:
    """What a workbook (xlsx) or a text (CSV, TSV, pasted) holds. Raises FileRefused.

    Pasted cells: `read_table(text.encode(), "clipboard.tsv")`.
    """
    limits = limits or Limits()
    if len(data) > limits.max_bytes:
        size, most = f"{len(data) / 1e6:.1f}", f"{limits.max_bytes / 1e6:g}"
        raise FileRefused("file.too_large", {"size": size, "most": most})
    if not data.strip():
        raise FileRefused("file.empty")
    if name.lower().endswith((".xlsm", ".xltm", ".xlsb", ".xlam")):
        raise FileRefused("file.macros")
    if data.startswith((_ZIP, _EMPTY_ZIP)):
        return read_workbook(data, limits)
    if data.startswith(_COMPOUND):
        raise FileRefused(_compound(data))
    if data.startswith(_NO_TEXT):
        raise FileRefused("file.kind")
    if data[:200].lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith(_MARKUP):
        raise FileRefused("file.markup")
    return read_text(data, name, limits)


def _compound(data: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return "file.encrypted"
    if "_VBA_PROJECT".encode("utf-16-le") in data:
        return "file.macros"
    return "file.old_format"
