"""Bringing the tables to this version, and refusing to run on others."""

from __future__ import annotations

from sqlalchemy import inspect

from suyuan.database import registry
from suyuan.database.engine import Database
from suyuan.database.errors import SchemaOutdated
from suyuan.database.locks import hold
from suyuan.database.self_test import examine


def upgrade(database: Database) -> None:
    """Create or bring up to date every table in one transaction; two at once wait for each other."""
    with database.transaction() as conn:
        hold(conn, "schema")
        registry.load().create_all(conn)


def check(database: Database) -> None:
    """Raise SchemaOutdated when the tables are not those of this version, DatabaseUnfit when the database
    would lose records as it is set up.
    """
    with database.reading() as conn:
        missing = sorted(set(registry.load().tables) - set(inspect(conn).get_table_names()))
    if missing:
        raise SchemaOutdated(
            f"The database lacks the tables of this version ({missing[0]}, ...): db upgrade."
        )
    examine(database)
