"""Scripts and styles of the portal, under an address that changes with them and so is kept for ever."""

from __future__ import annotations

import gzip
import hashlib
from functools import cache
from importlib.resources import files

from fastapi import APIRouter, Request, Response

STEM = "/portal-static"
_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}

router = APIRouter(include_in_schema=False)


@cache
def contents() -> dict[str, bytes]:
    """All static files by name; a few dozen kilobytes, read once."""
    folder = files(__package__).joinpath("static")
    return {f.name: f.read_bytes() for f in folder.iterdir() if f.name.rpartition(".")[2] in _TYPES}


@cache
def mark() -> str:
    """Sixteen hex digits that change with any of the files: they may import each other."""
    whole = hashlib.sha256()
    for name, body in sorted(contents().items()):
        whole.update(f"{name}\0{len(body)}\0".encode() + body)
    return whole.hexdigest()[:16]


def address(name: str) -> str:
    """Where a file is. Raises KeyError for one that does not exist."""
    if name not in contents():
        raise KeyError(name)
    return f"{STEM}/{mark()}/{name}"


@cache
def _packed(name: str) -> bytes:
    return gzip.compress(contents()[name], 9, mtime=0)


@router.get(STEM + "/{marked}/{name}")
def static(marked: str, name: str, request: Request) -> Response:
    """A file. An address of another version gets this one's, which nobody keeps then."""
    if name not in contents():
        return Response(status_code=404)
    lasting = marked == mark()
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable" if lasting else "no-cache",
        "Vary": "Accept-Encoding",
    }
    body = contents()[name]
    if "gzip" in request.headers.get("accept-encoding", ""):
        body = _packed(name)
        headers["Content-Encoding"] = "gzip"
    return Response(body, headers=headers, media_type=_TYPES[name.rpartition(".")[2]])
