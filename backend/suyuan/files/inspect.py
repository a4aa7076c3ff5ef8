"""Looking into a file before it is kept: what it is, that it is that wholly, and that it does nothing."""

from __future__ import annotations

from collections.abc import Callable

import puremagic

from suyuan.files.errors import FileRefused, FileTooLarge
from suyuan.files.images import check_jpeg, check_png, check_webp
from suyuan.files.model import ENDINGS, MOST_BYTES, CheckedFile, FileKind, Kinds
from suyuan.files.names import clean_name
from suyuan.files.pdf import check_pdf
from suyuan.files.sheets import check_text, check_workbook
from suyuan.kernel.hashing import sha256

_CHECKS: dict[FileKind, Callable[[bytes], None]] = {
    FileKind.PDF: check_pdf,
    FileKind.JPEG: check_jpeg,
    FileKind.PNG: check_png,
    FileKind.WEBP: check_webp,
    FileKind.XLSX: check_workbook,
    FileKind.CSV: check_text,
}


def inspect(data: bytes, name: str, allowed: Kinds, limit: int = MOST_BYTES) -> CheckedFile:
    """What `data` is, if it is one of `allowed`. Needs no database: do it before a transaction is opened.

    The content decides; the name only says what to call it. Raises FileTooLarge above `limit` bytes, and
    FileRefused with its code.
    """
    if len(data) > limit:
        raise FileTooLarge(f"The file has {len(data)} bytes; at most {limit} are taken.")
    if not data:
        raise FileRefused("The file is empty.", code="file.empty")
    kind = _kind(data, name, allowed)
    if kind is None or kind not in allowed:
        raise FileRefused(f"{_looks(data, kind)}; taken are {_listed(allowed)}.", code="file.kind")
    _CHECKS[kind](data)
    return CheckedFile(data, sha256(data), kind, clean_name(name, kind))


def _kind(data: bytes, name: str, allowed: Kinds) -> FileKind | None:
    if data.startswith(b"%PDF-"):
        return FileKind.PDF
    if data.startswith(b"\xff\xd8\xff"):
        return FileKind.JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return FileKind.PNG
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return FileKind.WEBP
    if data.startswith(b"PK\x03\x04"):
        return FileKind.XLSX
    # Text has no sign of its own: it is what its name says, if nothing else is recognised in it.
    is_named = name.lower().endswith(ENDINGS[FileKind.CSV])
    return FileKind.CSV if FileKind.CSV in allowed and is_named and not _guess(data) else None


def _looks(data: bytes, kind: FileKind | None) -> str:
    if kind is not None:
        return f"The file is {kind.name}"
    guessed = _guess(data)
    return f"The file looks like {guessed}" if guessed else "It is not known what the file is"


def _guess(data: bytes) -> str:
    """The ending of what it seems to be; empty for what is not known, or only weakly."""
    if data.startswith(b"MZ"):  # half of all endings claim these two letters
        return ".exe"
    try:
        found = puremagic.magic_string(data[:4_096])
    except (puremagic.PureError, ValueError):
        return ""
    sure = [each for each in found if len(each.byte_match) >= 4]
    return sure[0].extension if sure else ""


def _listed(allowed: Kinds) -> str:
    return ", ".join(sorted(kind.name for kind in allowed))
