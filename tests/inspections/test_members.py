"""What an event tells of a record, read strictly and written back."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal_world import CONTEXT, as_bytes, document
from suyuan.inspections import members
from suyuan.inspections.event import Occasion, event_of
from suyuan.inspections.members import read, record_kind, written
from suyuan.inspections.model import (
    Accreditation,
    Comparator,
    Examination,
    Item,
    RecordKind,
    ReportFile,
    Sample,
    Scheme,
    Stage,
    Verdict,
)
from suyuan.journal.capturing import capture
from suyuan.journal.event import read_event
from suyuan.journal.intake import take_in
from suyuan.journal.kinds import Intent, intent_of
from suyuan.journal.model import Limits

PAGE = (Path(__file__).parents[2] / "docs" / "formats" / "inspection.md").read_text("utf-8")
EXAMPLE = json.loads(PAGE[PAGE.index("    {\n") :])
LOT = "https://id.gs1.org/01/06901234567892/10/MQ260328"
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)

texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30).map(str.strip)
words = texts.filter(bool)
days = st.none() | st.dates()
items = st.builds(
    Item,
    item=words,
    result=words,
    verdict=st.sampled_from(Verdict),
    method=texts,
    unit=texts,
    comparator=st.none() | st.sampled_from(Comparator),
    limit=texts,
    limit_to=texts,
    detection_limit=texts,
)
common = {
    "number": words,
    "verdict": st.sampled_from(Verdict),
    "items": st.lists(items, min_size=1, max_size=4).map(tuple),
    "standard": texts,
    "requested": st.lists(words, max_size=3).map(tuple),
    "file": st.none() | st.builds(ReportFile, st.just("0x" + "ab" * 32), words),
    "corrects": texts,
    "remark": texts,
}
records = st.builds(
    Examination,
    kind=st.just(RecordKind.TEST),
    issued=st.dates(),
    sample=st.builds(Sample, id=words, taken=st.dates(), place=texts, sampler=texts, lot=texts),
    accreditations=st.lists(
        st.builds(Accreditation, st.sampled_from(Scheme), words, days, days), max_size=2
    ).map(tuple),
    **common,
) | st.builds(
    Examination,
    kind=st.just(RecordKind.INSPECTION),
    stage=st.sampled_from(Stage),
    inspector=texts,
    **common,
)


@given(records)
def test_a_record_is_read_as_it_was_written(record):
    assert read(written(record), record.kind) == (record, [])


def test_the_example_of_the_page_is_a_document_that_is_taken_in():
    taken, (event,) = take_in(as_bytes(document(EXAMPLE)), Limits(), datetime(2026, 11, 23, tzinfo=UTC))
    (captured,) = capture(taken, [event])
    assert intent_of(captured.event) is Intent.TEST
    assert record_kind(EXAMPLE) is RecordKind.TEST
    record, faults = read(EXAMPLE["suyuan:testReport"], RecordKind.TEST)
    assert faults == []
    assert record.items[1].result == "未检出"


def test_the_example_is_what_our_own_program_writes():
    record, _ = read(EXAMPLE["suyuan:testReport"], RecordKind.TEST)
    event = event_of(record, Occasion(LOT, datetime(2026, 11, 20, 8, 0, tzinfo=UTC)))
    assert {**event, "eventTime": None} == {**EXAMPLE, "eventTime": None}


@pytest.mark.parametrize("verdict", ["pass", "fail", "none"])
@pytest.mark.parametrize("kind", RecordKind)
def test_an_event_of_ours_is_valid_epcis_and_hides_people(kind, verdict):
    item = Item("感官", "正常", Verdict.PASS)
    if kind is RecordKind.TEST:
        more = {"issued": NOON.date(), "sample": Sample("S-1", NOON.date(), sampler="王小明")}
    else:
        more = {"stage": Stage.RECEIVING, "inspector": "王小明"}
    record = Examination(kind, "检/2026 #7", Verdict(verdict), (item,), **more)
    occasion = Occasion(LOT, NOON, quantity=Decimal("12.50"), uom="KGM", site="https://id.gs1.org/414/6901")
    event = event_of(record, occasion, "urn:uuid:0196a0b4-6f1e-7c52-9a40-3f6b5d5f1a01")
    taken, events = take_in(
        as_bytes(document(event, **{"@context": [CONTEXT, {"suyuan": "https://suyuan.example/ns/"}]})),
        Limits(),
        datetime(2026, 11, 23, tzinfo=UTC),
    )
    (captured,) = capture(taken, events)
    assert "王小明" not in captured.public
    assert "王小明" in captured.original
    assert captured.event.disposition == {"pass": "conformant", "fail": "non_conformant"}.get(verdict)
    public = json.loads(captured.public)
    found, faults = read(public[kind.member], kind)
    assert faults == []
    assert (found.number, found.items) == (record.number, record.items)


def test_a_test_report_is_a_test_and_an_inspection_is_one():
    for kind, intent in ((RecordKind.TEST, Intent.TEST), (RecordKind.INSPECTION, Intent.INSPECT)):
        record = Examination(kind, "1", Verdict.PASS, (Item("a", "b", Verdict.PASS),))
        event = event_of(record, Occasion(LOT, NOON))
        assert intent_of(read_event(event, 0, "", {})) is intent


GOOD = EXAMPLE["suyuan:testReport"]


def changed(**members):
    return {name: value for name, value in (GOOD | members).items() if value is not None}


@pytest.mark.parametrize(
    ("value", "pointer", "code"),
    [
        ("a text", "", "record.form"),
        (changed(number=None), "/number", "record.missing"),
        (changed(number=7), "/number", "record.text"),
        (changed(number="x" * 301), "/number", "record.text"),
        (changed(verdict="合格"), "/verdict", "record.word"),
        (changed(verdict=None), "/verdict", "record.word"),
        (changed(items=[]), "/items", "record.missing"),
        (changed(items="镉"), "/items", "record.list"),
        (changed(items=[GOOD["items"][0]] * 501), "/items", "record.list"),
        (changed(items=["镉"]), "/items/0", "record.form"),
        (changed(items=[GOOD["items"][0] | {"result": 0.021}]), "/items/0/result", "record.text"),
        (changed(items=[GOOD["items"][0] | {"comparator": "≤"}]), "/items/0/comparator", "record.word"),
        (changed(issued="20.11.2026"), "/issued", "record.date"),
        (changed(issued="2026-02-30"), "/issued", "record.date"),
        (changed(issued=None), "/issued", "record.missing"),
        (changed(sample=None), "/sample", "record.form"),
        (changed(sample={"id": "S"}), "/sample/taken", "record.missing"),
        (
            changed(accreditations=[{"scheme": "ISO", "number": "1"}]),
            "/accreditations/0/scheme",
            "record.word",
        ),
        (changed(file={"hash": "0xAB", "name": "a.pdf"}), "/file/hash", "record.hash"),
        (changed(stage="receiving"), "/stage", "record.member"),
        (changed(verdikt="pass"), "/verdikt", "record.member"),
        (changed(requested=[1]), "/requested/0/", "record.text"),
    ],
)
def test_every_fault_of_a_record_is_found_at_its_place(value, pointer, code):
    record, faults = read(value, RecordKind.TEST, "")
    assert record is None
    assert (pointer, code) in [(each.pointer, each.code) for each in faults]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(sorted(members._ITEM | {"items", "sample", "file"})), inner, max_size=4
            )
        ),
        max_leaves=12,
    ),
    st.sampled_from(RecordKind),
)
def test_no_value_whatever_breaks_the_reader(value, kind):
    record, faults = read(value, kind)
    assert (record is None) is bool(faults)


def test_every_member_stands_on_the_page():
    known = members._ITEM | set().union(*members._OF.values())
    table = PAGE[PAGE.index("## 2.") : PAGE.index("## 3.")]
    assert known <= set(re.findall(r"`([A-Za-z]+)`", table))
