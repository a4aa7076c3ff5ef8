"""What the migrations make is what the rooms' tables say, to the last index and trigger."""

from __future__ import annotations

import re
import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from suyuan.database import Database, check, upgrade
from suyuan.database.append_only import protected_columns
from suyuan.database.errors import SchemaOutdated
from suyuan.database.registry import load

COLUMNS = """
    SELECT table_name, ordinal_position, column_name, data_type, is_nullable, column_default,
        identity_generation, character_maximum_length
    FROM information_schema.columns WHERE table_schema = 'public'
"""
INDEXES = "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
"""
TRIGGERS = """
    SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
"""
OF_SQLITE = "SELECT tbl_name, type, name, sql FROM sqlite_master"


def anatomy(database):
    """Every column, index, constraint and trigger, as the database itself describes them."""
    queries = [OF_SQLITE] if database.is_sqlite else [COLUMNS, INDEXES, CONSTRAINTS, TRIGGERS]
    with database.reading() as conn:
        rows = [tuple(row) for query in queries for row in conn.execute(text(query))]
    kept = [row for row in rows if not row[0].startswith(("alembic_version", "sqlite_"))]
    return sorted(repr([_unordered(each) for each in row]) for row in kept)


def _unordered(part):
    """The members of a CREATE TABLE in one order: that of its constraints means nothing, nor on which line
    SQLite put a column that was added later.
    """
    if not isinstance(part, str) or not part.lstrip().startswith("CREATE TABLE"):
        return part
    members = re.split(r"\n|, (?![^(]*\))", part)
    return sorted(each.strip().rstrip(",") for each in members if each.strip())


def made_from_tables(database):
    """The same database with its tables made from the rooms' definitions instead."""
    if database.is_sqlite:
        database = Database(database.url.set(database=f"{database.url.database}.other"))
    with database.transaction() as conn:
        if not database.is_sqlite:
            conn.execute(text("DROP SCHEMA public CASCADE"))
            conn.execute(text("CREATE SCHEMA public"))
        load().create_all(conn)
    return database


def test_the_migrations_make_what_the_tables_say(database):
    migrated = anatomy(database)
    other = made_from_tables(database)
    defined = anatomy(other)
    other.close()
    assert migrated
    assert migrated == defined


def test_there_is_nothing_left_to_migrate(database):
    with database.reading() as conn:
        assert compare_metadata(MigrationContext.configure(conn), load()) == []


def test_a_second_upgrade_changes_nothing(database):
    before = anatomy(database)
    upgrade(database)
    assert anatomy(database) == before


def test_gateways_that_start_together_upgrade_once(empty_database_url):
    faults = []

    def start():
        database = Database(empty_database_url)
        try:
            upgrade(database)
            check(database)
        except Exception as fault:  # noqa: BLE001 - handed to the test
            faults.append(fault)
        finally:
            database.close()

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


def test_a_database_of_this_version_is_taken(database):
    check(database)


def test_an_empty_database_is_refused_with_the_way_out(empty_database_url):
    database = Database(empty_database_url)
    with pytest.raises(SchemaOutdated, match=r"There are no tables.*suyuan db upgrade"):
        check(database)
    database.close()


def test_a_database_of_another_version_is_refused(database):
    with database.transaction() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = 'other'"))
    with pytest.raises(SchemaOutdated, match="those of other"):
        check(database)


#: Tables whose rows, or their named columns, never change. A room that adds one adds it here.
ONLY_GROW = {
    "inspections_records",
    "notices_notices",
    "access_tokens",
    "access_trail",
    "access_trail_heads",
    "files_contents",
    "files_holdings",
    "qualification_applications",
    "qualification_documents",
    "qualification_warnings",
    "qualification_showings",
    "parties_parties",
    "parties_identifiers",
    "parties_sites",
    "parties_profiles",
    "parties_signatures",
    "parties_challenges",
    "parties_successions",
    "parties_recoveries",
    "parties_suspicions",
    "parties_keys",
    "catalogue_products",
    "catalogue_versions",
    "journal_captures",
    "journal_submissions",
    "journal_receipts",
    "journal_events",
    "handovers_handovers",
    "handovers_lines",
    "handovers_acts",
    "handovers_checks",
    "handovers_outcomes",
    "handovers_results",
    "handovers_waiting",
    "uploads_entered",
    "uploads_changes",
}


def test_the_tables_that_only_grow_are_known():
    growing = {table.name for table in load().tables.values() if protected_columns(table)}
    assert growing == ONLY_GROW
