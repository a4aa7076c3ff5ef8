from __future__ import annotations

import json
from pathlib import Path

import pytest

from journal_world import CONTEXT, amount, made
from suyuan.journal.event_id import event_ids, name_based

DATA = Path(__file__).parents[3] / "shared" / "data" / "epcis-hash"


@pytest.mark.skipif(not DATA.is_dir(), reason="the folder ../shared/data with hash vectors is absent")
def test_ids_are_the_published_hashes_of_the_named_profile():
    checked = 0
    for vector in json.loads((DATA / "vectors.json").read_bytes()):
        path = DATA / vector["file"]
        if path.suffix not in (".jsonld", ".json") or not vector["reference_1.9.3_agrees"]:
            continue
        document = json.loads(path.read_bytes())
        body = document["epcisBody"]
        events = body.get("eventList") or [body["event"]]
        assert set(event_ids(events, document.get("@context"))) == set(vector["hashes"]), path.name
        checked += len(events)
    assert checked > 20


def test_contexts_are_never_fetched_and_leave_nothing_behind():
    """pytest allows loopback sockets only: a fetch of any of these would fail the test."""
    told = made(amount("rice", 1), **{"a:x": "1"})
    plain = event_ids([told], [CONTEXT, {"a": "https://a.example/"}])
    hostile = [
        {"@import": "https://evil.example/c.jsonld", "a": "https://b.example/"},
        "https://evil.example/d",
    ]
    assert event_ids([told], hostile) != plain
    assert event_ids([told], [CONTEXT, {"a": "https://a.example/"}]) == plain


def test_equal_events_have_equal_ids_wherever_they_stand():
    first, second = made(amount("rice", 1)), made(amount("corn", 1))
    together = event_ids([first, second, first], CONTEXT)
    assert together[0] == together[2] != together[1]
    assert event_ids([first], CONTEXT) == together[:1]
    own = {**first, "@context": {"a": "https://a.example/"}}
    assert event_ids([own, second], CONTEXT)[1] == together[1]


@pytest.mark.parametrize(
    "context", [5, None, [None], {"@vocab": 7}, {"x": {"@id": []}}, ["::"], {"@version": "no"}]
)
def test_an_event_that_cannot_be_digested_still_gets_one_id(context):
    told = made(amount("rice", 1))
    (found,) = event_ids([told], context)
    assert found == event_ids([told], context)[0]
    assert found.startswith(("ni:///sha-256;", "urn:uuid:"))


def test_a_name_based_id_is_a_uuid_of_version_8():
    assert name_based({"a": 1})[9 + 14] == "8"
    assert name_based({"a": 1}) == name_based({"a": 1}) != name_based({"a": 2})


def test_an_id_does_not_depend_on_how_many_stand_beside_it():
    events = [made(amount(f"rice{number}", 1)) for number in range(45)]
    events[30] = {**events[30], "@context": {"a": "https://a.example/"}}
    assert event_ids(events, CONTEXT) == [event_ids([each], CONTEXT)[0] for each in events]
