"""Why a file cannot be read at all; the sentence for people stands in the words under the fault's code."""

from __future__ import annotations

from collections.abc import Mapping

from suyuan.kernel.errors import Fault, Refused


class FileRefused(Refused):
    """The file is not read. `code` is stable (`file.macros`); `values` fill the sentence of the words."""

    code = "file.refused"

    def __init__(self, code: str, values: Mapping[str, str] | None = None, message: str = "") -> None:
        self.values = dict(values or {})
        super().__init__([Fault("", code, message or code)], code=code)
