"""What can be wrong with an export that is asked for."""

from __future__ import annotations

from suyuan.kernel.errors import NotFound, Refused


class ExportUnknown(NotFound):
    """Nothing of this name is exported."""

    code = "export.unknown"


class FilterRefused(Refused):
    """The export cannot be narrowed down like this."""

    code = "export.filter"
