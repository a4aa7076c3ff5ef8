"""The main job: a real EPCIS document of a whole supply chain becomes entries that anyone can check."""

from __future__ import annotations

import json

import pysqlite3
import pytest

from stories.running import RunningSystem, free_port, shared_file

pytestmark = [pytest.mark.slow, pytest.mark.node]

CANNED = "urn:gdst:example.org:product:lot:class:processor.2u.v1-0122-2022"
INGREDIENTS = (
    "fishfarm.1u.farmed-tuna-01192022",
    "fisherman01.tunau.v1-0122-2022",
    "hatchery.1u.tf12012021",
    "feedmill.1u.ff11252021",
)


@pytest.fixture(scope="module")
def system(tmp_path_factory):
    found = RunningSystem(tmp_path_factory.mktemp("real"), free_port())
    found.up("--empty")
    yield found
    found.down()
    assert found.processes() == []


@pytest.fixture(scope="module")
def submitted(system):
    document = shared_file("chains", "gdst_data_withmasterdata.jsonld")
    return system.json("submit", document, "--onboard", "--wait", "--json")


def test_all_events_of_a_real_chain_are_acknowledged_with_receipts_and_become_final(submitted):
    assert submitted["receipt"]["signature"].startswith("0x")
    assert sum(each["events"] for each in submitted["submissions"]) == 17
    assert {each["state"] for each in submitted["submissions"]} == {"final"}
    assert all(each["transaction"] and each["block"] for each in submitted["submissions"])


def test_the_same_document_again_is_recognised(system, submitted):
    again = system.json("submit", shared_file("chains", "gdst_data_withmasterdata.jsonld"), "--json")
    assert [each["id"] for each in again["submissions"]] == [each["id"] for each in submitted["submissions"]]


def test_the_trace_of_the_can_goes_back_to_farm_vessel_hatchery_and_feed_mill(system, submitted):
    shown = system.suyuan("trace", CANNED, "--back", "--format", "csv")
    for ingredient in INGREDIENTS:
        assert ingredient in shown


def test_the_trace_of_the_feed_goes_forward_to_the_can(system, submitted):
    feed = "urn:gdst:example.org:product:lot:class:feedmill.1u.ff11252021"
    assert CANNED in json.dumps(system.json("trace", feed, "--forward", "--format", "json"))


def test_the_bundle_of_the_can_checks_out_against_the_chain_alone(system, submitted):
    report = system.json("verify", CANNED, "--json")
    assert report["exitCode"] == 0
    assert report["counts"]["PASS"] > 10


def test_one_changed_byte_in_the_bundle_does_not_check_out(system, submitted, tmp_path):
    whole = system.get(f"/api/v1/lots/{CANNED.replace(':', '%3A')}/proof", accept="application/json").content
    file = tmp_path / "bundle.json"
    file.write_bytes(whole.replace(b"5000", b"5001", 1))
    assert file.read_bytes() != whole
    system.suyuan("verify", file, code=1)


def test_the_second_real_chain_is_recorded_too(system):
    document = shared_file("chains", "epcisdocument-example01.jsonld")
    done = system.json("submit", document, "--onboard", "--wait", "--json")
    assert sum(each["events"] for each in done["submissions"]) == 11
    assert {each["state"] for each in done["submissions"]} == {"final"}


def test_an_audit_finds_nothing_until_a_row_is_changed_by_hand_and_then_names_it(system, submitted):
    system.suyuan("audit")
    connection = pysqlite3.connect(system.data / "suyuan.db")
    row = connection.execute("SELECT operation_id, position FROM anchoring_entries LIMIT 1").fetchone()
    change = "UPDATE anchoring_entries SET event_hash = ? WHERE operation_id = ? AND position = ?"
    triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in triggers:
        connection.execute(f'DROP TRIGGER "{name}"')
    connection.execute(change, (bytes(32), *row))
    connection.commit()
    connection.close()
    found = system.json("audit", "--json", code=1)
    assert found["differences"]
    assert any(str(row[0]) in json.dumps(each) for each in found["differences"])
