"""Records on their way in: one transaction, whichever way; failed ones propose a hold."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete, insert, select, update

from journal_world import REGISTRAR, World, amount, lot, made, seen, shipped
from suyuan.access.model import Caller, Scope
from suyuan.anchoring.model import State
from suyuan.anchoring.tables import operations
from suyuan.anchoring.telling import tell_ends
from suyuan.inspections import queries
from suyuan.inspections.audit import audit_inspections
from suyuan.inspections.errors import ProposalDecided, ProposalUnknown, ReasonMissing, RecordUnknown
from suyuan.inspections.event import CONTEXT, Occasion, event_of
from suyuan.inspections.members import written
from suyuan.inspections.model import (
    Accreditation,
    Comparator,
    Examination,
    Item,
    RecordKind,
    Sample,
    Scheme,
    Stage,
    Verdict,
)
from suyuan.inspections.record import Told, gather, is_due, record
from suyuan.inspections.tables import proposals, records
from suyuan.journal.errors import DocumentRefused
from suyuan.kernel.identity import identify, lot_id
from suyuan.notices import queries as notices
from suyuan.notices.tell import give_positions

QC = Caller("qc-account", "周敏", None, frozenset({Scope.QC, Scope.AUDIT}), account="qc-account")
LOT = "https://id.gs1.org/01/06901234567892/10/MQ1"
LOT_ID = lot_id(identify(LOT).uri)
PASSED = Item("镉", "0.021", Verdict.PASS, "GB 5009.15-2023", "mg/kg", Comparator.AT_MOST, "0.2")
FAILED = Item("铅", "0.31", Verdict.FAIL, "GB 5009.12-2023", "mg/kg", Comparator.AT_MOST, "0.2")


@pytest.fixture
def world(database):
    found = World(database).populate()
    found.send("farm", made(amount(LOT, 100), day=10))
    return found


def report(*items, verdict="pass", number="R-1", **members):
    plain = {
        "issued": date(2026, 11, 20),
        "sample": Sample("S-1", date(2026, 11, 16), lot="MQ1"),
        "accreditations": (Accreditation(Scheme.CMA, "231100050123", date(2029, 1, 1)),),
    }
    return Examination(RecordKind.TEST, number, Verdict(verdict), items or (PASSED,), **(plain | members))


def inspection(*items, verdict="pass", number="I-1"):
    return Examination(
        RecordKind.INSPECTION, number, Verdict(verdict), items or (PASSED,), stage=Stage.RECEIVING
    )


def told(found, uri=LOT, day=20):
    return Told(found, Occasion(uri, datetime(2026, 11, day, 8, 0, tzinfo=UTC)))


def tell(world, who, found, **where):
    with world.database.transaction() as conn:
        return record(conn, world.clock, world.caller(who), told(found, **where), world.limits, world.signer)


def of_lot(world, identifier=LOT_ID):
    with world.database.reading() as conn:
        return queries.records_of_lot(conn, identifier)


def open_ones(world, state="open"):
    with world.database.reading() as conn:
        return queries.proposals_in(conn, state, 100)


def proposed(world, who):
    with world.database.reading() as conn:
        latest = notices.latest(conn, world.numbers[who], 100)
    return [each for each in latest if each.topic == "hold.proposed"]


def finish(world):
    """All submissions are final, and told to be."""
    with world.database.transaction() as conn:
        conn.execute(update(operations).values(state=State.FINAL))
        tell_ends(conn, world.clock)
        give_positions(conn, world.clock)


def test_a_laboratorys_report_is_an_event_and_a_row_at_once(world):
    accepted = tell(world, "lab", report())
    assert world.kinds(LOT)[-1] == ("lab", "TESTED")
    (found,) = of_lot(world)
    assert (found.party, found.kind, found.failed, found.findings) == (
        world.numbers["lab"],
        "testReport",
        False,
        [],
    )
    assert found.submission == accepted.answer["id"]
    assert found.record.items == (PASSED,)
    assert open_ones(world) == []


def test_an_inspection_by_the_holder_is_one(world):
    tell(world, "farm", inspection())
    assert world.kinds(LOT)[-1] == ("farm", "INSPECTED")
    assert of_lot(world)[0].kind is RecordKind.INSPECTION


def test_a_receiving_inspection_by_whom_it_is_offered_to_is_one(world):
    world.send("farm", shipped("mill", amount(LOT), day=11))
    tell(world, "mill", inspection())
    assert world.kinds(LOT)[-1] == ("mill", "INSPECTED")


def test_the_same_record_again_is_no_other(world):
    first = tell(world, "lab", report())
    again = tell(world, "lab", report())
    assert again.answer["id"] == first.answer["id"]
    assert len(of_lot(world)) == 1


def test_what_fails_proposes_a_hold_and_tells_holder_and_maker(world):
    world.send("farm", shipped("mill", amount(LOT), day=11))
    world.send("mill", seen("receiving", amount(LOT), day=12))
    tell(world, "lab", report(PASSED, FAILED, verdict="fail"))
    (found,) = open_ones(world)
    assert (found.reason, found.uri) == ("failed_test", LOT)
    assert found.evidence["items"] == [{"item": "铅", "result": "0.31", "limit": "0.2", "unit": "mg/kg"}]
    for who in ("farm", "mill"):
        (notice,) = proposed(world, who)
        assert notice.subject == str(found.id)
        assert notice.facts["lot"] == LOT
    assert proposed(world, "store") == []


def test_one_who_holds_and_made_it_is_told_once(world):
    tell(world, "farm", inspection(FAILED, verdict="fail"))
    assert len(proposed(world, "farm")) == 1
    assert open_ones(world)[0].reason == "failed_inspection"


def test_a_verdict_that_its_own_figures_refute_proposes_a_hold_too(world):
    tell(world, "lab", report(Item("铅", "0.31", Verdict.PASS, "", "mg/kg", Comparator.AT_MOST, "0.2")))
    (found,) = of_lot(world)
    assert [each["code"] for each in found.findings] == ["verdict.contradiction", "item.contradiction"]
    assert len(open_ones(world)) == 1


def test_a_report_older_than_its_lot_or_of_another_is_pointed_out(world):
    early = Sample("S-1", date(2026, 11, 9), lot="MQ2")
    tell(world, "lab", report(sample=early))
    assert [each["code"] for each in of_lot(world)[0].findings] == ["report.before_lot", "report.other_lot"]


def test_a_number_that_was_used_for_another_lot_is_pointed_out(world):
    world.send("farm", made(amount(LOT + "B", 5), day=10))
    tell(world, "lab", report(sample=Sample("S-1", date(2026, 11, 16))))
    tell(world, "lab", report(sample=Sample("S-2", date(2026, 11, 16))), uri=LOT + "B")
    (found,) = of_lot(world, lot_id(identify(LOT + "B").uri))
    assert found.findings == [{"code": "report.reused", "facts": ["R-1", LOT], "item": None}]


def test_a_correction_stands_beside_what_it_corrects(world):
    tell(world, "lab", report(FAILED, verdict="fail"))
    (first,) = of_lot(world)
    tell(world, "lab", report(number="R-1 更正", corrects=first.event_id), day=21)
    later, earlier = of_lot(world)
    assert earlier.corrected_by == later.id
    assert earlier.failed
    assert len(open_ones(world)) == 1


def test_the_last_correction_stands_beside_the_proposal(world):
    tell(world, "lab", report(FAILED, verdict="fail"))
    tell(world, "lab", report(FAILED, verdict="fail", number="R-9"), day=21)
    newest, oldest = open_ones(world)
    (first,) = [each for each in of_lot(world) if each.id == oldest.record]
    tell(world, "lab", report(FAILED, verdict="fail", number="R-2", corrects=first.event_id), day=22)
    (second,) = [each for each in of_lot(world) if each.record.number == "R-2"]
    tell(world, "lab", report(number="R-3", corrects=second.event_id), day=23)
    with world.database.reading() as conn:
        found = queries.corrections_of(conn, [newest, oldest])
    assert {key: (each.number, each.failed) for key, each in found.items()} == {oldest.id: ("R-3", False)}


def test_nobody_corrects_anothers_record(world):
    tell(world, "lab", report(FAILED, verdict="fail"))
    (first,) = of_lot(world)
    reply = Examination(
        RecordKind.INSPECTION, "I-2", Verdict.PASS, (PASSED,), stage=Stage.FINAL, corrects=first.event_id
    )
    tell(world, "farm", reply, day=21)
    assert of_lot(world)[-1].corrected_by is None


def test_a_laboratory_writes_of_nothing_that_nobody_recorded(world):
    with pytest.raises(DocumentRefused):
        tell(world, "lab", report(), uri=lot("unheard of"))
    assert of_lot(world, lot_id(lot("unheard of"))) == []


def test_what_came_in_another_way_is_noted_when_it_is_final(world):
    event = event_of(report(FAILED, verdict="fail"), told(report()).occasion)
    world.send("lab", event | {"@context": CONTEXT})
    assert of_lot(world) == []
    finish(world)
    with world.database.reading() as conn:
        assert is_due(conn)
    with world.database.transaction() as conn:
        gather(conn, world.clock)
    assert len(of_lot(world)) == len(open_ones(world)) == 1
    with world.database.transaction() as conn:
        assert not is_due(conn)
        assert gather(conn, world.clock) is False
    assert len(open_ones(world)) == 1


def test_what_was_noted_at_once_is_not_noted_again_when_it_is_final(world):
    tell(world, "lab", report(FAILED, verdict="fail"))
    finish(world)
    with world.database.transaction() as conn:
        gather(conn, world.clock, limit=1)
        gather(conn, world.clock, limit=1)
    assert len(of_lot(world)) == len(open_ones(world)) == 1


def test_members_that_are_no_record_are_left_alone(world):
    world.send("farm", seen("inspecting", amount(LOT), day=12, **{"suyuan:inspection": {"result": "合格"}}))
    world.send("farm", seen("inspecting", amount(LOT), day=13, **{"suyuan:testReport": [1]}))
    finish(world)
    with world.database.transaction() as conn:
        gather(conn, world.clock)
    assert of_lot(world) == []


def test_a_record_about_several_lots_has_a_row_for_each(world):
    world.send("farm", made(amount(LOT + "B", 5), day=10))
    event = event_of(report(sample=Sample("S", date(2026, 11, 16))), told(report()).occasion)
    event["quantityList"] = [{"epcClass": LOT}, {"epcClass": LOT + "B"}, {"epcClass": LOT}]
    world.send("lab", event | {"@context": CONTEXT})
    finish(world)
    with world.database.transaction() as conn:
        gather(conn, world.clock)
    both = of_lot(world) + of_lot(world, lot_id(identify(LOT + "B").uri))
    assert [each.findings for each in both] == [[], []]


def test_what_is_confidential_is_not_shown_to_others(world):
    tell(world, "lab", report(sample=Sample("S-1", date(2026, 11, 16), sampler="王小明")))
    (found,) = of_lot(world)
    assert found.record.sample.sampler == ""
    assert "王小明" not in repr(written(found.record))


def test_quality_staff_declines_with_a_reason_once(world):
    tell(world, "lab", report(FAILED, verdict="fail"))
    (found,) = open_ones(world)
    with world.database.transaction() as conn:
        for why in ("", "   ", "x" * 1001):
            with pytest.raises(ReasonMissing):
                queries.decline(conn, world.clock, QC, found.id, why)
        done = queries.decline(conn, world.clock, QC, found.id, "复检合格，报告 R-2")
        with pytest.raises(ProposalDecided):
            queries.decline(conn, world.clock, QC, found.id, "again")
        with pytest.raises(ProposalUnknown):
            queries.decline(conn, world.clock, QC, 999, "nothing")
        assert queries.open_proposals(conn) == 0
    assert (done.state, done.decided_by, done.why) == ("declined", "qc-account", "复检合格，报告 R-2")
    assert open_ones(world) == []
    assert len(open_ones(world, None)) == 1


def test_lists_go_page_by_page_and_show_ones_own(world):
    for n in range(3):
        tell(world, "lab", report(number=f"R-{n}"), day=20 + n)
    with world.database.reading() as conn:
        lab = world.numbers["lab"]
        first = queries.records_of_party(conn, lab, RecordKind.TEST, 2)
        rest = queries.records_of_party(conn, lab, RecordKind.TEST, 2, before=first[-1].id)
        assert [each.record.number for each in first + rest] == ["R-2", "R-1", "R-0"]
        assert queries.records_of_party(conn, lab, RecordKind.INSPECTION, 9) == []
        assert queries.records_of_party(conn, world.numbers["farm"], None, 9) == []
        assert queries.record_of(conn, first[0].id, REGISTRAR).id == first[0].id
        with pytest.raises(RecordUnknown):
            queries.record_of(conn, first[0].id, world.caller("farm"))


def test_the_clock_of_noting_is_ours(world):
    world.clock.advance(timedelta(hours=1))
    tell(world, "lab", report())
    assert of_lot(world)[0].noted_at == world.clock.now()


def test_a_record_with_long_results_is_told_like_any_other_and_holds_up_nobody(world):
    """500 items that fail, and 20 with texts as long as they may be: what is told of them stays short."""
    many = [Item(f"铅{n}", "1", Verdict.PASS, "", "", Comparator.AT_MOST, "0") for n in range(500)]
    wide = [Item(f"{n}" + "镉" * 290, "x" * 300, Verdict.FAIL, "", "y" * 300) for n in range(20)]
    for number, items in (("I-many", many), ("I-wide", wide)):
        event = event_of(inspection(*items, number=number), told(inspection()).occasion)
        world.send("farm", event)
    world.send("farm", event_of(inspection(FAILED, number="I-3"), told(inspection(), day=21).occasion))
    finish(world)
    with world.database.transaction() as conn:
        gather(conn, world.clock)
    assert {each.evidence["number"] for each in open_ones(world)} == {"I-many", "I-wide", "I-3"}
    by_number = {each.facts["number"]: each.facts for each in proposed(world, "farm")}
    assert by_number["I-wide"]["items"] == []
    assert by_number["I-many"]["findings"] == ["verdict.contradiction", "item.contradiction", "item.unit"]
    assert len(by_number["I-3"]["items"]) == 1


def insert_as_passed(conn):
    """The table only grows: a row that says of the same event that nothing failed, about another lot."""
    row = conn.execute(select(records).where(records.c.failed)).one()._asdict()
    conn.execute(insert(records).values(row | {"id": 99, "failed": False, "lot_id": bytes(32)}))


@pytest.mark.parametrize(
    ("change_it", "where"),
    [
        (lambda conn: conn.execute(delete(proposals)), "inspections_hold_proposals"),
        (lambda conn: conn.execute(update(proposals).values(lot_id=bytes(32))), "inspections_hold_proposals"),
        (insert_as_passed, "inspections_records"),
    ],
)
def test_what_was_changed_about_a_record_is_named(world, change_it, where):
    tell(world, "lab", report(PASSED, FAILED, verdict="fail"))
    tell(world, "farm", inspection())
    with world.database.reading() as conn:
        assert list(audit_inspections(conn)) == []
    with world.database.transaction() as conn:
        change_it(conn)
    with world.database.reading() as conn:
        assert next(each.where for each in audit_inspections(conn)).startswith(where)
