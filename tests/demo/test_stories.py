from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from suyuan.demo import peaches, rice, shrimp
from suyuan.demo.events import CHINA, Days, documents
from suyuan.inspections.members import read, record_kind
from suyuan.inspections.rules import Surroundings, failed, findings
from suyuan.journal.validation import schema_faults

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
STORIES = [peaches, rice, shrimp]


def told(story, now=NOW):
    return [document.as_epcis(now) for document in documents(story.story(Days.before(now)))]


@pytest.mark.parametrize("story", STORIES)
def test_every_document_of_the_demo_obeys_the_official_schema(story):
    for document in told(story):
        assert schema_faults(document) == []


@pytest.mark.parametrize("story", STORIES)
def test_the_demo_is_the_same_for_one_day_and_fresh_on_the_next(story):
    assert json.dumps(told(story)) == json.dumps(told(story))
    tomorrow = NOW.replace(day=24)
    assert told(story) != told(story, tomorrow)


@pytest.mark.parametrize("story", STORIES)
def test_the_demo_is_told_in_order_and_never_in_the_future(story):
    times = [
        datetime.fromisoformat(event["eventTime"])
        for document in told(story)
        for event in document["epcisBody"]["eventList"]
    ]
    assert times[-1] < NOW
    assert times == sorted(times)


def test_every_finding_of_the_demo_reads_well_and_passes():
    kinds = []
    for story in STORIES:
        for document in told(story):
            for event in document["epcisBody"]["eventList"]:
                kind = record_kind(event)
                assert "sampling" not in event["bizStep"]
                if kind is None:
                    continue
                record, faults = read(event[kind.member], kind)
                assert faults == []
                lots = [each["epcClass"].rpartition("/")[2] for each in event["quantityList"]]
                day = datetime.fromisoformat(event["eventTime"]).astimezone(CHINA).date()
                began = Surroundings(lot=lots[0], began=day, happened=day)
                assert findings(record, began) == []
                assert not failed(record)
                kinds.append(str(kind))
    assert sorted(kinds) == ["inspection"] * 2 + ["testReport"] * 3


def test_more_shrimp_leaves_the_plant_than_entered_it():
    [made] = [
        event
        for document in told(shrimp)
        for event in document["epcisBody"]["eventList"]
        if event["type"] == "TransformationEvent"
    ]
    weigh = lambda amounts: sum(each["quantity"] for each in amounts)  # noqa: E731
    assert weigh(made["outputQuantityList"]) > weigh(made["inputQuantityList"])
