"""Bringing the tables to this version, and refusing to run on others."""

from __future__ import annotations

from suyuan.database import registry
from suyuan.database.engine import Database
from suyuan.database.locks import hold


def upgrade(database: Database) -> None:
    """Create or bring up to date every table in one transaction; two at once wait for each other."""
    with database.transaction() as conn:
        hold(conn, "schema")
        registry.load().create_all(conn)


def check(database: Database) -> None:
    """Raise SchemaOutdated when the tables are not those of this version."""
    raise NotImplementedError(database.url)
