from __future__ import annotations

import json

import pytest

from journal_world import (
    LEDGER,
    amount,
    as_bytes,
    document,
    event,
    identifier,
    lot,
    made,
    packed,
    party,
    seen,
    shipped,
    transformed,
)
from suyuan.anchoring.queries import entries_of_lot, operation_of
from suyuan.anchoring.tables import leaves
from suyuan.journal import queries
from suyuan.journal.errors import DocumentRefused, EventConflict, KeyReused, NotForThisParty
from suyuan.journal.receipts import ReceiptSigner
from suyuan.kernel.disclosure import reveal
from suyuan.kernel.hashing import from_hex, leaf_hash, sha256
from suyuan.kernel.typed_data import Receipt, entries_hash, receipt_digest, recover


def test_a_receipt_is_signed_over_what_was_queued(world):
    body = as_bytes(document(made(amount("rice", 100))))
    answer = world.send_bytes("farm", body)
    receipt = answer["receipt"]
    with world.database.reading() as conn:
        (entry,) = entries_of_lot(conn, identifier(lot("rice")))
    promise = Receipt(
        receipt["submission"],
        receipt["party"],
        sha256(body),
        entries_hash([entry.entry]),
        receipt["receivedAt"],
        receipt["position"],
    )
    assert from_hex(receipt["documentHash"]) == sha256(body)
    assert from_hex(receipt["entriesHash"]) == promise.entries_hash
    signature = bytes.fromhex(receipt["signature"][2:])
    assert recover(receipt_digest(31337, LEDGER, promise), signature) == receipt["signer"]
    assert entry.reference == answer["id"] == receipt["submission"]


def test_an_acknowledged_submission_has_its_place_in_the_queue(world):
    answer = world.send("farm", made(amount("rice", 100)))
    with world.database.reading() as conn:
        operation = operation_of(conn, answer["id"])
    assert (operation.party, operation.state) == (world.numbers["farm"], "received")


def test_the_hash_on_the_chain_is_that_of_the_stored_public_text(world):
    world.send("farm", made(amount("rice", 100)))
    with world.database.reading() as conn:
        (entry,) = entries_of_lot(conn, identifier(lot("rice")))
        (told,) = queries.events_of_lot(conn, identifier(lot("rice")))
    assert leaf_hash(told.public.encode()) == entry.event_hash == told.event_hash
    public = json.loads(told.public)
    assert public["eventID"] == told.event_id
    assert public["eventID"].startswith("ni:///sha-256;")
    assert public["@context"][1] == {"example": "https://ns.example.com/"}


def test_extensions_are_kept_as_they_were_told(world):
    told = made(amount("rice", 100), **{"example:moisture": {"example:value": 13.5, "list": [1, None, "ü"]}})
    world.send("farm", told)
    with world.database.reading() as conn:
        (kept,) = queries.events_of_lot(conn, identifier(lot("rice")))
    assert json.loads(kept.public)["example:moisture"] == told["example:moisture"]


def test_the_same_call_gets_the_same_answer_and_stores_nothing_new(world):
    body = as_bytes(document(made(amount("rice", 100))))
    first = world.send_bytes("farm", body)
    before = world.stored()
    assert world.send_bytes("farm", body) == first
    assert world.stored() == before


def test_an_event_that_was_told_before_is_recorded_once(world):
    first = world.send("farm", made(amount("rice", 100), eventID="urn:uuid:1"))
    again = world.send(
        "farm", made(amount("rice", 100), eventID="urn:uuid:1"), seen("storing", amount("rice"))
    )
    assert world.kinds("rice") == [("farm", "PRODUCED"), ("farm", "OBSERVED")]
    assert again["submissions"][0]["repeated"] == 1
    assert [each["code"] for each in again["submissions"][0]["warnings"]] == ["event.repeated"]
    assert again["id"] != first["id"]


def test_a_document_of_events_told_before_answers_with_their_submission(world):
    told = made(amount("rice", 100))
    first = world.send("farm", told)
    again = world.send_bytes("farm", as_bytes(document(told, creationDate="2026-11-21T08:00:00Z")))
    assert (again["id"], again["receipt"]) == (first["id"], first["receipt"])
    assert world.kinds("rice") == [("farm", "PRODUCED")]


def test_the_same_event_id_with_another_content_is_a_conflict_with_its_place(world):
    world.send("farm", made(amount("rice", 100), eventID="urn:uuid:1"))
    before = world.stored()
    with pytest.raises(EventConflict) as caught:
        world.send("farm", made(amount("rice", 90), eventID="urn:uuid:1"))
    assert [fault.pointer for fault in caught.value.faults] == ["/epcisBody/eventList/0/eventID"]
    assert world.stored() == before


