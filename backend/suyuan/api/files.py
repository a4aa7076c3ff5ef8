"""Routes of files: a party hands them in and fetches its own; that they are anchored is proven to holders.

What is sent back is never shown by a browser in our name: an attachment, of the kind that was found in it,
in a sandbox without scripts.
"""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Response, UploadFile
from pydantic import Field
from sqlalchemy import Connection
from starlette.datastructures import UploadFile as Upload

from suyuan.access.model import Caller, Scope
from suyuan.anchoring.leaves import proof_of
from suyuan.api.forms import Form
from suyuan.api.gateway import CallerPart, Gateway, GatewayPart, OptionalCaller, require
from suyuan.files import store
from suyuan.files.errors import FileRefused, FileTooLarge, FileUnknown
from suyuan.files.inspect import inspect
from suyuan.files.model import PAPERS, CheckedFile, Kinds, StoredFile
from suyuan.kernel.errors import NotFound
from suyuan.kernel.hashing import from_hex, to_hex
from suyuan.qualification.queries import is_shown

router = APIRouter(prefix="/api/v1/files", tags=["files"])

Writer = Annotated[Caller, Depends(require(Scope.DRAFT, Scope.SUBMIT, Scope.HANDOVER, Scope.PARTY_ADMIN))]
FileHash = Annotated[str, Path(pattern=r"^0x[0-9a-f]{64}$", description="SHA-256 of the file, 0x-hex")]

#: How a file is sent: as an attachment, never guessed at, never run.
SENT_WITH = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}


class FileNotAnchored(NotFound):
    """The file's leaf is not under a root yet; a proof follows with the next anchor."""

    code = "file.not-anchored"


class FileOut(Form):
    hash: str = Field(description="SHA-256 of the bytes, 0x-hex")
    size: int = Field(description="Bytes")
    media_type: str
    name: str = Field(description="As it will be called when it is fetched")
    leaf: str = Field(description="Leaf hash of the file's facts, anchored on the chain")

    @classmethod
    def of(cls, file: StoredFile) -> FileOut:
        return cls(
            hash=file.hex, size=file.size, media_type=file.media_type, name=file.name, leaf=to_hex(file.leaf)
        )


def taken(parts: Gateway, upload: Upload | None, allowed: Kinds) -> CheckedFile:
    """What was uploaded, looked into. Raises FileRefused, FileTooLarge. Call it before a transaction."""
    if upload is None:
        raise FileRefused("There is no file.", code="file.missing")
    limit = parts.settings.max_file_bytes
    if upload.size is not None and upload.size > limit:
        raise FileTooLarge(f"The file has {upload.size} bytes; at most {limit} are taken.")
    return inspect(upload.file.read(limit + 1), upload.filename or "", allowed, limit)


@router.post("", status_code=201)
def hand_in(parts: GatewayPart, caller: Writer, file: UploadFile) -> FileOut:
    """Hand in a paper or photo (PDF, JPEG, PNG, WEBP) of the caller's party; then name it by its hash."""
    if caller.party is None:
        raise FileRefused("A file belongs to a party; this token is of none.", code="file.no-party")
    checked = taken(parts, file, PAPERS)
    with parts.database.transaction() as conn:
        stored = store.keep(conn, parts.clock, checked)
        store.give(conn, parts.clock, stored, store.party_holder(caller.party))
    return FileOut.of(stored)


@router.get("/{hash}", response_class=Response)
def fetch(hash: FileHash, parts: GatewayPart, caller: CallerPart) -> Response:  # noqa: A002 - its name on the wire
    """The file itself, for those who hold it and for the platform."""
    digest = from_hex(hash)
    with parts.database.reading() as conn:
        found = seen(conn, caller, digest)
        data = store.read(conn, digest)
    return sent(found, data)


@router.get("/{hash}/proof")
def proof(hash: FileHash, parts: GatewayPart, caller: OptionalCaller) -> dict[str, Any]:  # noqa: A002
    """That the file's hash, size and kind are anchored: leaf, path and root. Open to everybody for papers
    that their party shows on the passport.
    """
    with parts.database.reading() as conn:
        digest = from_hex(hash)
        shown_by_party = is_shown(conn, digest)
        found = store.find(conn, digest, None) if shown_by_party else seen(conn, caller, digest)
        shown = proof_of(conn, found.leaf)
    if shown is None:
        raise FileNotAnchored("The file is kept; its hash is not under a root on the chain yet.")
    return {
        "leaf": {"data": shown.data.decode(), "hash": to_hex(found.leaf)},
        "index": shown.index,
        "path": [to_hex(node) for node in shown.path],
        "root": to_hex(shown.root),
        "leafCount": shown.leaf_count,
        "anchor": shown.anchor,
        "state": str(shown.state),
        "transaction": to_hex(shown.transaction) if shown.transaction else None,
        "block": shown.block,
    }


def seen(conn: Connection, caller: Caller | None, digest: bytes) -> StoredFile:
    """The file as this caller may know it. Raises FileUnknown, for nobody in particular always."""
    if caller is None:
        raise FileUnknown("There is no such file.")
    if caller.party is None and caller.scopes & {Scope.REGISTRAR, Scope.AUDIT}:
        return store.find(conn, digest, None)
    holders = [store.party_holder(caller.party)] if caller.party is not None else []
    holders += [store.account_holder(caller.account)] if caller.account is not None else []
    if not holders:
        raise FileUnknown("There is no such file.")
    return store.find(conn, digest, holders)


def sent(file: StoredFile, data: bytes) -> Response:
    """The bytes as an answer that a browser saves and does not open."""
    plain = file.name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    named = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file.name, safe='')}"
    return Response(data, media_type=file.media_type, headers=SENT_WITH | {"Content-Disposition": named})
