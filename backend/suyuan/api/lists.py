"""Lists page by page: `limit`, `cursor`, and `Link: rel="next"` (RFC 8288) when there is more."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request, Response

from suyuan.kernel.paging import BadCursor, CursorValue, decode_cursor, encode_cursor

Limit = Annotated[int, Query(ge=1, le=500, description="Most rows in one answer")]
Cursor = Annotated[str | None, Query(max_length=1024, description="From the last answer's Link: rel=next")]

_GREATEST = 2**63 - 1


def number_after(cursor: str | None) -> int:
    """The number that the list goes on after; 0 at the start. Raises BadCursor."""
    if cursor is None:
        return 0
    (value,) = decode_cursor(cursor, 1)
    if not isinstance(value, int) or not 0 <= value <= _GREATEST:
        raise BadCursor("the cursor belongs to another list")
    return value


def text_after(cursor: str | None) -> str:
    """The text that the list goes on after; empty at the start. Raises BadCursor."""
    if cursor is None:
        return ""
    (value,) = decode_cursor(cursor, 1)
    if not isinstance(value, str) or not value.isascii() or not value.isprintable():
        raise BadCursor("the cursor belongs to another list")
    return value


def link_next(request: Request, response: Response, *after: CursorValue) -> None:
    """Say where the list goes on: the same address with another cursor."""
    query = request.url.include_query_params(cursor=encode_cursor(*after)).query
    response.headers["Link"] = f'<{request.url.path}?{query}>; rel="next"'


def raw_path(request: Request) -> str:
    """The path as it was sent, still percent-encoded."""
    raw = request.scope.get("raw_path") or request.url.path.encode()
    return bytes(raw).split(b"?", 1)[0].decode("ascii", "replace")
