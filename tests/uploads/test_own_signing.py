"""A party that keeps its own key signs an upload document by document."""

from __future__ import annotations

import orjson
import pytest
from sqlalchemy import func, select

from own_keys import IDENTITY, signed
from suyuan.access import trail
from suyuan.access.model import Caller, Scope
from suyuan.journal.errors import DocumentRefused, PreparedUnknown
from suyuan.journal.model import Limits
from suyuan.journal.prepare import prepare_document
from suyuan.journal.submit import Request, submit_document
from suyuan.journal.tables import events
from suyuan.kernel.errors import Forbidden
from suyuan.sheets.events import document, event_of
from suyuan.sheets.model import RecordKind
from suyuan.uploads import queries, signing
from suyuan.uploads.context import known_to
from suyuan.uploads.errors import NotWhatWasShown
from suyuan.uploads.model import State
from suyuan.uploads.opening import Asked
from suyuan.uploads.own_signing import Ledger, hand_in_next, prepare_next
from suyuan.uploads.steps import check_next
from uploads.desk import HEADINGS, row, sheet


def ledger(world):
    return Ledger(IDENTITY, world.receipts, world.limits)


def prepare(world, caller, draft):
    with world.database.transaction() as conn:
        return prepare_next(conn, world.clock, caller, draft.id, ledger(world))[1]


def hand_in(world, caller, draft, prepared):
    signatures = [signed(part) for part in prepared.parts]
    with world.database.transaction() as conn:
        return hand_in_next(conn, world.clock, caller, draft.id, prepared.id, signatures, ledger(world))


def event_count(world):
    with world.database.reading() as conn:
        return conn.execute(select(func.count()).select_from(events)).scalar()


@pytest.fixture
def two_documents(own_world, signer):
    own_world.limits = Limits(max_events=5)
    draft = own_world.checked(signer, sheet([row(number) for number in range(1, 9)]))
    return own_world.sign(signer, draft)


def test_signatures_handed_in_twice_count_for_their_own_document_alone(own_world, signer, two_documents):
    first = prepare(own_world, signer, two_documents)
    for _ in range(2):
        draft = hand_in(own_world, signer, two_documents, first)
        assert (draft.state, draft.submitted) == (State.SIGNING, 1)
    assert event_count(own_world) == 5
    last = prepare(own_world, signer, two_documents)
    for _ in range(2):
        assert hand_in(own_world, signer, two_documents, last).state is State.SUBMITTED
    assert event_count(own_world) == 8
    with own_world.database.reading() as conn:
        receipt = queries.receipt_of(conn, own_world.draft(two_documents.id))
    told = [each["submissions"][0]["receipt"]["documentHash"] for each in receipt["documents"]]
    assert told == [each["hash"] for each in receipt["documents"]]


def test_what_was_prepared_elsewhere_is_no_document_of_the_upload(own_world, signer, two_documents):
    with own_world.database.transaction() as conn:
        context = known_to(conn, own_world.clock, 1)
        values = dict(zip(HEADINGS, row(900), strict=True))
        other = orjson.dumps(document([event_of(RecordKind.HARVEST, [values], context)], context))
        request = Request(signer, other)
        strange = prepare_document(conn, own_world.clock, request, own_world.limits, IDENTITY)
    with pytest.raises(NotWhatWasShown):
        hand_in(own_world, signer, two_documents, strange)
    assert event_count(own_world) == 0
    assert own_world.draft(two_documents.id).submitted == 0
    own = prepare(own_world, signer, two_documents)
    with pytest.raises(PreparedUnknown), own_world.database.transaction() as conn:
        hand_in_next(conn, own_world.clock, signer, two_documents.id, "f" * 36, [], ledger(own_world))
    assert hand_in(own_world, signer, two_documents, own).submitted == 1


def anothers(world, foreigner, number):
    """The other party records that it made the lot of this row first."""
    with world.database.transaction() as conn:
        context = known_to(conn, world.clock, 2)
        values = dict(zip(HEADINGS, row(number), strict=True)) | {"site": "9520718002000"}
        body = document([event_of(RecordKind.HARVEST, [values], context)], context)
        submit_document(
            conn, world.clock, Request(foreigner, orjson.dumps(body)), world.limits, world.receipts
        )


def test_whoever_cannot_sign_the_next_document_has_its_rows_back(
    own_world, signer, preparer, foreigner, two_documents
):
    hand_in(own_world, signer, two_documents, prepare(own_world, signer, two_documents))
    anothers(own_world, foreigner, 7)
    with pytest.raises(DocumentRefused):
        prepare(own_world, signer, two_documents)
    version = own_world.draft(two_documents.id).version
    with pytest.raises(Forbidden), own_world.database.transaction() as conn:
        signing.withdraw(conn, own_world.clock, Asked(preparer, two_documents.id, version))
    with own_world.database.transaction() as conn:
        left = signing.withdraw(conn, own_world.clock, Asked(signer, two_documents.id, version))
    assert (left.state, left.submitted) == (State.SUBMITTED, 1)
    rest = own_world.draft(left.remainder)
    assert (rest.state, rest.rows, rest.parent) == (State.NEEDS_FIXES, 3, left.id)
    with own_world.database.transaction() as conn:
        signing.choose(conn, own_world.clock, Asked(signer, rest.id, rest.version, take_over=True))
    while check_next(own_world.desk()):
        pass
    with own_world.database.reading() as conn:
        ((_, bad),) = queries.rows_of(conn, rest.id, queries.Wanted(("error",)))
        assert trail.lines(conn, party=1, limit=1)[0]["action"] == "upload.left"
    assert bad.values["lot"] == "L7"


def test_an_upload_of_which_nothing_is_in_yet_is_withdrawn_and_its_rows_stay(own_world, two_documents):
    signer = Caller("b" * 16, "签名人", 1, frozenset({Scope.SUBMIT}))
    with own_world.database.transaction() as conn:
        left = signing.withdraw(conn, own_world.clock, Asked(signer, two_documents.id, two_documents.version))
    assert left.state is State.WITHDRAWN
    assert own_world.draft(left.remainder).rows == 8
