"""Why a file cannot be read at all; the sentences for people stand in the words under the error's code."""

from __future__ import annotations

from collections.abc import Mapping

from suyuan.kernel.errors import Fault, Refused
from suyuan.sheets.phrases import tree


class FileRefused(Refused):
    """The file is not read. `code` is stable (`file.macros`); `values` fill the sentence of the words."""

    code = "file.refused"

    def __init__(self, code: str, values: Mapping[str, str] | None = None) -> None:
        self.values = dict(values or {})
        what, to_do = (text.format(**self.values) for text in tree("en")["refusals"][code])
        super().__init__([Fault("", code, f"{what}.", f"{to_do}.")], code=code)
