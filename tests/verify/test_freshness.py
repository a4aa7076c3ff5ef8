"""A page must not hide what was recorded well before it was fetched; a file may be old, and is told to be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from fakes.told_story import KEYS, LOT_URI
from suyuan.kernel.canonical import canonical_json
from suyuan.kernel.hashing import leaf_hash
from suyuan.kernel.identity import lot_id
from suyuan.kernel.ledger import Kind, LedgerEntry
from suyuan.verify import Outcome, verify_bundle

GRACE, STALE = timedelta(minutes=15), timedelta(hours=24)
SECOND = timedelta(seconds=1)


def newer_entries(story, count):
    """Recorded after the bundle was made; returns the time of the oldest one's block."""
    times = []
    for number in range(count):
        event = {"eventTime": "2026-11-19T15:33:20Z", "type": "ObjectEvent", "number": number}
        hashed = leaf_hash(canonical_json(event))
        entry = LedgerEntry(lot_id(LOT_URI), hashed, 1_795_102_400, 0, Kind.OBSERVED)
        story.chain.record_many([story.chain.signed(3, KEYS[2], [entry])])
        times.append(at(story.chain.blocks[-1]))
    return times[0]


def at(block):
    return datetime.fromtimestamp(int(block["timestamp"], 16), UTC)


def judge(story, fetched_at=None):
    asked = lot_id(LOT_URI) if fetched_at else None
    report = verify_bundle(story.data, story.trust, story.chain, fetched_at, asked)
    told = [(check.name, check.outcome) for check in report.checks if check.outcome is not Outcome.PASS]
    return report, told


def said(report, outcome):
    (check,) = report.having(outcome)
    return check.detail


@pytest.mark.parametrize(("count", "exist"), [(1, "1 newer entry exists"), (3, "3 newer entries exist")])
def test_an_old_file_is_valid_as_of_its_time_and_says_how_much_is_newer(story, count, exist):
    newer_entries(story, count)
    report, told = judge(story)
    assert told == [("newer", Outcome.PARTIAL)]
    assert report.exit_code == 0
    as_of = at(story.chain.blocks[story.bundle["asOf"]["block"]])
    assert said(report, Outcome.PARTIAL).startswith(f"valid as of {as_of:%Y-%m-%d %H:%M:%S} UTC; {exist}")


def test_a_page_that_shows_an_older_state_hides_what_came_since(story):
    first = newer_entries(story, 3)
    report, told = judge(story, first + timedelta(hours=1))
    assert told == [("complete", Outcome.FAIL)]
    assert report.exit_code == 1
    assert said(report, Outcome.FAIL).startswith("the page hides 3 entries recorded before 20")
    assert "the ledger has 7, 4 are shown" in said(report, Outcome.FAIL)


@pytest.mark.parametrize(("after", "exit_code"), [(timedelta(), 0), (GRACE, 0), (GRACE + SECOND, 1)])
def test_what_is_fresher_than_a_quarter_of_an_hour_may_still_be_on_its_way(story, after, exit_code):
    report, told = judge(story, newer_entries(story, 1) + after)
    assert told == [("complete", Outcome.FAIL) if exit_code else ("newer", Outcome.PARTIAL)]
    assert report.exit_code == exit_code


def test_only_those_that_are_old_enough_count_as_hidden(story):
    first = newer_entries(story, 2)
    report, _ = judge(story, first + GRACE + SECOND)
    assert said(report, Outcome.FAIL).startswith("the page hides 1 entry recorded before")


def test_a_page_that_shows_everything_is_not_blamed_whenever_it_was_fetched(story):
    for after in (timedelta(), STALE, timedelta(days=900)):
        report, told = judge(story, at(story.chain.blocks[-1]) + after)
        assert all(name == "asOf" for name, _ in told), told
        assert report.exit_code == 0


def test_a_page_that_stays_a_day_behind_a_chain_that_goes_on_is_told_its_age(story):
    as_of = story.chain.blocks[story.bundle["asOf"]["block"]]
    after = at(story.chain.blocks[story.bundle["asOf"]["block"] + 1])
    story.chain.mine(7 * 86400)
    assert judge(story, after + STALE)[1] == []
    report, told = judge(story, after + STALE + SECOND)
    assert told == [("asOf", Outcome.PARTIAL)]
    assert report.exit_code == 0
    assert "24 hours old" in said(report, Outcome.PARTIAL)
    report, _ = judge(story, at(as_of) + timedelta(days=3, hours=5))
    assert "3 days old" in said(report, Outcome.PARTIAL)


def test_a_chain_that_rests_makes_no_page_old(story):
    bundle, newest = story.bundle, story.chain.blocks[-1]
    bundle["asOf"] = {
        "block": int(newest["number"], 16), "blockHash": newest["hash"], "time": int(newest["timestamp"], 16),
    }  # fmt: skip
    assert judge(story, at(newest) + timedelta(days=30))[1] == []


def test_a_file_is_not_told_its_age(story):
    story.chain.mine(7 * 86400)
    assert judge(story)[1] == []


def test_a_node_that_gives_an_entry_but_not_its_block_concludes_nothing(story):
    first = newer_entries(story, 1)
    story.chain.blocks[-1]["hash"] = "0x" + "ab" * 32
    report, told = judge(story, first + timedelta(hours=1))
    assert told == [("history", Outcome.UNREACHABLE)]
    assert report.exit_code == 2
