"""A key that may be in other hands: its later records are marked on the page, the earlier ones are not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from passport.recorded_world import FARM, GTIN, RecordedWorld, event, lot
from suyuan.access.model import Caller, Scope
from suyuan.anchoring.queries import entries_of_lot
from suyuan.kernel.identity import identify, lot_id
from suyuan.parties.queries import keys_of
from suyuan.parties.suspicion import report_compromise

DIRECTOR = Caller("d" * 16, "director", None, frozenset({Scope.DIRECTOR}), account="d" * 16)
PATH = f"/01/{GTIN}/10/DOUBT"
URI = lot("DOUBT")


@pytest.fixture
def world(database, tmp_path):
    found = RecordedWorld(database, tmp_path)
    found.tell(FARM, event(40, "commissioning", URI, action="ADD"))
    found.record()
    found.tell(FARM, event(30, "storing", URI))
    found.record()
    return found


def doubt(world, since):
    with world.database.transaction() as conn:
        (key,) = keys_of(conn, 1)
        world.clock.set(since + timedelta(hours=1))
        parts = world.gateway
        report_compromise(
            conn, world.clock, parts.keyring, parts.receipt_signer, DIRECTOR, 1, key.address, since
        )


def times(world):
    with world.database.reading() as conn:
        return [each.block_time for each in entries_of_lot(conn, lot_id(identify(URI).uri))]


def marked(world):
    return world.get(PATH, accept="text/html").text.count("由该密钥签署的记录存疑")


def test_what_the_key_signed_from_then_on_is_marked_on_a_page_that_was_kept_too(world):
    assert marked(world) == 0
    first, second = times(world)
    assert first < second
    doubt(world, second)
    assert marked(world) == 1


def test_what_it_signed_before_is_not(world):
    doubt(world, max(times(world)) + timedelta(seconds=1))
    assert marked(world) == 0


def test_until_the_next_key_takes_over_what_is_signed_bears_the_mark(world):
    doubt(world, max(times(world)) + timedelta(seconds=1))
    world.tell(FARM, event(20, "inspecting", URI))
    world.record()
    assert marked(world) == 1
