"""No verdict is stronger than what the chain bears out now: as of when, latched or not, nothing left out."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from sqlalchemy import delete, update

from passport.recorded_world import FARM, GTIN, RecordedWorld, event, tell_whole_story
from suyuan.anchoring.tables import entries, epochs
from suyuan.kernel.canonical import canonical_json
from suyuan.kernel.identity import lot_id
from suyuan.verify import Outcome, verify_bundle

PATH = f"/01/{GTIN}/10/M2611-07"
LATCHES = ("wrong_chain", "chain_lost", "finality_violation", "node_behind")


@pytest.mark.parametrize("latch", LATCHES)
def test_while_the_relay_is_latched_the_page_confirms_nothing(world, latch):
    pages = [PATH, f"{PATH}?lang=en", f"/lot/{quote(f'https://id.gs1.org{PATH}', safe='')}"]
    assert all('data-state="verified"' in world.get(path).text for path in pages)
    with world.database.transaction() as conn:
        values = {"latch": latch, "latch_reason": "why", "latched_at": world.clock.now()}
        conn.execute(update(epochs).values(values))
    try:
        for path in pages:
            page = world.get(path).text
            assert 'data-state="doubted"' in page
            assert "没有改动，也没有缺漏" not in page
            assert "unchanged since" not in page
    finally:
        with world.database.transaction() as conn:
            conn.execute(update(epochs).values(latch=None, latch_reason=None, latched_at=None))
    assert all('data-state="verified"' in world.get(path).text for path in pages)


def test_a_page_of_a_chain_that_was_lost_confirms_nothing(sqlite_database, tmp_path):
    world = RecordedWorld(sqlite_database, tmp_path)
    tell_whole_story(world)
    world.record()
    assert 'data-state="verified"' in world.get(PATH).text
    world.lose_chain()
    world.loop.pass_once()
    assert 'data-state="doubted"' in world.get(PATH).text


def bundle_at(world, path=PATH):
    return json.loads(world.get(path, accept="application/json").content)


def test_the_bundle_speaks_of_the_newest_final_block_not_of_its_own_last_entry(sqlite_database, tmp_path):
    world = RecordedWorld(sqlite_database, tmp_path)
    tell_whole_story(world)
    world.record()
    before = bundle_at(world)
    tell_whole_story(world, "ANOTHER-LOT")
    world.record()
    bundle = bundle_at(world)
    assert bundle["entries"] == before["entries"]
    assert bundle["asOf"]["block"] > before["asOf"]["block"] >= bundle["entries"][-1]["block"]
    assert bundle["asOf"]["block"] >= bundle_at(world, f"/01/{GTIN}/10/ANOTHER-LOT")["entries"][-1]["block"]
    report = verify_bundle(canonical_json(bundle), world.trust, world.rpc)
    assert [check for check in report.checks if check.outcome is not Outcome.PASS] == []


def test_an_entry_hidden_by_the_gateway_fails(sqlite_database, tmp_path):
    """The database forgets the newest entry of this lot, and all else agrees: the state of before it."""
    world = RecordedWorld(sqlite_database, tmp_path)
    tell_whole_story(world, one_by_one=True)
    world.record()
    with world.database.transaction() as conn:
        conn.execute(delete(entries).where(entries.c.lot_index == 3))
    bundle = bundle_at(world)
    assert len(bundle["entries"]) == 3
    assert 'data-state="verified"' in world.get(PATH).text
    report = verify_bundle(canonical_json(bundle), world.trust, world.rpc)
    assert ("complete", Outcome.FAIL) in [(check.name, check.outcome) for check in report.checks]
    assert report.exit_code == 1


def test_an_item_has_its_own_page_and_bundle(world):
    item = f"/01/{GTIN}/21/{quote('A/7', safe='')}"
    uri = f"https://id.gs1.org{item}"
    made = event(6, "commissioning", uri, action="ADD", epcList=[uri])
    del made["quantityList"]
    world.tell(FARM, made)
    world.record()
    page = world.get(item)
    assert page.status_code == 200
    assert 'data-state="verified"' in page.text
    assert "安吉散养鸡蛋 30 枚装" in page.text
    assert "A/7" in page.text
    answer = world.get(item, accept="application/json")
    bundle = answer.json()
    assert bundle["format"] == "suyuan-bundle/1"
    assert bundle["lot"] == {"uri": uri, "lotId": "0x" + lot_id(uri).hex()}
    assert [entry["kind"] for entry in bundle["entries"]] == ["PRODUCED"]
    assert bundle["entries"][0]["event"]["epcList"] == [uri]
    report = verify_bundle(answer.content, world.trust, world.rpc)
    assert [check for check in report.checks if check.outcome is not Outcome.PASS] == []
    another = world.get(f"/01/{GTIN}/21/A%2F8", accept="application/json")
    assert (another.status_code, another.json()["code"]) == (404, "lot.unknown")
