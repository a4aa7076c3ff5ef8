"""What a page shows of inspections and tests: failed first, and who says it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from passport.sample_pages import FARM, LAB, STEPS
from suyuan.inspections.members import written
from suyuan.inspections.model import (
    Accreditation,
    Comparator,
    Examination,
    Item,
    RecordKind,
    ReportFile,
    Sample,
    Scheme,
    Verdict,
)
from suyuan.passport.model import Vouch
from suyuan.passport.results import results

GOOD = Item("镉", "0.021", Verdict.PASS, "", "mg/kg", Comparator.AT_MOST, "0.2")
BAD = Item("铅", "0.31", Verdict.FAIL, "", "mg/kg", Comparator.AT_MOST, "0.2")
TESTED = STEPS[1]


def report(*items, verdict="pass", **members):
    plain = {
        "issued": date(2026, 11, 19),
        "sample": Sample("S", date(2026, 11, 18)),
        "accreditations": (Accreditation(Scheme.CMA, "231100050123"),),
        "file": ReportFile("0x" + "ab" * 32, "r.pdf"),
    }
    return Examination(RecordKind.TEST, "R-1", Verdict(verdict), items or (GOOD,), **(plain | members))


def shown(*told, steps=None):
    """Results of steps that tell these records, one after the other."""
    listed = steps or [
        replace(TESTED, event_hash=f"0x{n}", event_id=f"urn:e:{n}") for n, _ in enumerate(told)
    ]
    events = {
        step.event_hash: {"suyuan:testReport": written(each)} for step, each in zip(listed, told, strict=True)
    }
    return results(listed, events)


def test_a_report_is_shown_with_who_signed_it_and_what_stands_behind_it():
    (found,) = shown(report())
    assert (found.party, found.vouch, found.number) == (LAB, Vouch.INDEPENDENT, "R-1")
    assert found.accreditations == ("CMA 231100050123",)
    assert found.file == "0x" + "ab" * 32
    assert [(each.item, each.result, each.limit, each.verdict) for each in found.items] == [
        ("镉", "0.021 mg/kg", "≤ 0.2", "pass")
    ]


def test_what_failed_comes_first_within_a_report_and_among_reports():
    first, second = shown(report(), report(GOOD, BAD, verdict="fail"))
    assert (first.failed, second.failed) == (True, False)
    assert [each.item for each in first.items] == ["铅", "镉"]


def test_a_verdict_that_the_figures_refute_is_shown_as_failed():
    (found,) = shown(report(replace(BAD, verdict=Verdict.PASS)))
    assert (found.items[0].verdict, found.items[0].contradicts, found.failed) == ("fail", True, True)


def test_a_report_of_the_holder_is_his_own_word():
    step = replace(TESTED, party=FARM, vouch=Vouch.SELF)
    (found,) = shown(report(), steps=[step])
    assert found.vouch is Vouch.SELF


def test_a_report_that_its_own_laboratory_replaced_says_so():
    later = report(corrects="urn:e:0")
    old = [each.old for each in sorted(shown(report(), later), key=lambda each: each.place)]
    assert old == [True, False]


def test_nobody_elses_word_replaces_a_report():
    steps = [replace(TESTED, event_hash=f"0x{n}", event_id=f"urn:e:{n}") for n in range(2)]
    steps[1] = replace(steps[1], party=FARM)
    assert [each.old for each in shown(report(), report(corrects="urn:e:0"), steps=steps)] == [False, False]


def test_what_was_refused_or_is_no_record_is_not_shown():
    assert results([TESTED], {TESTED.event_hash: {"suyuan:testReport": {"result": "合格"}}}) == ()
    assert results([TESTED], {}) == ()
    assert shown(report(), steps=[replace(TESTED, state="rejected")]) == ()


def test_a_long_report_says_how_many_results_it_leaves_out():
    (found,) = shown(report(*(replace(GOOD, item=f"农药 {n}") for n in range(60)), BAD))
    assert (len(found.items), found.more, found.items[0].item) == (40, 21, "铅")
