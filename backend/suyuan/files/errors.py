"""Why a file is not taken or not found. The codes are the same for whoever hands it in."""

from __future__ import annotations

from suyuan.kernel.errors import ErrorKind, NotFound, SuyuanError, TooLarge


class FileRefused(SuyuanError):
    """The file is not taken; `code` says why: `file.empty`, `file.kind` (not what this place takes, or not
    what it says it is), `file.damaged`, `file.active` (it carries a program), `file.bomb` (it unpacks to more
    than can be), `file.locked` (it opens with a password only), `file.name`.
    """

    code = "file.refused"
    kind = ErrorKind.REFUSED


class FileTooLarge(TooLarge):
    """More bytes than one file may have."""

    code = "file.too-large"


class FileUnknown(NotFound):
    """There is no such file, or it is not for the caller to know of."""

    code = "file.unknown"


class FileErased(NotFound):
    """The file was erased as the law asks; its hash and size are what is left."""

    code = "file.erased"