def test_two_parties_may_use_the_same_event_id(world):
    world.send("farm", made(amount("rice", 100), eventID="urn:uuid:1"))
    world.send("mill", made(amount("flour", 100), eventID="urn:uuid:1"))
    assert world.kinds("flour") == [("mill", "PROCESSED")]


def test_one_document_with_an_event_twice_records_it_once(world):
    told = made(amount("rice", 100))
    world.send("farm", told, told)
    assert world.kinds("rice") == [("farm", "PRODUCED")]


def test_an_idempotency_key_belongs_to_one_request(world):
    world.send("farm", made(amount("rice", 100)), idempotency_key="k")
    with pytest.raises(KeyReused):
        world.send("farm", made(amount("corn", 100)), idempotency_key="k")
    world.send("mill", made(amount("flour", 100)), idempotency_key="k")


def test_a_dry_run_finds_the_same_faults_and_stores_nothing(world):
    before = world.stored()
    answer = world.send("farm", made(amount("rice", 100)), dry_run=True)
    assert answer["id"] is None
    assert (answer["submissions"][0]["events"], answer["submissions"][0]["entries"]) == (1, 1)
    with pytest.raises(DocumentRefused):
        world.send("farm", made(amount("rice", -1)), dry_run=True)
    assert world.stored() == before


def test_a_document_of_several_parties_becomes_a_submission_each(world):
    def told(by, *args, **members):
        return args[0](*args[1:], **{"cbvmda:informationProvider": party(by)}, **members)

    answer = world.send(
        "",
        told("mill", seen, "receiving", amount("rice", 100), hour=12),
        told("farm", made, amount("rice", 100), hour=9),
        told("farm", shipped, "mill", amount("rice", 100), hour=10),
        told("store", seen, "storing", amount("rice"), hour=7, day=2),
    )
    parties = [each["party"] for each in answer["submissions"]]
    assert parties == [world.numbers[name] for name in ("farm", "mill", "store")]
    assert world.kinds("rice") == [
        ("farm", "PRODUCED"),
        ("farm", "OFFERED"),
        ("mill", "ACCEPTED"),
        ("store", "OBSERVED"),
    ]


def test_who_had_a_lot_first_is_recorded_first_though_another_spoke_earlier(world):
    def told(by, made_event):
        return {**made_event, "cbvmda:informationProvider": party(by)}

    answer = world.send(
        "",
        told("mill", made(amount("flour", 5), day=1)),
        told("mill", seen("receiving", amount("rice", 100), day=3)),
        told("farm", made(amount("rice", 100), day=2)),
    )
    assert [each["party"] for each in answer["submissions"]] == [world.numbers["farm"], world.numbers["mill"]]
    assert world.kinds("rice") == [("farm", "PRODUCED"), ("mill", "RECEIVED")]


@pytest.mark.parametrize(
    ("context", "member"),
    [
        ({"m": "urn:epcglobal:cbv:mda"}, "m:informationProvider"),
        ({"m": "urn:epcglobal:cbv:mda:"}, "m:informationProvider"),
        ({}, "urn:epcglobal:cbv:mda:informationProvider"),
        ({}, "cbvmda:informationProvider"),
    ],
)
def test_the_information_provider_is_found_under_any_prefix(world, context, member):
    told = document(made(amount("rice", 1), **{member: party("farm")}), **{"@context": [context]})
    world.send_bytes("", as_bytes(told))
    assert world.kinds("rice") == [("farm", "PRODUCED")]


def test_a_prefix_that_means_something_else_names_no_provider(world):
    context = {"cbvmda": "https://elsewhere.example/"}
    told = document(
        made(amount("rice", 1), **{"cbvmda:informationProvider": party("mill")}), **{"@context": context}
    )
    world.send_bytes("farm", as_bytes(told))
    assert world.kinds("rice") == [("farm", "PRODUCED")]


def test_a_supplier_speaks_for_himself_only(world):
    before = world.stored()
    told = made(amount("rice", 1), **{"cbvmda:informationProvider": party("mill")})
    with pytest.raises(DocumentRefused) as caught:
        world.send("farm", told)
    assert [fault.code for fault in caught.value.faults] == ["party.not_yours"]
    with pytest.raises(NotForThisParty):
        world.send("farm", made(amount("rice", 1)), as_party=party("mill"))
    assert world.stored() == before


def test_the_registrar_speaks_for_a_party_that_he_names(world):
    world.send("", made(amount("rice", 1)), as_party=party("farm"))
    world.send("", made(amount("corn", 1)), as_party=str(world.numbers["farm"]))
    assert world.kinds("corn") == [("farm", "PRODUCED")]


