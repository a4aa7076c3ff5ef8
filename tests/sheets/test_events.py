"""What good rows become: events that the official schema and the journal take, the same again for the same
row.
"""

from __future__ import annotations

import json

import pytest

from journal_world import World
from sheets_world import BOX, CONTEXT, GOOD, NOW, PALLET, PEACH, SHOP, good, judge
from suyuan.inspections.members import read as read_record
from suyuan.inspections.members import record_kind
from suyuan.journal.submit import Request, submit_document
from suyuan.journal.validation import schema_faults
from suyuan.kernel.ledger import Role
from suyuan.parties.model import NewParty
from suyuan.parties.register import register_party
from suyuan.sheets.events import document, event_of, events_of
from suyuan.sheets.judged import RowState
from suyuan.sheets.model import RecordKind

KINDS = list(RecordKind)


def events(kind, *rows, **known):
    results = judge(kind, *(rows or GOOD[kind]), **known)
    assert {each.state for each in results} == {RowState.OK}, [each.faults for each in results]
    return [event for event, _ in events_of(kind, results, CONTEXT)]


@pytest.fixture
def world(database):
    made = World(database).populate()
    with database.transaction() as conn:
        roles = Role.PRODUCER | Role.PROCESSOR | Role.LABORATORY | Role.INSPECTOR | Role.WAREHOUSE
        for name, uri in (("orchard", CONTEXT.party), ("shop", CONTEXT.partners[0].uri)):
            new = NewParty({"zh": name}, (uri,), roles)
            made.numbers[name] = register_party(conn, made.clock, made.keyring, new).number
    return made


@pytest.mark.parametrize("kind", KINDS)
def test_good_rows_of_every_kind_obey_the_official_schema(kind):
    assert schema_faults(document(events(kind), CONTEXT)) == []


@pytest.mark.parametrize("kind", KINDS)
def test_good_rows_of_every_kind_are_what_the_journal_would_record(world, kind):
    body = json.dumps(document(events(kind), CONTEXT), ensure_ascii=False).encode()
    request = Request(world.caller("orchard"), body, dry_run=True)
    with world.database.transaction() as conn:
        answer = submit_document(conn, world.clock, request, world.limits, world.signer).answer
    [share] = answer["submissions"]
    assert share["party"] == world.numbers["orchard"]
    assert share["events"] == len(events(kind))
    assert share["entries"] >= share["events"]


def test_the_same_rows_sent_again_are_recorded_once(world):
    told = events(RecordKind.HARVEST)
    first = world.send_bytes("orchard", json.dumps(document(told, CONTEXT)).encode())
    later = json.dumps(document(told, CONTEXT) | {"creationDate": "2026-11-23T08:00:01.000Z"}).encode()
    again = world.send_bytes("orchard", later)
    assert first["id"] == again["id"]
    assert again["submissions"][0]["repeated"] == 1


def test_the_rows_become_the_entries_that_the_kinds_page_promises(world):
    def send(kind, *rows):
        world.send_bytes("orchard", json.dumps(document(events(kind, *rows), CONTEXT)).encode())

    lot, box = f"https://id.gs1.org/01/{PEACH}/10/TY1122A", f"https://id.gs1.org/01/{BOX}/10/LH1122"
    send(RecordKind.HARVEST)
    send(RecordKind.PROCESSING)
    send(RecordKind.PACKING, GOOD[RecordKind.PACKING][0])
    send(RecordKind.INSPECTION)
    send(RecordKind.TEST)
    send(RecordKind.DISPATCH, GOOD[RecordKind.DISPATCH][0])
    assert [kind for _, kind in world.kinds(box)] == ["PROCESSED"]
    assert [kind for _, kind in world.kinds(lot)] == [
        "PRODUCED",
        "CONSUMED",
        "PACKED",
        "INSPECTED",
        "TESTED",
        "OFFERED",
    ]


