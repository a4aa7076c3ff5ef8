"""Real EPCIS documents that nobody on this project wrote: GS1's own examples, and two seafood chains."""

from __future__ import annotations

import json
from pathlib import Path

import orjson
import pytest

from journal_world import NOW, REGISTRAR, World, identifier
from suyuan.anchoring.queries import entries_of_lot
from suyuan.anchoring.tables import entries
from suyuan.journal.errors import DocumentRefused
from suyuan.journal.onboarding import onboard_document
from suyuan.journal.submit import Request, submit_document
from suyuan.journal.validation import SCHEMA_FILE, schema, schema_faults
from suyuan.kernel.canonical import MalformedJson
from suyuan.kernel.clock import to_millis
from suyuan.kernel.ledger import TRADE, Kind, Role
from suyuan.lots.queries import contradictions_of, stays_of
from suyuan.lots.trace import TraceDirection, trace

DATA = Path(__file__).parents[3] / "shared" / "data"
GS1 = DATA / "epcis" / "gs1-official"
CHAINS = DATA / "chains"

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="the folder ../shared/data with real documents is absent"
)

EXAMPLES = sorted(GS1.glob("JSON/**/*.jsonld"))
LOTS = "urn:gdst:example.org:product:lot:class:"


@pytest.fixture
def world(database):
    found = World(database)
    with database.transaction() as conn:
        found.register(conn, "everybody", TRADE | Role.INSPECTOR | Role.LABORATORY)
    return found


def onboarded(world: World, name: str):
    body = (CHAINS / name).read_bytes()
    with world.database.transaction() as conn:
        found = onboard_document(conn, world.clock, world.keyring, body, world.limits)
        answer = submit_document(
            conn, world.clock, Request(REGISTRAR, body), world.limits, world.signer
        ).answer
    world.numbers |= {each.uri.rpartition(":")[2]: each.number for each in found.parties}
    return found, answer


def test_the_shipped_schema_is_the_one_that_gs1_publishes():
    published = json.loads((GS1 / "EPCIS-JSON-Schema.json").read_bytes())
    ours = orjson.loads(orjson.dumps(schema()))
    assert _comparable(ours) == _comparable(published), SCHEMA_FILE


def _comparable(value):
    """The two spell one reference differently, and the order of an enumeration means nothing."""
    if isinstance(value, dict):
        found = {name: _comparable(each) for name, each in value.items()}
        if isinstance(found.get("enum"), list):
            found["enum"] = sorted(found["enum"])
        return found
    if isinstance(value, list):
        return [_comparable(each) for each in value]
    return value.replace("%40", "@") if isinstance(value, str) else value


#: Names eventID twice in one object, with two values: nobody can say which one is meant.
TWICE_NAMED = "AssociationEvent-h"


def test_the_official_example_with_a_member_twice_is_refused_with_the_field_named(world):
    (path,) = (path for path in EXAMPLES if path.stem == TWICE_NAMED)
    with pytest.raises(MalformedJson) as caught:
        world.send_bytes("", path.read_bytes(), as_party=str(world.numbers["everybody"]))
    assert "eventID" in str(caught.value)
    assert "/epcisBody/eventList/0" in str(caught.value)


@pytest.mark.parametrize(
    "path", [path for path in EXAMPLES if path.stem != TWICE_NAMED], ids=lambda path: path.stem
)
def test_every_official_example_is_captured(world, path):
    body = path.read_bytes()
    answer = world.send_bytes("", body, as_party=str(world.numbers["everybody"]))
    told = json.loads(body)["epcisBody"]
    told = told.get("eventList") or told["queryResults"]["resultsBody"]["eventList"]
    assert answer["submissions"][0]["events"] == len(told)
    assert answer["submissions"][0]["entries"] >= len(told)


def test_every_official_example_without_its_offset_is_refused_with_the_field_named():
    for path in EXAMPLES:
        value = json.loads(path.read_bytes())
        body = value["epcisBody"]
        stem = "/epcisBody/eventList"
        if "eventList" not in body:
            body, stem = body["queryResults"]["resultsBody"], "/epcisBody/queryResults/resultsBody/eventList"
        for each in body["eventList"]:
            del each["eventTimeZoneOffset"]
        pointers = [fault.pointer for fault in schema_faults(value)]
        assert pointers == [f"{stem}/{at}/eventTimeZoneOffset" for at in range(len(body["eventList"]))], path


def test_all_17_events_of_the_tuna_chain_become_entries(world):
    found, answer = onboarded(world, "gdst_data_withmasterdata.jsonld")
    assert {each.uri.rpartition(":")[2] for each in found.parties} >= {
        "fishfarm.1u",
        "fisherman01.1u",
        "processor.1u",
    }
    assert (found.sites, found.products, found.skipped) == (8, 6, [])
    assert [each["events"] for each in answer["submissions"]] == [4, 3, 7, 3]
    with world.database.reading() as conn:
        rows = conn.execute(entries.select()).all()
    assert len({row.event_hash for row in rows}) == 17


