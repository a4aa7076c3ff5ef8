"""Two submissions at the same moment never close a ring between them."""

from __future__ import annotations

import threading

import pytest

from journal_world import World, amount, as_bytes, document, identifier, lot, transformed
from suyuan.journal.errors import DocumentRefused
from suyuan.journal.submit import Request, submit_document
from suyuan.lots.model import TraceDirection
from suyuan.lots.trace import trace


def becomes(parent: str, child: str, day: int) -> bytes:
    return as_bytes(document(transformed([amount(parent, 1)], [amount(child, 1)], day=day)))


def submit(world: World, conn, body: bytes) -> None:
    submit_document(conn, world.clock, Request(world.caller("mill"), body), world.limits, world.signer)


@pytest.mark.parametrize("made_before", [True, False])
def test_of_two_halves_of_a_ring_told_at_once_the_later_is_refused(world, made_before):
    halves = [("bran", "rice"), ("flour", "oats")] if made_before else []
    for parent, child in halves:
        world.send_bytes("mill", becomes(parent, child, 1))
    first, second = [("oats", "bran"), ("rice", "flour")] if made_before else [("a", "b"), ("b", "a")]
    refused = []

    def tell_the_other_half():
        try:
            world.send_bytes("mill", becomes(*second, 3))
        except DocumentRefused as refusal:
            refused.append([fault.code for fault in refusal.faults])

    with world.database.transaction() as conn:
        submit(world, conn, becomes(*first, 2))
        other = threading.Thread(target=tell_the_other_half)
        other.start()
        other.join(0.7)
        assert other.is_alive(), "the other half must wait for its turn"
    other.join(20)
    assert refused == [["journal.genealogy_cycle"]]


def test_a_lot_of_which_nothing_was_made_waits_for_nobody(world):
    if world.database.is_sqlite:
        pytest.skip("SQLite has one writer at a time anyway")
    world.send_bytes("mill", becomes("bran", "rice", 1))
    with world.database.transaction() as conn:
        submit(world, conn, becomes("oats", "bran", 2))
        other = threading.Thread(target=lambda: world.send_bytes("mill", becomes("corn", "flour", 3)))
        other.start()
        other.join(20)
        assert not other.is_alive()
    with world.database.reading() as conn:
        graph = trace(conn, identifier(lot("flour")), TraceDirection.BACK)
    assert [each.uri for each in graph.lots] == [lot("flour"), lot("corn")]
