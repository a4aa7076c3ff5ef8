"""Results against limits, verdicts against results, reports against lots."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suyuan.inspections.model import (
    Accreditation,
    Comparator,
    Examination,
    Item,
    RecordKind,
    Sample,
    Scheme,
    Verdict,
)
from suyuan.inspections.rules import Surroundings, failed, findings, judged, number

PAGE = (Path(__file__).parents[2] / "docs" / "formats" / "inspection.md").read_text("utf-8")
P, F, N = Verdict.PASS, Verdict.FAIL, Verdict.NONE


def item(result, comparator="<=", limit="0.05", verdict=N, **members):
    plain = {"item": "镉", "unit": "mg/kg"}
    compared = Comparator(comparator) if comparator else None
    return Item(
        result=result, comparator=compared, limit=limit, verdict=Verdict(verdict), **(plain | members)
    )


def report(*items, verdict=P, **members):
    plain = {
        "number": "R-1",
        "issued": date(2026, 11, 20),
        "sample": Sample("S-1", date(2026, 11, 16)),
        "accreditations": (Accreditation(Scheme.CMA, "231100050123", date(2029, 1, 1)),),
    }
    return Examination(RecordKind.TEST, items=items, verdict=Verdict(verdict), **(plain | members))


def codes(record, **around):
    return [each.code for each in findings(record, Surroundings(**around))]


@pytest.mark.parametrize(
    ("result", "comparator", "limit", "said"),
    [
        ("0.05", "<=", "0.05", P),
        ("0.0500000000000000000001", "<=", "0.05", F),
        ("0.05", "<", "0.05", F),
        ("0.049", "<", "0.05", P),
        ("14.0", ">=", "14", P),
        ("13.9", ">=", "14", F),
        ("14", ">", "14", F),
        ("14.1", ">", "14", P),
        ("7.0", "=", "7.00", P),
        ("7.1", "=", "7", F),
        ("-18.5", "<=", "-18", P),
        ("-15", "<=", "-18", F),
        ("未检出", "<=", "0.05", P),
        ("ND", "<", "0.05", P),
        ("未检出", ">=", "14", F),
        ("未检出", "notDetected", "", P),
        ("0.001", "notDetected", "", F),
        ("<0.01", "notDetected", "", P),
        ("<0.01", "<=", "0.05", P),
        ("＜0.05", "<", "0.05", P),
        ("<0.1", "<=", "0.05", N),
        ("<0.01", ">=", "0.05", F),
        ("<0.1", ">=", "0.05", N),
        ("正常", "=", "正常", P),
        ("微黄", "=", "正常", N),
        ("0.3", None, "", N),
        ("0.3", "<=", "不得过量", N),
        ("约 0.3", "<=", "0.5", N),
        ("1e3", "<=", "1", N),
    ],
)
def test_a_result_against_its_limit(result, comparator, limit, said):
    assert judged(item(result, comparator, limit)) is said


@pytest.mark.parametrize(("result", "said"), [("4", P), ("7", P), ("3.9", F), ("7.1", F), ("<1", F)])
def test_a_result_between_two_limits(result, said):
    assert judged(item(result, "between", "4", limit_to="7")) is said


def test_not_detected_means_below_the_detection_limit_where_one_is_told():
    assert judged(item("未检出", detection_limit="0.01")) is P
    assert judged(item("未检出", detection_limit="0.5")) is N
    assert "item.undecided" in codes(report(item("未检出", detection_limit="0.5")))
    assert "item.undecided" not in codes(report(item("未检出", detection_limit="0.01")))


decimals = st.decimals(min_value=-(10**9), max_value=10**9, allow_nan=False, places=6)


@given(decimals, decimals)
def test_the_comparators_partition_all_results(value, limit):
    said = {c: judged(item(str(value), c, str(limit))) for c in ("<=", "<", ">=", ">", "=")}
    assert (said["<="] is P) is (said[">"] is F)
    assert (said["<"] is P) is (said[">="] is F)
    assert (said["="] is P) is (said["<="] is P and said[">="] is P)


@given(decimals.filter(lambda value: value > 0), decimals.filter(lambda value: value > 0))
def test_what_lies_below_a_bound_is_judged_as_everything_below_it_is(bound, limit):
    said = judged(item(f"<{bound}", "<=", str(limit)))
    inside = bound * Decimal("0.999999")
    if said is P:
        assert inside <= limit
    assert (said is P) is (bound <= limit)


@given(st.text(max_size=40))
def test_no_text_is_taken_for_a_number_that_decimal_would_read_otherwise(text):
    found = number(text)
    assert found is None or found == Decimal(text.strip())


@given(st.lists(st.builds(item, decimals.map(str), verdict=st.sampled_from(Verdict)), min_size=1, max_size=6))
def test_a_record_fails_exactly_when_something_in_it_says_so(items):
    record = report(*items, verdict=N)
    assert failed(record) is any(F in (judged(each), each.verdict) for each in items)
    assert failed(replace(record, verdict=F))


def test_a_verdict_against_its_own_figures_is_shown_and_fails():
    record = report(item("0.08", verdict="pass"))
    assert codes(record) == ["verdict.contradiction", "item.contradiction"]
    assert failed(record)


def test_a_whole_that_fails_although_every_item_passes_is_a_contradiction():
    assert codes(report(item("0.01", verdict="pass"), verdict="fail")) == ["verdict.contradiction"]


def test_a_whole_that_fails_for_an_item_without_a_verdict_is_none():
    assert codes(report(item("0.01", verdict="none"), verdict="fail")) == []


@pytest.mark.parametrize(
    ("result", "unit", "name", "fits"),
    [
        ("0.01", "", "镉", False),
        ("-0.01", "mg/kg", "镉", False),
        ("101", "%", "水分", False),
        ("100", "%", "水分", True),
        ("-18", "℃", "中心温度", True),
        ("14.5", "", "pH 值", False),
        ("6.8", "", "pH", True),
        ("3", "1", "异物", True),
        ("未检出", "", "镉", True),
    ],
)
def test_a_number_fits_its_unit(result, unit, name, fits):
    found = codes(report(item(result, None, "", unit=unit, item=name)))
    assert ("item.unit" not in found) is fits


def test_an_item_told_twice_with_two_results_is_shown():
    assert codes(report(item("0.01"), item("0.02"))) == ["item.repeated"]
    assert codes(report(item("0.01"), item("0.01"))) == []
    assert codes(report(item("0.01", method="A"), item("0.02", method="B"))) == []


def test_what_was_ordered_and_is_not_there_is_shown():
    assert codes(report(item("0.01"), requested=("镉", "铅"))) == ["item.missing"]


def test_an_accreditation_counts_on_the_day_of_sampling():
    def expiring(day, begins=None):
        return report(item("0.01"), accreditations=(Accreditation(Scheme.CMA, "231100050123", day, begins),))

    assert codes(expiring(date(2026, 11, 16))) == []
    assert codes(expiring(date(2026, 11, 15))) == ["accreditation.expired"]
    assert codes(expiring(None, date(2026, 11, 17))) == ["accreditation.expired"]


@pytest.mark.parametrize(
    ("scheme", "text", "good"),
    [
        ("CMA", "231100050123", True),
        ("CMA", "23110005012", False),
        ("CNAS", "L1234", True),
        ("CNAS", "CNAS L12345", True),
        ("CNAS", "1234", False),
    ],
)
def test_an_accreditation_has_the_form_of_its_scheme(scheme, text, good):
    found = codes(report(item("0.01"), accreditations=(Accreditation(Scheme(scheme), text),)))
    assert ("accreditation.form" not in found) is good


def test_a_report_without_accreditation_is_shown_and_an_inspection_needs_none():
    record = report(item("0.01"), accreditations=())
    assert codes(record) == ["accreditation.missing"]
    assert codes(replace(record, kind=RecordKind.INSPECTION)) == []


def test_a_report_fits_its_lot():
    record = report(item("0.01"), sample=Sample("S-1", date(2026, 11, 16), lot="MQ1"))
    assert codes(record, lot="MQ1", began=date(2026, 11, 16), happened=date(2026, 11, 20)) == []
    assert codes(record, lot="MQ2") == ["report.other_lot"]
    assert codes(record, began=date(2026, 11, 17)) == ["report.before_lot"]
    assert codes(record, happened=date(2026, 11, 15)) == ["report.dates"]
    assert codes(replace(record, issued=date(2026, 11, 15))) == ["report.dates"]
    assert codes(record, elsewhere=("urn:lot:2",)) == ["report.reused"]


def test_every_code_of_a_finding_stands_on_the_page():
    source = (Path(__file__).parents[2] / "backend/suyuan/inspections/rules.py").read_text("utf-8")
    told = set(re.findall(r'Finding\("([a-z_.]+)"', source))
    listed = set(re.findall(r"^\| `((?:item|verdict|accreditation|report)\.[a-z_]+)` \|", PAGE, re.MULTILINE))
    assert told == listed