def test_events_are_recorded_by_time_and_then_by_their_place(world):
    world.send(
        "farm",
        seen("storing", amount("rice"), day=2),
        made(amount("rice", 1)),
        seen("loading", amount("rice"), day=2),
    )
    with world.database.reading() as conn:
        steps = [each.biz_step for each in queries.events_of_lot(conn, identifier(lot("rice")))]
        entries = entries_of_lot(conn, identifier(lot("rice")))
        told = {
            each.event_hash: each.biz_step for each in queries.events_of_lot(conn, identifier(lot("rice")))
        }
    assert steps == ["commissioning", "storing", "loading"]
    assert [told[entry.event_hash] for entry in entries] == steps


def test_confidential_members_are_hidden_shown_and_erased_without_touching_the_hash(world):
    told = made(
        amount("rice", 100),
        **{"suyuan:confidential": ["/example:price"], "example:price": "12.80", "example:seen": "yes"},
    )
    world.send("farm", told)
    with world.database.reading() as conn:
        (kept,) = queries.events_of_lot(conn, identifier(lot("rice")))
        whole = queries.disclosures_of(conn, kept.event_hash)
    public = json.loads(kept.public)
    assert "12.80" not in kept.public
    assert "suyuan:confidential" not in public
    assert public["example:seen"] == "yes"
    assert json.loads(kept.original)["example:price"] == "12.80"
    assert reveal(public, [each.encoded for each in whole])["example:price"] == "12.80"
    assert leaf_hash(kept.public.encode()) == kept.event_hash


def test_a_confidential_value_is_not_in_the_made_event_id(world):
    def told(price, **more):
        return made(
            amount("rice", 100), **{"suyuan:confidential": ["/example:price"], "example:price": price}, **more
        )

    world.send("farm", told("1"))
    with pytest.raises(EventConflict):
        world.send("farm", told("2"))
    world.send("farm", told("1"), seen("storing", amount("rice")))
    assert len(world.kinds("rice")) == 2


def test_what_cannot_be_hidden_is_refused_with_its_place(world):
    with pytest.raises(DocumentRefused) as caught:
        world.send("farm", made(amount("rice", 1), **{"suyuan:confidential": ["/eventTime", "/nothing"]}))
    assert [fault.pointer for fault in caught.value.faults] == [
        "/epcisBody/eventList/0/eventTime",
        "/epcisBody/eventList/0/nothing",
    ]


def test_a_declared_error_stands_beside_what_it_corrects(world):
    told = made(amount("rice", 100), eventID="urn:uuid:1")
    world.send("farm", told)
    wrong = {"declarationTime": "2026-11-21T08:00:00Z", "reason": "incorrect_data"}
    world.send("farm", told | {"errorDeclaration": wrong})
    world.send("farm", told | {"errorDeclaration": wrong}, seen("storing", amount("rice")))
    assert world.kinds("rice") == [("farm", "PRODUCED"), ("farm", "CORRECTED"), ("farm", "OBSERVED")]
    with pytest.raises(EventConflict):
        world.send("farm", told | {"errorDeclaration": wrong | {"reason": "did_not_occur"}})


def test_an_event_about_nothing_happens_at_its_place(world):
    sensor = {
        "sensorElementList": [{"sensorReport": [{"type": "Temperature", "value": 3.5, "uom": "CEL"}]}],
        "readPoint": {"id": "urn:example:place:cold-store"},
    }
    world.send("carrier", event(**sensor))
    assert world.kinds("urn:example:place:cold-store") == [
        ("carrier", "INTRODUCED"),
        ("carrier", "COLD_CHAIN"),
    ]


def test_an_event_that_names_nothing_at_all_is_anchored_by_its_hash(world):
    bare = event(
        type="TransactionEvent",
        action="DELETE",
        bizTransactionList=[{"type": "po", "bizTransaction": "urn:example:order:1"}],
    )
    answer = world.send("farm", bare)
    with world.database.reading() as conn:
        (told,) = queries.events_of_submission(conn, answer["id"])
        anchored = conn.execute(leaves.select().where(leaves.c.kind == "event")).one()
    assert anchored.hash == told.event_hash
    assert [each["code"] for each in answer["submissions"][0]["warnings"]] == ["event.names_nothing"]


def test_a_query_document_and_a_bare_event_are_taken_in_too(world):
    results = {"queryName": "q", "resultsBody": {"eventList": [made(amount("rice", 1))]}}
    world.send_bytes(
        "farm", as_bytes(document(type="EPCISQueryDocument", epcisBody={"queryResults": results}))
    )
    world.send_bytes("farm", as_bytes(made(amount("corn", 1), **{"@context": "https://ref.gs1.org/x"})))
    assert world.kinds("rice") == world.kinds("corn") == [("farm", "PRODUCED")]


