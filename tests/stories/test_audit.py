"""One row changed in the database by hand makes the audit name it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pysqlite3
import pytest

from suyuan import bootstrap
from suyuan.database import Database
from suyuan.demo import seed
from whole_system import whole_system

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)

#: Everything that says something about food, people or the chain. Left out are notes of our own work (times
#: of sending, warnings, tokens).
CHECKED = {
    "anchoring_entries": "lot_id event_hash occurred_at counterparty kind lot_index in_custody log_index",
    "anchoring_operations": "party sequence signature payload state transaction_id",
    "anchoring_transactions": "hash block block_hash block_time succeeded state",
    "anchoring_anchors": "number root leaf_count",
    "anchoring_leaves": "hash data position",
    "anchoring_epochs": "chain_id genesis_hash contracts",
    "journal_documents": "body",
    "journal_submissions": "party document received_at events entries entries_hash",
    "journal_receipts": "receipt",
    "journal_events": "party event_hash event_id type action biz_step disposition occurred_at read_point "
    "biz_location corrects public",
    "journal_disclosures": "digest encoded",
    "parties_parties": "names credit_code profile_hash",
    "parties_profiles": "document hash",
    "parties_identifiers": "uri party",
    "catalogue_versions": "document hash",
    "parties_sites": "uri party description",
    "lots_lots": "lot_id uri wellformed custodian offered_to entries head maker first_seen",
    "lots_edges": "event_hash occurred_at party",
    "lots_contents": "container child added at event_hash",
    "lots_totals": "quantity event_hash",
    "lots_contradictions": "lot code event_hash facts found_at",
}
DERIVED = ["lots_edges", "lots_contents", "lots_totals", "lots_contradictions", "parties_sites"]
DELETED = ["anchoring_entries", "journal_events", "anchoring_leaves", *DERIVED]
#: Tables without SQLite's own row numbers.
KEYS = {"lots_edges": "child, parent", "lots_totals": "lot, direction, uom"}
CASES = [(table, column) for table, columns in CHECKED.items() for column in columns.split()]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("audit")
    with whole_system(folder, f"sqlite:///{folder / 'suyuan.db'}") as whole:
        seed.register_everybody(whole.client)
        seed.submit_stories(whole.client, NOW, lambda _line: None)
        whole.settle()
        yield whole.system


def differences(system):
    return bootstrap.audit_system(system)


def test_a_database_that_nobody_touched_differs_in_nothing(recorded):
    assert differences(recorded) == []


@pytest.fixture
def copy(recorded, tmp_path):
    """The system on a copy of its database, without the triggers that keep rows from being changed."""
    path = tmp_path / "copy.db"
    source = pysqlite3.connect(recorded.database.url.database)
    target = pysqlite3.connect(path)
    source.backup(target)
    source.close()
    for (name,) in target.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        target.execute(f'DROP TRIGGER "{name}"')
    target.commit()
    database = Database(f"sqlite:///{path}")
    yield replace(recorded, database=database), target
    target.close()
    database.close()


def changed(value):
    if isinstance(value, bytes):
        return bytes([value[0] ^ 1]) + value[1:]
    if isinstance(value, int):
        return 1 - value if value in (0, 1) else value + 1
    if value in ("final", "mined"):
        return "submitted"
    digit = next((at for at, letter in enumerate(value) if letter.isdecimal()), None)
    if digit is None:
        return value + "x"
    return value[:digit] + str((int(value[digit]) + 1) % 10) + value[digit + 1 :]


@pytest.mark.parametrize(("table", "column"), CASES)
def test_one_changed_value_is_named(copy, table, column):
    system, by_hand = copy
    by_hand.execute("PRAGMA foreign_keys = OFF")
    which = f'"{column}" IS NOT NULL' + (" AND party > 0" if column == "party" else "")
    key = KEYS.get(table, "rowid")
    one = f"FROM {table} WHERE {which} ORDER BY ({key.split(',')[0]}) DESC LIMIT 1"
    (value,) = by_hand.execute(f'SELECT "{column}" {one}').fetchone()
    by_hand.execute(
        f'UPDATE {table} SET "{column}" = ? WHERE ({key}) = (SELECT {key} {one})', (changed(value),)
    )
    by_hand.commit()
    found = differences(system)
    assert found, f"{table}.{column} changed from {value!r} and nobody saw it"


@pytest.mark.parametrize("table", DELETED)
def test_one_deleted_row_is_missed(copy, table):
    system, by_hand = copy
    by_hand.execute("PRAGMA foreign_keys = OFF")
    key = KEYS.get(table, "rowid")
    by_hand.execute(
        f"DELETE FROM {table} WHERE ({key}) = (SELECT {key} FROM {table} ORDER BY 1 DESC LIMIT 1)"
    )
    by_hand.commit()
    assert any(table in each.where for each in differences(system)) or table not in DERIVED


def test_contradictions_emptied_of_their_figures_are_named(copy):
    system, by_hand = copy
    by_hand.execute("UPDATE lots_contradictions SET facts = '{}'")
    by_hand.commit()
    found = [each.where for each in differences(system)]
    assert found
    assert all(each.startswith("lots_contradictions ") for each in found)
