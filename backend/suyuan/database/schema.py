"""Bringing the tables to this version, and refusing to run on others."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from suyuan.database.engine import Database
from suyuan.database.errors import SchemaOutdated
from suyuan.database.locks import hold
from suyuan.database.self_test import examine

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(database: Database) -> None:
    """Create or bring up to date every table in one transaction; two at once wait for each other."""
    with database.transaction() as conn:
        hold(conn, "schema")
        command.upgrade(config(conn), "head")


def check(database: Database) -> None:
    """Raise SchemaOutdated when the tables are not those of this version, DatabaseUnfit when the database
    would lose records as it is set up.
    """
    with database.reading() as conn:
        found = MigrationContext.configure(conn).get_current_revision()
        wanted = ScriptDirectory.from_config(config(conn)).get_current_head()
    if found != wanted:
        state = f"The tables are those of {found}" if found else "There are no tables"
        raise SchemaOutdated(f"{state}; this version needs {wanted}: run `suyuan db upgrade`.")
    examine(database)


def config(conn: Connection) -> Config:
    """Alembic's configuration; there is no ini file, since the settings know the database."""
    found = Config()
    found.set_main_option("script_location", str(MIGRATIONS))
    found.set_main_option("file_template", "%%(year)d_%%(month).2d_%%(day).2d_%%(slug)s")
    found.attributes["connection"] = conn
    return found
