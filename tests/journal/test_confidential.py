from __future__ import annotations

from journal_world import amount, event, identifier, lot, made
from suyuan.anchoring.tables import leaves
from suyuan.journal import queries
from suyuan.journal.audit import audit_journal

PLACE = "urn:example:place:secret"


def test_columns_that_others_see_hold_nothing_that_is_confidential(world):
    members = {"readPoint": {"id": PLACE}, "bizLocation": {"id": PLACE}, "disposition": "active"}
    hidden = ["/readPoint/id", "/bizLocation", "/disposition", "/bizStep", "/action"]
    world.send("farm", made(amount("rice", 1), **members, **{"suyuan:confidential": hidden}))
    with world.database.reading() as conn:
        (kept,) = queries.events_of_lot(conn, identifier(lot("rice")))
        assert list(audit_journal(conn)) == []
    assert (kept.read_point, kept.biz_location, kept.disposition, kept.biz_step, kept.action) == (None,) * 5
    assert world.kinds("rice") == [("farm", "PRODUCED")]


def test_a_place_that_is_confidential_is_not_what_an_entry_is_about(world):
    told = event(readPoint={"id": PLACE}, **{"suyuan:confidential": ["/readPoint/id"]})
    told |= {"sensorElementList": [{"sensorReport": [{"type": "Temperature", "value": 3, "uom": "CEL"}]}]}
    answer = world.send("carrier", told)
    assert [each["code"] for each in answer["submissions"][0]["warnings"]] == ["event.names_nothing"]
    assert world.kinds(PLACE) == []
    assert world.stored()[leaves.name] == 1
