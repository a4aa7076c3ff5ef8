from __future__ import annotations

from datetime import timedelta

import orjson
import pytest
from sqlalchemy import select

from journal_world import REGISTRAR, amount, as_bytes, document, identifier, lot, made, packed, seen, shipped
from own_keys import LEDGER, OwnKeys, address, secret, signed, with_high_s
from suyuan.access import trail
from suyuan.anchoring.model import PART_ENTRIES
from suyuan.anchoring.queries import submission_entries
from suyuan.anchoring.tables import operations
from suyuan.journal import tables as t
from suyuan.journal.errors import (
    PreparedExpired,
    PreparedRefused,
    PreparedUnknown,
    SignatureNeeded,
    SubmissionChanged,
)
from suyuan.journal.prepare import MOST_OPEN, OPEN_FOR, capture_prepared, forget_expired, submit_prepared
from suyuan.journal.submit import Request, submit_document
from suyuan.kernel import typed_data
from suyuan.kernel.canonical import parse_json
from suyuan.kernel.errors import SuyuanError
from suyuan.kernel.hashing import leaf_hash
from suyuan.parties import keys
from suyuan.parties.errors import SignatureRefused
from suyuan.parties.signers import StoredSigners
from suyuan.parties.waiting import waiting_signatures


@pytest.fixture
def own(database):
    return OwnKeys(database).populate()


def sequences(own, name="own"):
    with own.database.reading() as conn:
        its = operations.c.party == own.numbers[name]
        query = select(operations.c.sequence).where(its, operations.c.kind == "submission")
        return list(conn.execute(query.order_by(operations.c.id)).scalars())


def test_what_is_shown_is_what_is_recorded(own):
    prepared = own.prepare("own", made(amount("a", 12)))
    answer = own.hand_in(prepared, [signed(prepared.parts[0])])
    (event,) = prepared.events
    assert event.event_hash == leaf_hash(event.public.encode())
    with own.database.reading() as conn:
        (recorded,) = submission_entries(conn, own.numbers["own"], 1)
    (shown,) = prepared.parts[0].typed_data["message"]["entries"]
    assert recorded.event_hash == event.event_hash
    assert shown["eventHash"] == "0x" + recorded.event_hash.hex()
    assert recorded.lot_id == identifier(lot("a"))
    assert answer["receipt"]["submission"] == answer["id"]


def test_nothing_is_queued_and_no_lot_moves_before_the_signature(own):
    before = own.stored()
    own.prepare("own", made(amount("a", 12)))
    now = own.stored()
    assert {name for name in now if now[name] != before[name]} == {"journal_prepared"}
    assert own.kinds("a") == []


def test_who_handed_it_in_stands_in_the_trail(own):
    answer = own.tell(made(amount("a", 12)))
    with own.database.reading() as conn:
        (line,) = trail.lines(conn)
    said = (line["action"], line["subject"], line["caller"])
    assert said == ("submission.signed", answer["id"], "token-own")


def test_the_queue_signs_with_what_was_handed_in(own):
    own.tell(made(amount("a", 12)))
    with own.database.reading() as conn:
        entries = [each.entry for each in submission_entries(conn, own.numbers["own"], 1)]
    digest = typed_data.submission_digest(31337, LEDGER, own.numbers["own"], 1, entries)
    signature = StoredSigners(own.database, own.keyring).sign(own.numbers["own"], digest)
    assert typed_data.recover(digest, signature) == address(9)
    assert StoredSigners(own.database, own.keyring).sign(own.numbers["own"], bytes(32)) is None


@pytest.mark.parametrize("who", ["own", ""])
def test_nobody_queues_for_a_party_that_signs_itself(own, who):
    before = own.stored()
    with pytest.raises(SignatureNeeded) as refused:
        own.send(who, made(amount("a", 12)), as_party=str(own.numbers["own"]))
    assert refused.value.code == "submission.signature-needed"
    assert own.stored() == before


def test_a_dry_run_needs_no_signature(own):
    assert own.send("own", made(amount("a", 12)), dry_run=True)["submissions"][0]["entries"] == 1


