from __future__ import annotations

import json

import pytest

from journal_world import amount, document, made
from suyuan.journal.capturing import MAX_PUBLIC
from suyuan.journal.errors import DocumentRefused
from suyuan.journal.model import Limits
from suyuan.journal.submit import read_document
from suyuan.kernel.canonical import canonical_json
from suyuan.kernel.clock import SystemClock
from suyuan.kernel.hashing import leaf_hash, sha256


def read(*events):
    told = json.dumps(document(*events)).encode()
    return read_document(told, Limits(20_000_000, 5_000, 300), SystemClock())


def noted(text):
    return made(
        amount("rice", 1), eventID="urn:uuid:0196a0b4-6f1e-7c52-9a40-3f6b5d5f1a01", **{"example:note": text}
    )


def test_an_event_has_a_largest_public_form():
    rest = len(read(noted(""))[0].public.encode())
    assert len(read(noted("x" * (MAX_PUBLIC - rest)))[0].public) == MAX_PUBLIC
    with pytest.raises(DocumentRefused) as refused:
        read(made(amount("corn", 1)), noted("x" * (MAX_PUBLIC - rest + 1)))
    assert [(each.pointer, each.code) for each in refused.value.faults] == [
        ("/epcisBody/eventList/1", "event.too_large")
    ]


OWN = "urn:uuid:0196a0b4-6f1e-7c52-9a40-3f6b5d5f1a02"


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"example:more": "四个"},
        {"example:more": 1e-7},
        {"example:more": 26.0},
        {"example:more": {"𐀀": 1, "豈": 2}},
        {"@context": {"own": "https://own.example/"}},
        {"recordTime": "2026-05-02T08:00:00Z"},
        {"suyuan:confidential": []},
        {"eventID": OWN},
        {"errorDeclaration": {"declarationTime": "2026-05-02T08:00:00Z"}},
    ],
    ids=str,
)
def test_both_texts_of_an_event_are_those_of_the_rules(more):
    sent = made(amount("rice", 1), **({"eventID": OWN} | more))
    plain = made(amount("corn", 1), eventID="urn:uuid:0196a0b4-6f1e-7c52-9a40-3f6b5d5f1a03")
    captured, _ = read(sent, plain)
    told = {"@context": document(sent)["@context"], **sent, "eventID": captured.event_id}
    told.pop("suyuan:confidential", None)
    public = canonical_json(told)
    content = {name: value for name, value in told.items() if name not in ("@context", "recordTime")}
    assert captured.public == public.decode()
    assert captured.event_hash == leaf_hash(public)
    assert captured.content_hash == sha256(canonical_json(content))


def test_an_event_without_an_id_is_told_with_the_one_made_for_it():
    sent = made(amount("rice", 1))
    sent.pop("eventID", None)
    (captured,) = read(sent)
    told = {"@context": document(sent)["@context"], **sent, "eventID": captured.event_id}
    assert captured.event_id.startswith("ni:")
    assert captured.public == canonical_json(told).decode()
