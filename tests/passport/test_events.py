"""What is read from an event's public form."""

from __future__ import annotations

from datetime import timedelta

import pytest

from passport.sample_pages import FARM, LAB, STORE, step
from suyuan.kernel.ledger import Kind
from suyuan.passport import events

URI = "https://id.gs1.org/01/06901234567892/10/A"


def sensors(*reports):
    return {"sensorElementList": [{"sensorMetadata": {}, "sensorReport": list(reports)}]}


@pytest.mark.parametrize(
    ("reports", "told"),
    [
        ([], None),
        ([{"type": "RelativeHumidity", "value": 50, "uom": "P1"}], None),
        ([{"type": "Temperature", "value": -18.5, "uom": "CEL"}], (-18.5, -18.5)),
        ([{"type": "gs1:Temperature", "minValue": 1, "maxValue": 4.5, "uom": "CEL"}], (1, 4.5)),
        ([{"type": "Temperature", "value": 32, "uom": "FAH"}, {"type": "Temperature", "value": 5}], (0, 5)),
        ([{"type": "Temperature", "stringValue": "cold"}], None),
    ],
)
def test_temperatures_are_found_in_degrees_celsius(reports, told):
    assert events.temperature(sensors(*reports)) == told


def test_an_alarm_is_an_alarm():
    assert events.alarm(sensors({"type": "Temperature", "value": 9, "exception": "ALARM_CONDITION"}))
    assert not events.alarm(sensors({"type": "Temperature", "value": 9}))


@pytest.mark.parametrize(("offset", "hours"), [("+08:00", 8), ("-03:30", -3.5), ("nonsense", 0)])
def test_a_time_keeps_the_offset_of_its_event(offset, hours):
    moment = events.happened({"eventTime": "2026-11-20T01:02:03.456Z", "eventTimeZoneOffset": offset}, 0)
    assert moment.utcoffset() == timedelta(hours=hours)
    assert moment.timestamp() == 1795136523.456 or moment.isoformat().startswith("2026-11-")


def test_amounts_of_this_lot_only_whatever_form_its_name_has():
    event = {
        "outputQuantityList": [
            {"epcClass": "https://example.com/01/06901234567892/10/A", "quantity": 12.50, "uom": "KGM"},
            {"epcClass": "https://id.gs1.org/01/06901234567892/10/B", "quantity": 1, "uom": "KGM"},
            {"epcClass": "no uri", "quantity": 1},
            {"epcClass": URI},
        ]
    }
    assert events.amounts(event, URI) == (("12.5", "KGM"),)


def test_hidden_members_are_counted_at_every_depth():
    assert events.hidden({"_sd": ["a"], "ilmd": {"_sd": ["b", "c"]}, "x": [{"_sd": ["d"]}]}) == 4


def test_an_error_declaration_gives_its_reason():
    assert events.declared({}) == ""
    assert events.declared({"errorDeclaration": {"reason": "incorrect_data"}}) == "incorrect_data"
    assert events.declared({"errorDeclaration": {}}) == "unspecified"


def told(number, party, event_id="ni:x", declared=""):
    kind = Kind.CORRECTED if declared else Kind.OBSERVED
    return step(number, kind, party, "", event_id=event_id, declared=declared)


def test_only_its_own_party_takes_a_record_back():
    steps = [told(0, FARM), told(1, FARM, "ni:y"), told(2, FARM, declared="incorrect_data")]
    assert events.corrections(steps) == {0: 2}
    assert events.disputes(steps) == {}


def test_a_stranger_who_repeats_a_public_event_id_disputes_and_corrects_nothing():
    steps = [
        told(0, FARM),
        told(1, LAB, declared="did_not_occur"),
        told(2, STORE, declared="did_not_occur"),
        told(3, LAB, declared="incorrect_data"),
    ]
    assert events.corrections(steps) == {}
    assert events.disputes(steps) == {0: (3, 2)}


def test_records_without_an_event_id_have_nothing_to_do_with_each_other():
    steps = [told(0, FARM, ""), told(1, FARM, "", declared="incorrect_data")]
    assert events.corrections(steps) == events.disputes(steps) == {}


def test_a_long_journey_full_of_declarations_is_read_in_one_go():
    steps = [told(number, FARM, declared="incorrect_data" if number % 2 else "") for number in range(4000)]
    assert events.corrections(steps) == dict.fromkeys(range(0, 4000, 2), 3999)
