"""PDF read as far as its objects: whole, of bearable size, without programs, attachments or a password."""

from __future__ import annotations

import logging
import re
from io import BytesIO
from typing import Any

from pypdf import Configuration, PdfReader, apply_configuration
from pypdf.errors import LimitReachedError, PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject

from suyuan.files.errors import FileRefused

MOST_PAGES = 300
_MOST_OBJECTS = 30_000
_MOST_PACKED = 200  # streams of objects, each of which unpacks to megabytes at most

#: Keys and actions of ISO 32000 that make a reader run, fetch, start or unpack something.
_ACTIVE_KEYS = frozenset({"/JavaScript", "/JS", "/AA", "/EmbeddedFiles", "/EF", "/XFA", "/RichMedia"})
_ACTIVE_KINDS = frozenset(
    {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/Rendition", "/RichMedia", "/Movie"}
)
#: What one packed stream of objects may become; pictures stay packed and do not count.
_LIMITS = Configuration(
    zlib_maximum_output_length=10_000_000,
    lzw_maximum_output_length=10_000_000,
    zlib_maximum_recovery_input_length=500_000,
    stream_decoding_work_maximum_length=30_000_000,
    disable_legacy_handling=True,
)
_PACKED = re.compile(rb"/Type\s*/ObjStm\b")

# What a reader warns of is not for our log: whoever hands in a file could fill it.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)


def check_pdf(data: bytes) -> None:
    """Raises FileRefused unless it is a whole PDF that only shows pages."""
    end = data.rfind(b"%%EOF")
    if end < 0 or data[end + 5 :].strip(b"\r\n \t\x00"):
        raise FileRefused("It begins as a PDF and does not end as one.", code="file.damaged")
    if len(_PACKED.findall(data)) > _MOST_PACKED:
        raise FileRefused("The PDF has more packed objects than any paper needs.", code="file.bomb")
    try:
        with apply_configuration(_LIMITS):
            pages = _pages(PdfReader(BytesIO(data), strict=False))
    except LimitReachedError as error:
        raise FileRefused("The PDF unpacks to more than a paper can be.", code="file.bomb") from error
    except FileRefused:
        raise
    except (PyPdfError, RecursionError, ValueError, KeyError, TypeError, AttributeError, IndexError,
            AssertionError, ArithmeticError, OSError, NotImplementedError, MemoryError) as error:  # fmt: skip
        raise FileRefused("The PDF cannot be read.", code="file.damaged") from error
    if not 1 <= pages <= MOST_PAGES:
        raise FileRefused(f"The PDF has {pages} pages; 1 to {MOST_PAGES} are taken.", code="file.bomb")


def _pages(reader: PdfReader) -> int:
    if reader.is_encrypted:
        raise FileRefused("The PDF is locked; hand in one without a password.", code="file.locked")
    pages = len(reader.pages)
    _walk(reader)
    return pages


def _walk(reader: PdfReader) -> None:
    """Every object that can be reached from the trailer, each once; page contents stay packed."""
    waiting: list[Any] = [reader.trailer]
    seen: set[tuple[int, int]] = set()
    count = 0
    while waiting:
        found = waiting.pop()
        if isinstance(found, IndirectObject):
            place = (found.idnum, found.generation)
            if place in seen:
                continue
            seen.add(place)
            found = found.get_object()
        count += 1
        if count > _MOST_OBJECTS * 10 or len(seen) > _MOST_OBJECTS:
            raise FileRefused("The PDF has more objects than any paper needs.", code="file.bomb")
        if isinstance(found, DictionaryObject):
            _passive(found)
            waiting += list(found.values())
        elif isinstance(found, ArrayObject):
            waiting += list(found)


def _passive(found: DictionaryObject) -> None:
    """Raises FileRefused when the dictionary makes a reader act. Empty ones do nothing."""
    for key in _ACTIVE_KEYS & found.keys():
        if found.raw_get(key):
            raise FileRefused(f"The PDF carries a program or attachment ({key}).", code="file.active")
    kind = found.get("/S")
    if isinstance(kind, NameObject) and str(kind) in _ACTIVE_KINDS:
        raise FileRefused(f"The PDF does more than show pages ({kind}).", code="file.active")