def test_a_party_in_custody_has_nothing_to_prepare(own):
    with pytest.raises(PreparedRefused) as refused:
        own.prepare("farm", made(amount("a", 12)))
    assert refused.value.faults[0].code == "submission.no-own-key"


def test_a_document_of_several_parties_is_signed_by_nobody_at_once(own):
    request = Request(
        REGISTRAR,
        as_bytes(
            document(
                made(amount("a", 1), **{"cbvmda:informationProvider": "urn:example:party:own"}),
                made(amount("b", 1), **{"cbvmda:informationProvider": "urn:example:party:farm"}),
            )
        ),
    )
    from suyuan.journal.prepare import prepare_document

    with own.database.transaction() as conn, pytest.raises(PreparedRefused):
        prepare_document(conn, own.clock, request, own.limits, own.identity)


def test_the_same_hand_in_gets_the_same_answer(own):
    prepared = own.prepare("own", made(amount("a", 12)))
    first = own.hand_in(prepared, [signed(prepared.parts[0])])
    stored = own.stored()
    assert own.hand_in(prepared, [signed(prepared.parts[0])]) == first
    assert own.hand_in(prepared, []) == first
    assert own.stored() == stored


def test_after_its_use_nothing_tells_what_was_concealed(own):
    event = made(amount("a", 12), **{"suyuan:confidential": ["/quantityList/0/quantity"]})
    prepared = own.prepare("own", event)
    own.hand_in(prepared, [signed(prepared.parts[0])])
    with own.database.reading() as conn:
        row = conn.execute(select(t.prepared)).one()
    assert (row.body, row.seed) == (None, None)


def test_confidential_members_have_the_same_salts_both_times(own):
    event = made(amount("a", 12), **{"suyuan:confidential": ["/quantityList/0/quantity"]})
    prepared = own.prepare("own", event)
    shown = prepared.as_json()["events"][0]
    assert "12" not in shown["public"]
    assert own.hand_in(prepared, [signed(prepared.parts[0])])["submissions"][0]["entries"] == 1
    with own.database.reading() as conn:
        (stored,) = conn.execute(select(t.disclosures.c.encoded)).scalars()
    assert [each["encoded"] for each in shown["disclosures"]] == [stored]


@pytest.mark.parametrize(
    ("forge", "code"),
    [
        (lambda part: signed(part, 8), "signature.wrong-key"),
        (lambda part: with_high_s(signed(part)), "signature.form"),
        (lambda part: signed(part)[:64], "signature.form"),
        (lambda part: signed(part) + bytes(32), "signature.form"),
        (lambda part: signed(part)[:64] + b"\x00", "signature.form"),
        (lambda _: bytes(65), "signature.form"),
        (lambda part: typed_data.sign(bytes(32), secret(9)), "signature.wrong-key"),
    ],
    ids=["another key", "high s", "short", "contract wallet", "v 0", "zeros", "another digest"],
)
def test_a_signature_that_does_not_count_stores_nothing(own, forge, code):
    prepared = own.prepare("own", made(amount("a", 12)))
    before = own.stored()
    with pytest.raises(SignatureRefused) as refused:
        own.hand_in(prepared, [forge(prepared.parts[0])])
    assert refused.value.code == code
    assert own.stored() == before
    assert own.hand_in(prepared, [signed(prepared.parts[0])])["id"]


@pytest.mark.parametrize("count", [0, 2])
def test_there_is_one_signature_for_each_part(own, count):
    prepared = own.prepare("own", made(amount("a", 12)))
    with pytest.raises(SignatureRefused) as refused:
        own.hand_in(prepared, [signed(prepared.parts[0])] * count)
    assert refused.value.code == "signature.count"


def test_a_large_document_is_signed_in_parts(own):
    goods = [amount(f"a{number}", 1) for number in range(PART_ENTRIES + 3)]
    prepared = own.prepare("own", made(*goods))
    assert [len(part.typed_data["message"]["entries"]) for part in prepared.parts] == [PART_ENTRIES, 3]
    assert [part.sequence for part in prepared.parts] == [1, 2]
    with pytest.raises(SignatureRefused):
        own.hand_in(prepared, [signed(part) for part in reversed(prepared.parts)])
    own.hand_in(prepared, [signed(part) for part in prepared.parts])
    assert sequences(own) == [1, 2]
    assert own.prepare("own", made(amount("b", 1))).parts[0].sequence == 3


