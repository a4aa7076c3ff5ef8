"""What can be wrong with a database."""

from __future__ import annotations

from suyuan.kernel.errors import SuyuanError, Unavailable


class DatabaseUnavailable(Unavailable):
    """The database did not take the work now (down, locked too long, disk full); nothing was stored."""

    code = "database.unavailable"


class DatabaseUnfit(SuyuanError):
    """The database would lose or mix up records as it is set up; we do not start on it."""

    code = "database.unfit"


class SchemaOutdated(SuyuanError):
    """The tables are not those of this version; `suyuan db upgrade` brings them there."""

    code = "database.outdated"
