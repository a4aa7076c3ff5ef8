"""Cursors of lists: opaque to the caller, base64url of a JSON array. They carry no right: whoever reads a
page is checked anew, so a made-up cursor can only name a place in a list that the caller may read anyway.
"""

from __future__ import annotations

import base64
import binascii

import orjson

from suyuan.kernel.errors import Malformed

CursorValue = str | int | None

_MAX_LENGTH = 1024


class BadCursor(Malformed):
    """The cursor is not one that we gave out."""

    code = "cursor.malformed"


def encode_cursor(*values: CursorValue) -> str:
    """The place after the row with these sort values, e.g. `encode_cursor(received_millis, id)`."""
    return base64.urlsafe_b64encode(orjson.dumps(values)).rstrip(b"=").decode()


def decode_cursor(text: str, length: int) -> tuple[CursorValue, ...]:
    """The sort values; raises BadCursor unless there are exactly `length` strings, integers or nulls."""
    if len(text) > _MAX_LENGTH:
        raise BadCursor("the cursor is too long to be one of ours")
    try:
        raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
        values = orjson.loads(raw)
    except (UnicodeEncodeError, binascii.Error, ValueError) as error:
        raise BadCursor("the cursor is not one of ours; start again without it") from error
    if not isinstance(values, list) or len(values) != length:
        raise BadCursor("the cursor belongs to another list")
    if not all(value is None or type(value) in (str, int) for value in values):
        raise BadCursor("the cursor is not one of ours; start again without it")
    return tuple(values)
