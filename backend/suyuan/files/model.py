"""Kinds of files, and what is known of one that is kept."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from suyuan.kernel.hashing import to_hex

#: Bytes that one file has at most, where no setting says otherwise.
MOST_BYTES = 10_000_000


class FileKind(StrEnum):
    """What may be handed in at all; the value is the media type."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    CSV = "text/csv"


Kinds = frozenset[FileKind]

PHOTOS: Kinds = frozenset({FileKind.JPEG, FileKind.PNG, FileKind.WEBP})
PAPERS: Kinds = PHOTOS | {FileKind.PDF}
SHEETS: Kinds = frozenset({FileKind.XLSX, FileKind.CSV})
ALL: Kinds = PAPERS | SHEETS

#: Endings of names by kind, the usual one first.
ENDINGS = {
    FileKind.PDF: (".pdf",),
    FileKind.JPEG: (".jpg", ".jpeg", ".jpe"),
    FileKind.PNG: (".png",),
    FileKind.WEBP: (".webp",),
    FileKind.XLSX: (".xlsx",),
    FileKind.CSV: (".csv", ".txt", ".tsv"),
}


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file that was looked into and may be kept; `hash` is the SHA-256 of its bytes."""

    data: bytes
    hash: bytes
    kind: FileKind
    name: str


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that is kept. `name` is what this holder calls it, already clean; `leaf` its leaf hash."""

    hash: bytes
    size: int
    media_type: str
    name: str
    leaf: bytes

    @property
    def hex(self) -> str:
        """The SHA-256 as 0x and 64 digits, as it is shown everywhere."""
        return to_hex(self.hash)
