"""Small files of every kind that may be handed in, made here, and files that may not."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from openpyxl import Workbook
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

EXE = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff" + bytes(200)
HTML = b"<!doctype html><html><script>alert(1)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def pdf(words: str = "licence", pages: int = 1) -> bytes:
    """A PDF whose bytes depend on `words`."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(width=300, height=400)
    writer.add_metadata({"/Title": words})
    return _written(writer)


def pdf_with_script() -> bytes:
    return _pdf_that_opens("/JavaScript", "/JS", "app.alert('x')")


def pdf_with_attachment() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(width=300, height=400)
    writer.add_attachment("virus.exe", EXE)
    return _written(writer)


def pdf_that_launches() -> bytes:
    return _pdf_that_opens("/Launch", "/F", "cmd.exe")


def _pdf_that_opens(kind: str, key: str, value: str) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(width=300, height=400)
    action = DictionaryObject({NameObject("/S"): NameObject(kind), NameObject(key): TextStringObject(value)})
    writer.root_object[NameObject("/OpenAction")] = action
    return _written(writer)


def locked_pdf() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(width=300, height=400)
    writer.encrypt("secret", algorithm="RC4-128")
    return _written(writer)


def pdf_bomb() -> bytes:
    """A PDF whose one stream of objects unpacks to 60 megabytes."""
    packed = zlib.compress(b"1 0 " + b" " * 60_000_000, 9)
    body = b"%PDF-1.7\n"
    first = len(body)
    stream = b"5 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n" % len(
        packed
    )
    body += stream + packed + b"\nendstream\nendobj\n"
    second = len(body)
    rows = b""
    for kind, one, two in ((0, 0, 65535), (2, 5, 0), (1, first, 0), (1, second, 0)):
        rows += struct.pack(">BIH", kind, one, two)
    table = b"6 0 obj\n<< /Type /XRef /Size 7 /Root 1 0 R /W [1 4 2] /Index [0 2 5 2] /Length %d >>\nstream\n"
    body += table % len(rows) + rows + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % second
    return body


def _written(writer: PdfWriter) -> bytes:
    into = io.BytesIO()
    writer.write(into)
    return into.getvalue()


def png(width: int = 3, height: int = 2, *, word: bytes = b"") -> bytes:
    """A whole PNG that says it has this many pixels."""
    row = b"\x00" + b"\x7f\x7f\x7f" * min(width, 3)
    parts = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))]
    parts += [(b"tEXt", b"Comment\x00" + word)] if word else []
    parts += [(b"IDAT", zlib.compress(row * min(height, 2))), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*each) for each in parts)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def jpeg(width: int = 3, height: int = 2, *, word: bytes = b"", tail: bytes = b"") -> bytes:
    """The structure of a JPEG; its few bytes of picture mean nothing."""
    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"
    parts = [(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")]
    parts += [(0xFE, word)] if word else []
    parts += [(0xC0, frame), (0xDA, b"\x01\x01\x00\x00\x3f\x00")]
    body = b"".join(bytes([0xFF, kind]) + struct.pack(">H", len(each) + 2) + each for kind, each in parts)
    return b"\xff\xd8" + body + b"\x12\x34\x56\xff\xd9" + tail


def webp(width: int = 3, height: int = 2) -> bytes:
    bits = (width - 1) | (height - 1) << 14
    body = b"\x2f" + struct.pack("<I", bits) + b"\x00" * 7
    chunk = b"VP8L" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", len(chunk) + 4) + b"WEBP" + chunk


def workbook(rows: int = 3) -> bytes:
    made = Workbook()
    for number in range(rows):
        made.active.append([number, f"批次{number}"])
    into = io.BytesIO()
    made.save(into)
    return into.getvalue()


def workbook_with(name: str, content: bytes) -> bytes:
    """A good workbook with one more part."""
    into = io.BytesIO(workbook())
    with zipfile.ZipFile(into, "a", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr(name, content)
    return into.getvalue()


def archive(**parts: bytes) -> bytes:
    """A ZIP that is no workbook."""
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in parts.items():
            opened.writestr(name, content)
    return into.getvalue()
