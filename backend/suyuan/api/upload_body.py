"""A sheet on its way in: as a form's file or as the raw body, never more of it in memory than is allowed."""

from __future__ import annotations

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from suyuan.files.errors import FileRefused, FileTooLarge
from suyuan.files.inspect import inspect
from suyuan.files.model import SHEETS, CheckedFile
from suyuan.kernel.errors import Malformed
from suyuan.uploads.take_in import MOST_BYTES

_FORM = "multipart/form-data"


async def file_of(request: Request, name: str) -> CheckedFile:
    """The file of a request, looked into. Raises FileTooLarge, FileRefused, Malformed."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _FORM:
        return await run_in_threadpool(checked, await _raw(request), name)
    async with request.form(max_files=1, max_fields=10) as form:
        found = form.get("file")
        if not isinstance(found, UploadFile):
            raise Malformed("The form has no file named `file`.", code="upload.no-file")
        if found.size is not None and found.size > MOST_BYTES:
            raise FileTooLarge(f"The file has {found.size} bytes; at most {MOST_BYTES} are taken.")
        return await run_in_threadpool(checked, await found.read(), found.filename or name)


async def _raw(request: Request) -> bytes:
    parts, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MOST_BYTES:
            raise FileTooLarge(f"The file has more than {MOST_BYTES} bytes.")
        parts.append(chunk)
    return b"".join(parts)


def checked(data: bytes, name: str) -> CheckedFile:
    """A workbook or CSV that may be kept. Raises FileTooLarge, FileRefused."""
    if not name:
        raise FileRefused("Say what the file is called.", code="file.name")
    return inspect(data, name, SHEETS, MOST_BYTES)
