"""Told by suppliers, recorded by the real contracts, served, and checked by the verifier against the chain alone."""

from __future__ import annotations

import json

import pytest
from passport.recorded_world import GTIN, RecordedWorld, tell_whole_story

from suyuan.verify import Outcome, verify_bundle

PATH = f"/01/{GTIN}/10/M2611-07"


def test_the_served_bundle_checks_out_on_both_databases(database, tmp_path):
    world = RecordedWorld(database, tmp_path)
    tell_whole_story(world)
    world.record()
    answer = world.get(PATH, accept="application/json")
    assert answer.headers["content-type"] == "application/json"
    report = verify_bundle(answer.content, world.trust, world.rpc)
    assert [check for check in report.checks if check.outcome is not Outcome.PASS] == []
    assert report.exit_code == 0
    bundle = json.loads(answer.content)
    assert [entry["kind"] for entry in bundle["entries"]] == ["PRODUCED", "TESTED", "OFFERED", "ACCEPTED"]
    assert b"7.20" not in answer.content