def test_the_same_row_has_the_same_id_and_another_content_another():
    [one] = events(RecordKind.HARVEST)
    assert events(RecordKind.HARVEST)[0]["eventID"] == one["eventID"]
    assert events(RecordKind.HARVEST, good(unit="公斤"))[0]["eventID"] == one["eventID"]
    assert events(RecordKind.HARVEST, good(quantity="1250.6"))[0]["eventID"] != one["eventID"]
    values = judge(RecordKind.HARVEST, good())[0].values
    other = CONTEXT.__class__("https://id.gs1.org/417/9520718001992", NOW, sites=CONTEXT.sites)
    assert event_of(RecordKind.HARVEST, [values], other)["eventID"] != one["eventID"]


def test_a_harvest_commissions_its_lot_with_its_day_and_origin():
    [event] = events(RecordKind.HARVEST)
    lot = {"epcClass": f"https://id.gs1.org/01/{PEACH}/10/TY1122A", "quantity": 1250.5, "uom": "KGM"}
    assert (event["type"], event["action"], event["bizStep"]) == ("ObjectEvent", "ADD", "commissioning")
    assert event["quantityList"] == [lot]
    assert event["eventTime"] == "2026-11-22T08:30:00.000+08:00"
    assert event["ilmd"]["cbvmda:harvestStartDate"] == "2026-11-22"
    assert event["ilmd"]["suyuan:origin"] == "江苏省无锡市"


def test_rows_of_one_process_are_one_transformation():
    [event] = events(RecordKind.PROCESSING)
    assert event["type"] == "TransformationEvent"
    assert [each["quantity"] for each in event["inputQuantityList"]] == [100]
    assert [each["uom"] for each in event["outputQuantityList"]] == ["BX"]
    assert event["suyuan:timePrecision"] == "day"


def test_packing_into_a_container_aggregates_and_into_new_packs_transforms():
    onto, into = events(RecordKind.PACKING)
    assert (onto["type"], onto["parentID"]) == ("AggregationEvent", f"https://id.gs1.org/00/{PALLET}")
    assert into["type"] == "TransformationEvent"


def test_a_dispatch_names_both_ends_and_the_temperature():
    loose, pallet = events(RecordKind.DISPATCH)
    ends = [each["destination"] for each in loose["destinationList"]]
    assert ends == [f"https://id.gs1.org/417/{SHOP}", "https://id.gs1.org/414/9520718001911"]
    assert loose["sourceList"] == [{"type": "possessing_party", "source": CONTEXT.party}]
    assert loose["sensorElementList"][0]["sensorReport"][0] == {
        "type": "Temperature",
        "value": 2.5,
        "uom": "CEL",
    }
    assert pallet["epcList"] == [f"https://id.gs1.org/00/{PALLET}"]


@pytest.mark.parametrize("kind", [RecordKind.INSPECTION, RecordKind.TEST])
def test_inspections_and_tests_are_records_that_their_own_room_reads(kind):
    [event] = events(kind)
    told = record_kind(event)
    record, faults = read_record(event[told.member], told)
    assert faults == []
    assert len(record.items) == len(GOOD[kind])
    assert event["disposition"] == "conformant"


def test_one_failed_item_fails_the_report():
    rows = [dict(each) for each in GOOD[RecordKind.TEST]]
    rows[1]["verdict"] = "不合格"
    [event] = events(RecordKind.TEST, *rows)
    assert (event["disposition"], event["suyuan:testReport"]["verdict"]) == ("non_conformant", "fail")


def test_a_process_with_a_wrong_row_goes_nowhere_in_part():
    rows = [dict(each) for each in GOOD[RecordKind.PROCESSING]]
    rows[1]["quantity"] = "-1"
    results = judge(RecordKind.PROCESSING, *rows)
    assert [each.state for each in results] == [RowState.ERROR, RowState.ERROR]
    assert [fault.rule for fault in results[0].faults] == ["row.sibling"]
    assert list(events_of(RecordKind.PROCESSING, results, CONTEXT)) == []


def test_a_time_with_another_zone_keeps_it():
    [event] = events(RecordKind.HARVEST, good(time="08:30+09:00"))
    assert (event["eventTime"][-6:], event["eventTimeZoneOffset"]) == ("+09:00", "+09:00")


def test_rows_that_are_not_ok_become_no_event():
    results = judge(RecordKind.HARVEST, good(), good(), good(quantity="0", lot="B"))
    told = list(events_of(RecordKind.HARVEST, results, CONTEXT))
    assert [[row.row for row in rows] for _, rows in told] == [[2]]
