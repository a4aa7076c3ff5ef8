"""A party's own data and nobody else's, whole or narrowed down; told again, nothing is new."""

from __future__ import annotations

import csv
import io
import json

import pytest

from journal_world import World, as_bytes, document, lot, made, packed, seen, shipped, transformed
from suyuan.exports import model, sheets
from suyuan.exports.errors import ExportUnknown, FilterRefused
from suyuan.exports.filters import wanted_of
from suyuan.exports.streams import csv_of, epcis_of
from suyuan.journal.erasing import erase_disclosures
from suyuan.journal.queries import EventFilter, find_events
from suyuan.journal.validation import schema_faults

GTIN = "https://id.gs1.org/01/06901234567892"


@pytest.fixture
def world(database):
    return World(database).populate()


def rows_of(world, name, who="farm", **given):
    wanted = wanted_of(world.numbers[who], given)
    text = "".join(csv_of(world.database, name, wanted))
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def epcis(world, who="farm", **given):
    wanted = wanted_of(world.numbers[who], given)
    return json.loads("".join(epcis_of(world.database, world.clock, wanted)))


def amount(uri, quantity=10.5):
    return {"epcClass": uri, "quantity": quantity, "uom": "KGM"}


def tell_much(world):
    world.send(
        "farm",
        made(amount(f"{GTIN}/10/A"), day=1),
        made(amount(f"{GTIN}/10/B"), day=2, **{"example:note": "=1+1"}),
        made(
            amount(lot("other"), 3),
            day=3,
            **{"example:price": "9", "suyuan:confidential": ["/example:price"]},
        ),
        packed("urn:epc:id:sscc:6901234.0000000001", amount(f"{GTIN}/10/A", 1), day=4),
        shipped("mill", amount(f"{GTIN}/10/A"), day=5),
    )
    world.send("mill", seen("receiving", amount(f"{GTIN}/10/A"), day=6))
    world.send("mill", transformed([amount(f"{GTIN}/10/A")], [amount(lot("flour"), 9)], day=7))


def test_every_event_is_in_the_document_as_it_was_told(world):
    tell_much(world)
    found = epcis(world)
    assert schema_faults(found) == []
    events = found["epcisBody"]["eventList"]
    assert len(events) == 5
    assert events[2]["example:price"] == "9"
    assert len(epcis(world, "mill")["epcisBody"]["eventList"]) == 2


@pytest.mark.parametrize("who", ["farm", "mill"])
def test_telling_the_document_again_records_nothing_new(world, who):
    tell_much(world)
    before = world.stored()
    answer = world.send_bytes(who, as_bytes(epcis(world, who)))
    (share,) = answer["submissions"]
    assert share["repeated"] == len(epcis(world, who)["epcisBody"]["eventList"])
    after = world.stored()
    for table in ("journal_events", "anchoring_entries", "anchoring_operations", "lots_lots", "lots_edges"):
        assert after[table] == before[table], table


def test_an_error_declaration_goes_round_too(world):
    told = made(amount(f"{GTIN}/10/A"), day=1, eventID="urn:uuid:0196a0b4-6f1e-7c52-9a40-3f6b5d5f1a01")
    world.send("farm", told)
    world.send("farm", told | {"errorDeclaration": {"declarationTime": "2026-11-02T08:00:00Z"}})
    found = epcis(world)
    assert len(found["epcisBody"]["eventList"]) == 2
    assert world.send_bytes("farm", as_bytes(found))["submissions"][0]["repeated"] == 2


def test_what_was_erased_is_left_out(world):
    tell_much(world)
    with world.database.reading() as conn:
        told = [event for _, event in find_events(conn, EventFilter(), None, 9)]
    hiding = next(each for each in told if each.original is not None)
    with world.database.transaction() as conn:
        assert erase_disclosures(conn, hiding.event_hash) == 1
    found = epcis(world)
    assert len(found["epcisBody"]["eventList"]) == 4
    assert world.send_bytes("farm", as_bytes(found))["submissions"][0]["repeated"] == 4


def test_an_empty_export_is_a_document_without_events(world):
    found = epcis(world, "store")
    assert found["epcisBody"]["eventList"] == []
    assert rows_of(world, "events", "store") == []


def test_a_table_has_a_row_for_each_thing_of_an_event(world):
    tell_much(world)
    rows = rows_of(world, "events")
    assert [(each["member"], each["quantity"]) for each in rows] == [
        ("quantityList", "10.5"),
        ("quantityList", "10.5"),
        ("quantityList", "3"),
        ("parentID", ""),
        ("childQuantityList", "1"),
        ("quantityList", "10.5"),
    ]
    assert rows[0]["eventTime"] == "2026-11-01T00:00:00.000Z"


def test_submissions_lots_and_documents_have_tables(world):
    tell_much(world)
    (submission,) = rows_of(world, "submissions")
    assert (submission["events"], submission["state"]) == ("5", "received")
    lots = {each["uri"]: each for each in rows_of(world, "lots")}
    assert lots[f"{GTIN}/10/B"]["madeByUs"] == "true"
    assert lots[f"{GTIN}/10/A"]["heldByUs"] == "false"
    assert rows_of(world, "documents") == []
    assert rows_of(world, "handovers") == []


def test_an_export_is_narrowed_down_by_day_lot_and_product(world):
    tell_much(world)
    assert len(epcis(world, **{"from": "2026-11-02", "to": "2026-11-03"})["epcisBody"]["eventList"]) == 2
    assert len(epcis(world, lot="06901234567892/B")["epcisBody"]["eventList"]) == 1
    assert len(epcis(world, product="06901234567892")["epcisBody"]["eventList"]) == 4
    assert len(rows_of(world, "lots", product="6901234567892")) == 2
    assert len(rows_of(world, "events", lot=f"{GTIN}/10/B")) == 1
    assert rows_of(world, "submissions", to="2026-11-01") == []


def test_pages_follow_one_another_without_a_gap(world, monkeypatch):
    for module in (model, sheets):
        monkeypatch.setattr(module, "PAGE", 2)
    monkeypatch.setattr("suyuan.exports.scope.PAGE", 2)
    tell_much(world)
    assert len(epcis(world)["epcisBody"]["eventList"]) == 5
    assert len(rows_of(world, "events")) == 6
    assert len({each["uri"] for each in rows_of(world, "lots")}) == len(rows_of(world, "lots")) == 3


def test_what_is_asked_for_wrongly_is_told_whole(world):
    with pytest.raises(FilterRefused) as refused:
        wanted_of(1, {"from": "yesterday", "to": "2026-02-30", "lot": "no lot", "product": "0x" + "00" * 32})
    assert [each.pointer for each in refused.value.faults] == ["/from", "/to", "/lot", "/product"]
    with pytest.raises(ExportUnknown):
        csv_of(world.database, "prices", wanted_of(1, {}))


def test_the_document_of_a_party_holds_no_word_of_another(world):
    tell_much(world)
    world.send("mill", seen("inspecting", amount(f"{GTIN}/10/A"), day=8, **{"example:note": "of the mill"}))
    assert "of the mill" not in json.dumps(epcis(world), ensure_ascii=False)
    assert "of the mill" in json.dumps(epcis(world, "mill"), ensure_ascii=False)
    assert document()["type"] == epcis(world)["type"]