def test_of_two_browsers_the_second_signs_anew(own):
    first = own.prepare("own", made(amount("a", 12)))
    second = own.prepare("own", made(amount("b", 12)))
    own.hand_in(first, [signed(first.parts[0])])
    before = own.stored()
    with pytest.raises(SubmissionChanged) as changed:
        own.hand_in(second, [signed(second.parts[0])])
    assert own.stored() == before
    (part,) = changed.value.parts
    assert part["sequence"] == 2
    assert own.hand_in(second, [signed(part)])["id"]
    assert sequences(own) == [1, 2]


def test_a_signature_serves_what_it_was_made_for_and_nothing_else(own):
    first = own.prepare("own", made(amount("a", 12)))
    second = own.prepare("own", made(amount("b", 12)))
    with pytest.raises(SignatureRefused):
        own.hand_in(second, [signed(first.parts[0])])
    own.hand_in(first, [signed(first.parts[0])])
    with pytest.raises(SubmissionChanged):
        own.hand_in(second, [signed(first.parts[0])])


def test_entries_that_would_be_others_now_are_shown_anew(own):
    own.tell(made(amount("a", 12)), packed("urn:example:lot:box", amount("a", 12), hour=9))
    prepared = own.prepare("own", seen("inspecting", {"epcClass": "urn:example:lot:box"}, day=3))
    own.tell(made(amount("b", 12)), packed("urn:example:lot:box", amount("b", 12), hour=9))
    with pytest.raises(SubmissionChanged) as changed:
        own.hand_in(prepared, [signed(prepared.parts[0])])
    entries = changed.value.parts[0]["typedData"]["message"]["entries"]
    assert len(entries) > len(prepared.parts[0].typed_data["message"]["entries"])


def test_what_would_be_refused_by_now_is_refused(own):
    prepared = own.prepare("own", made(amount("a", 12)))
    own.send("farm", made(amount("a", 12)))
    with pytest.raises(SuyuanError) as refused:
        own.hand_in(prepared, [signed(prepared.parts[0])])
    assert refused.value.faults[0].code == "journal.already_made"


def test_told_before_needs_no_signature(own):
    answer = own.tell(made(amount("a", 12)))
    again = own.prepare("own", made(amount("a", 12)))
    assert again.parts == []
    assert own.hand_in(again, [])["id"] == answer["id"]
    assert sequences(own) == [1]


def test_what_was_prepared_is_the_partys_own(own):
    prepared = own.prepare("own", made(amount("a", 12)))
    for name in ("farm", "mill"):
        with pytest.raises(PreparedUnknown):
            own.hand_in(prepared, [signed(prepared.parts[0])], name)
    with pytest.raises(PreparedUnknown):
        own.hand_in("0" * 36, [])


def test_what_is_too_old_is_gone(own):
    prepared = own.prepare("own", made(amount("a", 12)))
    own.clock.advance(OPEN_FOR)
    with pytest.raises(PreparedExpired):
        own.hand_in(prepared, [signed(prepared.parts[0])])
    with own.database.transaction() as conn:
        assert forget_expired(conn, own.clock) == 1
    with pytest.raises(PreparedUnknown):
        own.hand_in(prepared, [signed(prepared.parts[0])])


def test_an_answer_outlives_what_it_answers(own):
    prepared = own.prepare("own", made(amount("a", 12)))
    answer = own.hand_in(prepared, [signed(prepared.parts[0])])
    own.clock.advance(OPEN_FOR + timedelta(days=9))
    with own.database.transaction() as conn:
        assert forget_expired(conn, own.clock) == 0
    assert own.hand_in(prepared, []) == answer


def test_a_party_prepares_so_many_and_no_more(own):
    first = own.prepare("own", made(amount("a", 12)))
    for number in range(MOST_OPEN):
        own.clock.advance(timedelta(milliseconds=1))
        own.prepare("own", made(amount(f"b{number}", 12)))
    with own.database.reading() as conn:
        assert len(conn.execute(select(t.prepared.c.id)).all()) == MOST_OPEN
    with pytest.raises(PreparedUnknown):
        own.hand_in(first, [signed(first.parts[0])])