def test_a_step_that_nobody_knows_is_recorded_as_the_nearest_and_kept(world):
    answer = world.send("farm", made(amount("rice", 1), bizStep="https://example.com/steps/blessing"))
    assert world.kinds("rice") == [("farm", "PRODUCED")]
    assert [each["code"] for each in answer["submissions"][0]["warnings"]] == ["event.step_unknown"]
    with world.database.reading() as conn:
        (told,) = queries.events_of_lot(conn, identifier(lot("rice")))
    assert told.biz_step == "https://example.com/steps/blessing"


def test_what_was_refused_leaves_nothing_behind_even_when_the_last_event_is_wrong(world):
    before = world.stored()
    world.send("farm", made(amount("rice", 1)))
    after = world.stored()
    with pytest.raises(DocumentRefused):
        world.send(
            "mill", made(amount("flour", 1)), transformed([amount("flour", 1)], [amount("rice", 1)], day=2)
        )
    assert world.stored() == after != before


def test_an_event_on_a_pallet_reaches_what_lies_in_it_at_that_time(world):
    pallet = "urn:epc:id:sscc:0614141.1234567890"
    world.send("farm", made(amount("rice", 1)), made(amount("corn", 1)))
    world.send("farm", packed(pallet, amount("rice", 1), day=2), packed(pallet, amount("corn", 1), day=4))
    world.send("farm", event(bizStep="loading", epcList=[pallet], day=3))
    world.send("farm", event(bizStep="loading", epcList=[pallet], day=5))
    assert [kind for _, kind in world.kinds("rice")] == ["PRODUCED", "PACKED", "OBSERVED", "OBSERVED"]
    assert [kind for _, kind in world.kinds("corn")] == ["PRODUCED", "PACKED", "OBSERVED"]


def test_unpacking_without_saying_what_takes_everything_out(world):
    pallet = "urn:epc:id:sscc:0614141.1234567890"
    world.send("farm", made(amount("rice", 1)), packed(pallet, amount("rice", 1), day=2))
    world.send("farm", packed(pallet, day=3, action="DELETE", bizStep="unpacking"))
    world.send("farm", event(bizStep="loading", epcList=[pallet], day=4))
    assert [kind for _, kind in world.kinds("rice")] == ["PRODUCED", "PACKED", "OBSERVED"]
    with world.database.reading() as conn:
        on_pallet = entries_of_lot(conn, identifier(pallet))
    assert [entry.kind.name for entry in on_pallet] == ["INTRODUCED", "OBSERVED"]


def test_a_pallet_is_handed_over_with_everything_on_it(world):
    pallet, trailer = "urn:epc:id:sscc:0614141.1234567890", "urn:example:trailer:7"
    world.send("farm", made(amount("rice", 1)), packed(pallet, amount("rice", 1), day=2))
    world.send("farm", packed(trailer, childEPCs=[pallet], day=3, bizStep="loading"))
    to = {"destinationList": [{"type": "owning_party", "destination": party("store")}]}
    world.send("farm", event(bizStep="shipping", epcList=[trailer], day=4, **to))
    world.send("store", event(bizStep="receiving", epcList=[trailer], day=5))
    assert [kind for _, kind in world.kinds("rice")][-2:] == ["OFFERED", "ACCEPTED"]
    assert world.lot("rice").state.custodian == world.numbers["store"]


def test_the_receipt_key_must_be_a_key():
    with pytest.raises(ValueError, match=r"secret|key|scalar|zero|range"):
        ReceiptSigner(bytes(32), 1, LEDGER)


def test_a_text_with_a_nul_is_refused_with_its_place_on_either_database(world):
    nasty = made(amount("rice", 1), **{"example:note": {"a": ["fine", "half\0way"], "b\0": 1}})
    before = world.stored()
    with pytest.raises(DocumentRefused) as refusal:
        world.send("farm", made(amount("oats", 1)), nasty)
    listed = [(fault.pointer, fault.code) for fault in refusal.value.faults]
    note = "/epcisBody/eventList/1/example:note"
    assert listed == [(note, "text.nul"), (f"{note}/a/1", "text.nul")]
    assert world.stored() == before


def test_a_backslash_before_u0000_is_no_nul(world):
    world.send("farm", made(amount("rice", 1), **{"example:note": "C:\\u0000"}))
    assert world.kinds("rice") == [("farm", "PRODUCED")]
