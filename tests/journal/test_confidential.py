from __future__ import annotations

from journal_world import amount, as_bytes, document, event, identifier, lot, made, transformed
from suyuan.anchoring.tables import leaves
from suyuan.journal import queries
from suyuan.journal.audit import audit_journal
from suyuan.journal.erasing import erase_disclosures
from suyuan.journal.figures import visible_contradictions
from suyuan.journal.tables import documents
from suyuan.lots.queries import balance_of, contradictions_of
from suyuan.lots.tables import process_part

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


def _bodies(world):
    with world.database.reading() as conn:
        return [row.body for row in conn.execute(documents.select())]


def _erase(world, *names):
    with world.database.transaction() as conn:
        found = {
            each.event_hash for name in names for each in queries.events_of_lot(conn, identifier(lot(name)))
        }
        return sum(erase_disclosures(conn, each) for each in found)


def test_erasing_reaches_every_document_that_told_the_event(world):
    secret = made(amount("rice", 1), **{"suyuan:confidential": ["/example:price"], "example:price": "12.80"})
    other = made(amount("beans", 1))
    body = as_bytes(document(secret))
    world.send_bytes("farm", body)
    world.send_bytes("farm", body.replace(b"12.80", b"12\\u002e80"))
    world.send_bytes("farm", as_bytes(document(secret, other)))
    world.send_bytes("farm", as_bytes(document(other, creationDate="2026-11-21T08:00:00Z")))
    assert _erase(world, "rice") == 1
    assert [each is None for each in sorted(_bodies(world), key=lambda each: each is not None)] == [
        True,
        True,
        True,
        False,
    ]


def test_erasing_an_amount_erases_what_was_made_of_it(world):
    hidden = {"suyuan:confidential": ["/inputQuantityList/0/quantity"], "transformationID": "urn:example:one"}
    world.send("mill", transformed([amount("rice", 123)], [amount("flour", 200)], **hidden))
    assert _erase(world, "rice", "flour") == 1
    with world.database.reading() as conn:
        (found,) = contradictions_of(conn, identifier(lot("flour")))
        assert (found.code, found.facts) == ("transformation.heavier", {})
        assert balance_of(conn, identifier(lot("rice"))) == {}
        kept = [row.quantity for row in conn.execute(process_part.select())]
        assert list(audit_journal(conn)) == []
    assert kept == [None, None]


def test_after_erasing_nobody_is_said_to_have_used_more_than_there_was(world):
    hidden = {"suyuan:confidential": ["/quantityList/0/quantity"]}
    world.send("mill", made(amount("rice", 123), **hidden))
    _erase(world, "rice")
    told = [made(amount("rice", 5), day=2), transformed([amount("rice", 9)], [amount("flour", 1)], day=3)]
    (answer,) = world.send("mill", *told)["submissions"]
    assert "lot.overdrawn" not in [each["code"] for each in answer["warnings"]]
    with world.database.reading() as conn:
        assert visible_contradictions(conn, identifier(lot("rice")), None) == []