def test_events_read_before_are_used(own):
    prepared = own.prepare("own", made(amount("a", 12)))
    caller = own.caller("own")
    with own.database.reading() as conn:
        captured = capture_prepared(conn, own.clock, prepared.id, caller)
    with own.database.transaction() as conn:
        accepted = submit_prepared(
            conn,
            own.clock,
            prepared.id,
            [signed(prepared.parts[0])],
            caller,
            own.identity,
            own.signer,
            captured,
        )
    assert accepted.is_new
    with own.database.reading() as conn:
        assert capture_prepared(conn, own.clock, prepared.id, caller) == []


def test_a_party_that_tells_of_containers_and_offers_goes_the_same_way(own):
    own.tell(made(amount("a", 12)), shipped("store", amount("a", 12), hour=10))
    assert own.kinds("a") == [("own", "PRODUCED"), ("own", "OFFERED")]


def test_numbers_come_after_what_was_submitted_while_we_had_the_key(own):
    own.send("farm", made(amount("a", 1)))
    own.send("farm", made(amount("b", 1)))
    farm = own.numbers["farm"]
    with own.database.transaction() as conn:
        key = keys.add_key(conn, own.clock, farm, address(5))
        reference = f"party:{farm}:key:{key.version}:add"
        conn.execute(operations.update().where(operations.c.reference == reference).values(state="final"))
    prepared = own.prepare("farm", made(amount("c", 1)))
    assert prepared.parts[0].sequence == 3
    own.hand_in(prepared, [signed(prepared.parts[0], 5)], "farm")
    assert sequences(own, "farm") == [1, 2, 3]


def test_a_key_on_its_way_does_not_sign_yet(own):
    with own.database.transaction() as conn:
        keys.insert_own_key(conn, own.clock, own.numbers["own"], address(5))
    prepared = own.prepare("own", made(amount("a", 12)))
    with pytest.raises(SignatureRefused) as refused:
        own.hand_in(prepared, [signed(prepared.parts[0], 5)])
    assert refused.value.code == "signature.key-waits"


def test_a_revoked_key_signs_no_more(own):
    number = own.numbers["own"]
    with own.database.transaction() as conn:
        keys.insert_own_key(conn, own.clock, number, address(5))
        keys.revoke_key(conn, own.clock, number, address(9))
    prepared_by = own.prepare
    with pytest.raises(PreparedRefused):
        prepared_by("own", made(amount("a", 12)))
    with own.database.transaction() as conn:
        done = operations.c.reference == f"party:{number}:key:2:add"
        conn.execute(operations.update().where(done).values(state="final"))
    prepared = own.prepare("own", made(amount("a", 12)))
    with pytest.raises(SignatureRefused) as refused:
        own.hand_in(prepared, [signed(prepared.parts[0], 9)])
    assert refused.value.code == "signature.key-revoked"
    assert own.hand_in(prepared, [signed(prepared.parts[0], 5)])["id"]


def test_what_is_signed_waits_for_nothing(own):
    own.tell(made(amount("a", 12)))
    with own.database.reading() as conn:
        assert waiting_signatures(conn, own.identity, own.numbers["own"]) == []
        assert waiting_signatures(conn, own.identity, own.numbers["farm"]) == []


def test_the_shown_events_are_those_of_the_document(own):
    event = made(amount("a", 12))
    shown = parse_json(own.prepare("own", event).as_json()["events"][0]["public"].encode())
    assert orjson.loads(orjson.dumps(shown["quantityList"])) == event["quantityList"]


def test_a_document_submitted_under_custody_is_answered_as_before(own):
    """The same bytes by the same caller: answered, not prepared into a second submission."""
    body = as_bytes(document(made(amount("a", 12))))
    with own.database.transaction() as conn:
        first = submit_document(conn, own.clock, Request(own.caller("farm"), body), own.limits, own.signer)
    with own.database.transaction() as conn:
        again = submit_document(conn, own.clock, Request(own.caller("farm"), body), own.limits, own.signer)
    assert (again.answer, again.is_new) == (first.answer, False)
