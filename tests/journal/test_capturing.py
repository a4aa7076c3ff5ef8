from __future__ import annotations

import json

import pytest

from journal_world import amount, document, made
from suyuan.journal.capturing import MAX_PUBLIC
from suyuan.journal.errors import DocumentRefused
from suyuan.journal.model import Limits
from suyuan.journal.submit import read_document
from suyuan.kernel.clock import SystemClock


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
