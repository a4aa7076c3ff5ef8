from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

import file_samples as samples
from suyuan.anchoring.tables import leaves
from suyuan.files import store
from suyuan.files.audit import audit_files
from suyuan.files.errors import FileErased, FileRefused, FileUnknown
from suyuan.files.model import PAPERS
from suyuan.files.tables import contents, holdings
from suyuan.kernel.clock import FixedClock
from suyuan.kernel.hashing import leaf_hash, sha256

PDF = samples.pdf()


@pytest.fixture
def clock():
    return FixedClock(datetime(2026, 11, 23, 8, 0, tzinfo=UTC))


def given(conn, clock, holder, name="licence.pdf", data=PDF):
    found = store.store(conn, clock, data, name, PAPERS)
    store.give(conn, clock, found, holder)
    return found


def test_a_file_is_kept_once_and_its_facts_are_one_leaf(database, clock):
    with database.transaction() as conn:
        first = given(conn, clock, "party:1")
        second = given(conn, clock, "party:2", "another name.pdf")
        assert first.hash == second.hash == sha256(PDF)
        assert len(conn.execute(select(contents)).all()) == 1
        kinds = conn.execute(select(leaves.c.kind, leaves.c.data, leaves.c.hash)).all()
    assert len(kinds) == 1
    kind, document, leaf = kinds[0]
    assert kind == "file"
    assert leaf == leaf_hash(document) == first.leaf
    assert (
        document
        == (
            f'{{"hash":"0x{sha256(PDF).hex()}","mediaType":"application/pdf","size":{len(PDF)},'
            '"type":"suyuan-file/1"}'
        ).encode()
    )


def test_two_parties_with_the_same_bytes_learn_nothing_of_each_other(database, clock):
    with database.transaction() as conn:
        own = given(conn, clock, "party:1", "private plan.pdf")
        with pytest.raises(FileUnknown):
            store.find(conn, own.hash, ["party:2", "account:2"])
        given(conn, clock, "party:2", "licence.pdf")
        assert store.find(conn, own.hash, ["party:2"]).name == "licence.pdf"
        assert store.find(conn, own.hash, ["party:1"]).name == "private plan.pdf"
        assert store.holders_of(conn, own.hash) == ["party:1", "party:2"]


def test_the_platform_sees_a_file_whoever_holds_it(database, clock):
    with database.transaction() as conn:
        own = given(conn, clock, "party:1")
        assert store.find(conn, own.hash, None) == own
        with pytest.raises(FileUnknown):
            store.find(conn, bytes(32), None)


def test_the_bytes_come_back_as_they_came(database, clock):
    with database.transaction() as conn:
        own = given(conn, clock, "party:1")
    with database.reading() as conn:
        assert store.read(conn, own.hash) == PDF
        with pytest.raises(FileUnknown):
            store.read(conn, bytes(32))


def test_what_is_refused_leaves_nothing_behind(database, clock):
    with database.transaction() as conn:
        with pytest.raises(FileRefused):
            store.store(conn, clock, samples.EXE, "licence.pdf", PAPERS)
        assert not conn.execute(select(contents)).all()
        assert not conn.execute(select(leaves)).all()


def test_an_erased_file_leaves_its_hash_and_leaf_and_may_be_handed_in_again(database, clock):
    with database.transaction() as conn:
        own = given(conn, clock, "party:1")
        store.erase(conn, clock, own.hash)
        with pytest.raises(FileErased):
            store.read(conn, own.hash)
        assert store.find(conn, own.hash, ["party:1"]) == own
        assert not list(audit_files(conn))
        assert given(conn, clock, "party:1") == own
        assert store.read(conn, own.hash) == PDF
        assert not list(audit_files(conn))


def test_hash_size_and_holdings_never_change(database, clock):
    with database.transaction() as conn:
        given(conn, clock, "party:1")
    for change in (
        update(contents).values(size=1),
        delete(contents),
        update(holdings).values(holder="party:2"),
        delete(holdings),
    ):
        with pytest.raises(IntegrityError), database.transaction() as conn:
            conn.execute(change)


def test_changed_bytes_are_named_by_the_audit(database, clock):
    with database.transaction() as conn:
        own = given(conn, clock, "party:1")
        assert not list(audit_files(conn))
        conn.execute(update(contents).values(data=PDF[:-1] + b" "))
        (found,) = audit_files(conn)
        assert found.where == f"files_contents {own.hex}"
        conn.execute(update(contents).values(data=None))
        assert "missing" in next(audit_files(conn)).what


def test_the_same_file_from_many_at_once_is_one(database, clock):
    failed = []

    def put(number):
        try:
            with database.transaction() as conn:
                given(conn, clock, f"party:{number}")
        except Exception as error:  # noqa: BLE001 - the test tells of it
            failed.append(error)

    threads = [threading.Thread(target=put, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    with database.reading() as conn:
        assert len(conn.execute(select(contents.c.hash)).all()) == 1
        assert len(store.holders_of(conn, sha256(PDF))) == 6