def test_the_can_of_tuna_leads_back_to_hatchery_feed_mill_farm_and_vessel(world):
    onboarded(world, "gdst_data_withmasterdata.jsonld")
    with world.database.reading() as conn:
        can = identifier(f"{LOTS}processor.2u.v1-0122-2022")
        back = trace(conn, can, TraceDirection.BACK)
        feed = trace(conn, identifier(f"{LOTS}feedmill.1u.ff11252021"), TraceDirection.FORWARD)
    assert {lot.uri.removeprefix(LOTS) for lot in back.lots} == {
        "processor.2u.v1-0122-2022",
        "processor.10u.commingle-01232022",
        "fishfarm.1u.farmed-tuna-01192022",
        "fisherman01.tunau.v1-0122-2022",
        "hatchery.1u.tf12012021",
        "feedmill.1u.ff11252021",
    }
    assert [lot.uri.removeprefix(LOTS) for lot in feed.lots] == [
        "feedmill.1u.ff11252021",
        "fishfarm.1u.farmed-tuna-01192022",
        "processor.10u.commingle-01232022",
        "processor.2u.v1-0122-2022",
    ]


def test_the_tuna_is_handed_over_on_its_pallet_and_what_does_not_add_up_is_shown(world):
    onboarded(world, "gdst_data_withmasterdata.jsonld")
    can = f"{LOTS}processor.2u.v1-0122-2022"
    assert world.kinds(can) == [
        ("processor.1u", "PROCESSED"),
        ("processor.1u", "PACKED"),
        ("processor.1u", "OFFERED"),
        ("processor.1u", "PACKED"),
        ("importer.1u", "ACCEPTED"),
        ("importer.1u", "OBSERVED"),
        ("importer.1u", "OBSERVED"),
    ]
    assert world.kinds(f"{LOTS}fisherman01.tunau.v1-0122-2022")[0] == ("fisherman01.1u", "PRODUCED")
    with world.database.reading() as conn:
        times = [(stay.since, stay.until) for stay in stays_of(conn, identifier(can))]
        heavier = contradictions_of(conn, identifier(f"{LOTS}fishfarm.1u.farmed-tuna-01192022"))
        overdrawn = contradictions_of(conn, identifier(f"{LOTS}fisherman01.tunau.v1-0122-2022"))
    assert [(since.month, until.month) for since, until in times] == [(1, 2), (3, 3)]
    assert [(each.code, each.facts) for each in heavier] == [
        ("transformation.heavier", {"uom": "KGM", "outputs": "12000", "inputs": "11000"})
    ]
    assert [(each.code, each.facts) for each in overdrawn] == [
        ("lot.overdrawn", {"uom": "KGM", "used": "10000", "known": "9876"})
    ]


def test_the_second_chain_has_a_lot_made_from_itself_that_stays_itself(world):
    _, answer = onboarded(world, "epcisdocument-example01.jsonld")
    assert sum(each["events"] for each in answer["submissions"]) == 11
    own = identifier(f"{LOTS}processor02..2023071812042636")
    with world.database.reading() as conn:
        found = trace(conn, own, TraceDirection.BACK)
        kinds = [entry.kind for entry in entries_of_lot(conn, own)]
        codes = [each.code for each in contradictions_of(conn, own)]
    assert ([lot.lot_id for lot in found.lots], found.edges) == ([own], ())
    assert kinds == [Kind.INTRODUCED, Kind.CONSUMED, Kind.PROCESSED, Kind.RECEIVED, Kind.OBSERVED]
    assert "lot.reused" in codes


def test_an_input_named_three_times_is_one_entry_and_one_edge(world):
    onboarded(world, "epcisdocument-example01.jsonld")
    fish = f"{LOTS}processor01..2023071812042636"
    assert world.kinds(fish) == [("processor01.0", "INTRODUCED"), ("processor01.0", "CONSUMED")]
    with world.database.reading() as conn:
        assert len(trace(conn, identifier(fish), TraceDirection.FORWARD).edges) == 1


@pytest.mark.parametrize("name", ["gdst_data_withmasterdata.jsonld", "epcisdocument-example01.jsonld"])
def test_onboarding_again_changes_nothing(world, name):
    first, answer = onboarded(world, name)
    before = world.stored()
    again, same = onboarded(world, name)
    assert world.stored() == before
    assert same == answer
    assert [each.number for each in again.parties] == [each.number for each in first.parties]
    assert not any(each.is_new for each in again.parties)
    assert (again.sites, again.products) == (0, 0)


def test_without_onboarding_every_unknown_party_is_named(world):
    with pytest.raises(DocumentRefused) as caught:
        world.send_bytes("", (CHAINS / "gdst_data_withmasterdata.jsonld").read_bytes())
    assert len(caught.value.faults) == 17
    assert {fault.code for fault in caught.value.faults} == {"party.unknown"}
    assert caught.value.faults[0].pointer == "/epcisBody/eventList/0/cbvmda:informationProvider"


def test_the_receipts_time_is_the_gateways_clock(world):
    _, answer = onboarded(world, "gdst_data_withmasterdata.jsonld")
    assert answer["receipt"]["receivedAt"] == to_millis(NOW)
