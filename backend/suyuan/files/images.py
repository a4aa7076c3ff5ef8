"""JPEG, PNG and WEBP read as far as their structure: whole, of bearable size, and nothing behind the end.

No pixel is decoded here: decoders are where the holes are. Sources: ITU-T T.81 (JPEG), the PNG specification
(third edition), the WebP container specification.
"""

from __future__ import annotations

import struct
import zlib

from suyuan.files.errors import FileRefused

#: Pixels of one picture: more than any scanner or telephone makes, less than what stops a browser.
MOST_PIXELS = 80_000_000

#: Beginnings of what may not hide behind a picture. Telephones add pictures and maker's notes there.
_STOWAWAYS = (b"PK\x03\x04", b"PK\x05\x06", b"%PDF-", b"Rar!\x1a", b"7z\xbc\xaf", b"MZ\x90", b"\x7fELF")
_MARKUP = (b"<script", b"<html", b"<svg", b"<!doctype", b"<?php", b"javascript:")
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})


def check_jpeg(data: bytes) -> None:
    """Raises FileRefused unless it is a whole JPEG with one frame size that can be shown."""
    at, sized = 2, False
    while True:
        marker, body, at = _segment(data, at)
        if marker in _FRAMES:
            if len(body) < 5:
                raise _damaged("JPEG")
            height, width = struct.unpack(">HH", body[1:5])
            _pixels(width, height)
            sized = True
        if marker == 0xDA:
            break
    end = data.rfind(b"\xff\xd9")
    if not sized or end < at:
        raise _damaged("JPEG")
    _nobody_hides(data[:at].lower(), _MARKUP)
    _nobody_hides(data[end + 2 :].lower(), (*_MARKUP, *(each.lower() for each in _STOWAWAYS)))


def _segment(data: bytes, at: int) -> tuple[int, bytes, int]:
    """(marker, body, where the next begins)."""
    while data[at : at + 2] == b"\xff\xff":  # fill bytes
        at += 1
    if len(data) < at + 4 or data[at] != 0xFF:
        raise _damaged("JPEG")
    marker = data[at + 1]
    length = int.from_bytes(data[at + 2 : at + 4], "big")
    if marker in (0x00, 0xD8, 0xD9) or length < 2 or at + 2 + length > len(data):
        raise _damaged("JPEG")
    return marker, data[at + 4 : at + 2 + length], at + 2 + length


def check_png(data: bytes) -> None:
    """Raises FileRefused unless every chunk holds its checksum and the last one ends the file."""
    at, last = 8, b""
    while at < len(data):
        if len(data) < at + 12:
            raise _damaged("PNG")
        length, last = struct.unpack(">I4s", data[at : at + 8])
        end = at + 12 + length
        if end > len(data) or (at == 8 and (last != b"IHDR" or length != 13)):
            raise _damaged("PNG")
        if zlib.crc32(data[at + 4 : end - 4]) != int.from_bytes(data[end - 4 : end], "big"):
            raise _damaged("PNG")
        if at == 8:
            _pixels(*struct.unpack(">II", data[16:24]))
        if last not in (b"IDAT", b"IHDR", b"PLTE"):
            _nobody_hides(data[at + 8 : end - 4].lower(), _MARKUP)
        at = end
        if last == b"IEND":
            break
    if last != b"IEND" or at != len(data):
        raise _damaged("PNG")


def check_webp(data: bytes) -> None:
    """Raises FileRefused unless the container is as long as it says and names a bearable size."""
    size = int.from_bytes(data[4:8], "little") + 8
    if not len(data) <= size + (size & 1) or size > len(data):
        raise _damaged("WEBP")
    at, sized = 12, False
    while at + 8 <= size:
        name, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        body = data[at + 8 : at + 8 + length]
        if len(body) != length:
            raise _damaged("WEBP")
        if name in _WEBP_SIZES:
            _pixels(*_WEBP_SIZES[name](body))
            sized = True
        elif name not in (b"ANMF", b"ALPH"):
            _nobody_hides(body.lower(), _MARKUP)
        at += 8 + length + (length & 1)
    if not sized or at < size:
        raise _damaged("WEBP")


def _extended(body: bytes) -> tuple[int, int]:
    if len(body) < 10:
        raise _damaged("WEBP")
    return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1


def _lossy(body: bytes) -> tuple[int, int]:
    if len(body) < 10 or body[3:6] != b"\x9d\x01\x2a":
        raise _damaged("WEBP")
    width, height = struct.unpack("<HH", body[6:10])
    return width & 0x3FFF, height & 0x3FFF


def _lossless(body: bytes) -> tuple[int, int]:
    if len(body) < 5 or body[0] != 0x2F:
        raise _damaged("WEBP")
    bits = int.from_bytes(body[1:5], "little")
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1


_WEBP_SIZES = {b"VP8X": _extended, b"VP8 ": _lossy, b"VP8L": _lossless}


def _pixels(width: int, height: int) -> None:
    if not width or not height:
        raise FileRefused("The picture has no size.", code="file.damaged")
    if width * height > MOST_PIXELS:
        message = f"The picture has {width} × {height} pixels; at most {MOST_PIXELS // 1_000_000} million."
        raise FileRefused(message, code="file.bomb")


def _nobody_hides(part: bytes, signs: tuple[bytes, ...]) -> None:
    for sign in signs:
        if sign in part:
            raise FileRefused("The picture carries something else inside it.", code="file.active")


def _damaged(kind: str) -> FileRefused:
    return FileRefused(f"It begins as a {kind} picture and is not a whole one.", code="file.damaged")
