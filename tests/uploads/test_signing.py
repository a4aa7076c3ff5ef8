"""Who may sign what, and what goes in then."""

from __future__ import annotations

import dataclasses
import threading
from datetime import timedelta

import orjson
import pytest
from sqlalchemy import func, select, update

from suyuan.access.errors import ProofStale
from suyuan.access.model import Caller, Scope
from suyuan.journal.submit import Request, submit_document
from suyuan.journal.tables import events
from suyuan.kernel.errors import Forbidden
from suyuan.kernel.hashing import from_hex, leaf_hash
from suyuan.kernel.merkle import verify_inclusion
from suyuan.sheets.events import document, event_of
from suyuan.sheets.model import RecordKind
from suyuan.uploads import queries, repository, signing
from suyuan.uploads import tables as t
from suyuan.uploads.context import known_to
from suyuan.uploads.editing import CellEdit, edit_cells
from suyuan.uploads.errors import DraftState, FourEyes, NotWhatWasShown
from suyuan.uploads.model import Choice, State
from suyuan.uploads.opening import Asked
from suyuan.uploads.preparing import sample_places
from suyuan.uploads.steps import check_next, submit_next
from suyuan.uploads.submitting import Tampered
from uploads.desk import HEADINGS, row, sheet


def event_count(world):
    with world.database.reading() as conn:
        return conn.execute(select(func.count()).select_from(events)).scalar()


def test_the_receipt_leads_each_submission_back_to_the_one_signature(world, preparer, signer):
    draft = world.checked(preparer, sheet([row(number) for number in range(1, 1_101)]))
    world.sign(signer, draft)
    done = world.submitted(draft)
    with world.database.reading() as conn:
        receipt = queries.receipt_of(conn, done)
    assert (receipt["rows"], receipt["signedBy"]) == (1_100, signer.token)
    assert event_count(world) == 1_100
    root = from_hex(receipt["root"])
    for each in receipt["documents"]:
        leaf, path = leaf_hash(from_hex(each["hash"])), [from_hex(node) for node in each["path"]]
        assert verify_inclusion(leaf, each["number"], len(receipt["documents"]), path, root)
        (submission,) = each["submissions"]
        assert submission["receipt"]["documentHash"] == each["hash"]


def test_the_sample_rows_are_chosen_by_the_root_alone(world, preparer):
    draft = world.checked(preparer, sheet([row(number) for number in range(1, 301)]))
    rows = [place + 2 for place in sample_places(draft.root, 300)]
    assert [each["row"] for each in draft.samples] == rows


def test_only_a_signer_signs(world, preparer, signer):
    draft = world.checked(preparer, sheet([row(1)]))
    with pytest.raises(Forbidden):
        world.sign(preparer, draft)
    assert world.draft(draft.id).state is State.VALID
    assert world.sign(signer, draft).state is State.SIGNED


def test_a_person_signs_with_a_fresh_proof_only(world, preparer, signer):
    draft = world.checked(preparer, sheet([row(1)]))
    now = world.clock.now()
    stale = dataclasses.replace(signer, account=signer.token, fresh_at=now - timedelta(minutes=11))
    with pytest.raises(ProofStale):
        world.sign(stale, draft)
    assert world.sign(dataclasses.replace(stale, fresh_at=now), draft).state is State.SIGNED


def test_four_eyes_mean_another_person_than_any_who_prepared(world, preparer, signer):
    admin = Caller("e" * 16, "管理员", 1, frozenset({Scope.PARTY_ADMIN}))
    with world.database.transaction() as conn:
        signing.wish_four_eyes(conn, world.clock, admin, 1, wanted=True)
    draft = world.checked(signer, sheet([row(1, quantity="x")]))
    with world.database.reading() as conn:
        ((_, bad),) = queries.rows_of(conn, draft.id, queries.Wanted(("error",)))
    edit = CellEdit(bad.sheet, bad.row, "quantity", "1")
    asked = Asked(preparer, draft.id, draft.version, take_over=True)
    edit_cells(world.database, world.clock, asked, [edit])
    while check_next(world.desk()):
        pass
    ready = world.draft(draft.id)
    for hand in (signer, dataclasses.replace(preparer, scopes=signer.scopes)):
        with pytest.raises(FourEyes):
            world.sign(hand, ready)
    other = dataclasses.replace(signer, token="f" * 16)
    assert world.sign(other, ready).state is State.SIGNED


def test_what_was_changed_after_it_was_shown_is_not_signed(world, preparer, signer):
    draft = world.checked(preparer, sheet([row(1), row(2)]))
    with pytest.raises(NotWhatWasShown), world.database.transaction() as conn:
        signing.sign(conn, world.clock, Asked(signer, draft.id, draft.version), bytes(32))
    with world.database.reading() as conn:
        ((_, good), *_) = queries.rows_of(conn, draft.id, queries.Wanted())
    edit = CellEdit(good.sheet, good.row, "quantity", "99")
    edit_cells(world.database, world.clock, Asked(preparer, draft.id, draft.version), [edit])
    while check_next(world.desk()):
        pass
    changed = world.draft(draft.id)
    assert changed.root != draft.root
    with pytest.raises(NotWhatWasShown):
        world.sign(signer, draft)
    world.sign(signer, changed)
    asked = Asked(signer, draft.id, world.draft(draft.id).version, take_over=True)
    with pytest.raises(DraftState):
        edit_cells(world.database, world.clock, asked, [edit])


def test_documents_that_were_changed_in_the_database_are_not_submitted(world, preparer, signer):
    draft = world.checked(preparer, sheet([row(1)]))
    world.sign(signer, draft)
    with world.database.transaction() as conn:
        conn.execute(update(t.documents).values(hash=bytes(32)))
    with pytest.raises(Tampered):
        submit_next(world.desk())
    assert event_count(world) == 0


def test_the_good_rows_go_in_and_the_rest_stays_a_draft_when_that_was_chosen(world, preparer, signer):
    rows = [row(number, quantity="x" if number % 10 == 0 else "5") for number in range(1, 41)]
    draft = world.checked(preparer, sheet(rows))
    with pytest.raises(DraftState):
        world.sign(signer, draft)
    with world.database.transaction() as conn:
        chosen = signing.choose(conn, world.clock, Asked(preparer, draft.id, draft.version))
    assert chosen.choice is Choice.GOOD
    while check_next(world.desk()):
        pass
    ready = world.draft(draft.id)
    assert (ready.summary["rows"], ready.summary["left"]) == (36, 4)
    signed = world.sign(signer, ready)
    world.submitted(ready)
    assert event_count(world) == 36
    rest = world.draft(signed.remainder)
    assert (rest.state, rest.rows, rest.totals, rest.parent) == (
        State.NEEDS_FIXES,
        4,
        {"error": 4},
        draft.id,
    )
    with world.database.reading() as conn:
        left = [result.row for _, result in queries.rows_of(conn, rest.id, queries.Wanted())]
    edits = [CellEdit("", at, "quantity", "5") for at in left]
    with world.database.reading() as conn:
        name = queries.rows_of(conn, rest.id, queries.Wanted())[0][1].sheet
    edits = [dataclasses.replace(each, sheet=name) for each in edits]
    asked = Asked(preparer, rest.id, rest.version)
    edit_cells(world.database, world.clock, asked, edits)
    while check_next(world.desk()):
        pass
    world.sign(signer, world.draft(rest.id))
    assert world.submitted(rest).state is State.SUBMITTED
    assert event_count(world) == 40


def anothers(world, foreigner, number):
    """The other party records that it made the lot of this row first."""
    with world.database.transaction() as conn:
        context = known_to(conn, world.clock, 2)
        values = dict(zip(HEADINGS, row(number), strict=True)) | {"site": "9520718002000"}
        body = document([event_of(RecordKind.HARVEST, [values], context)], context)
        request = Request(foreigner, orjson.dumps(body))
        submit_document(conn, world.clock, request, world.limits, world.receipts)


def test_what_the_journal_would_refuse_is_said_before_anybody_signs(world, preparer, foreigner):
    anothers(world, foreigner, 3)
    draft = world.checked(preparer, sheet([row(number) for number in range(1, 6)]))
    assert draft.state is State.NEEDS_FIXES
    assert draft.faulty == 1


def test_what_another_recorded_after_the_signature_comes_back_with_its_reason(
    world, preparer, signer, foreigner
):
    draft = world.checked(preparer, sheet([row(number) for number in range(1, 6)]))
    world.sign(signer, draft)
    anothers(world, foreigner, 3)
    done = world.submitted(draft)
    assert done.state is State.SUBMITTED
    assert done.trouble["code"] == "document.refused"
    rest = world.draft(done.remainder)
    assert rest.rows == 5
    with world.database.reading() as conn:
        ((_, bad),) = queries.rows_of(conn, rest.id, queries.Wanted(("error",)))
    assert bad.values["lot"] == "L3"
    assert bad.faults[-1].rule == "journal.already_made"


def test_two_clerks_share_the_work_and_double_nothing(world, preparer, signer):
    drafts = [
        world.checked(preparer, sheet([row(f"{name}-{number}") for number in range(1, 1_201)]))
        for name in ("A", "B")
    ]
    for draft in drafts:
        world.sign(signer, draft)

    def work(name):
        desk = world.desk(name)
        while submit_next(desk):
            pass

    threads = [threading.Thread(target=work, args=(f"clerk {number}",)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    world.submitted(drafts[0])
    assert {world.draft(draft.id).state for draft in drafts} == {State.SUBMITTED}
    assert event_count(world) == 2_400
    with world.database.reading() as conn:
        for draft in drafts:
            assert all(each.answer for each in repository.documents_where(conn, draft.id))


def test_a_row_that_went_in_before_is_known_when_it_comes_again(world, preparer, signer):
    draft = world.checked(preparer, sheet([row(1), row(2)]))
    world.sign(signer, draft)
    world.submitted(draft)
    again = world.checked(preparer, sheet([row(2), row(3)]))
    assert again.totals == {"duplicate": 1, "ok": 1}
    assert again.compared["entered"] == 1
