"""The vectors that verifiers in every language run, made on the real contracts."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fakes.recorded_rpc import Recorded
from suyuan.verify import Outcome, Trust, verify_bundle

VECTORS = json.loads(Path(__file__).parents[1].joinpath("vectors", "bundle.json").read_text("ascii"))
TRUST = Trust(
    VECTORS["trust"]["chainId"],
    VECTORS["trust"]["contracts"],
    {name: bytes.fromhex(found[2:]) for name, found in VECTORS["trust"]["codeHashes"].items()},
    VECTORS["trust"]["firstBlock"],
)


def edited(case):
    text = VECTORS["bundle"]
    if case["edits"]:
        find, replace = case["edits"]
        assert find in text
        text = text.replace(find, replace, 1)
    return text.encode()


@pytest.mark.parametrize("case", [*VECTORS["valid"], *VECTORS["broken"]], ids=lambda case: case["name"])
def test_a_vector_is_judged_as_written(case):
    seconds = case["fetchedAt"]
    fetched_at = None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    asked = case["expectedLot"]
    expected = None if asked is None else bytes.fromhex(asked[2:])
    report = verify_bundle(edited(case), TRUST, Recorded(VECTORS["answers"]), fetched_at, expected)
    assert report.exit_code == case["exitCode"]
    assert sorted({check.name for check in report.having(Outcome.FAIL)}) == case["failed"]
    assert sorted({check.name for check in report.having(Outcome.PARTIAL)}) == case["partial"]


def test_each_byte_of_a_recorded_bundle_carries_meaning():
    data = VECTORS["bundle"].encode()
    rpc = Recorded(VECTORS["answers"])
    passed = [
        place
        for place in range(0, len(data), 7)
        if verify_bundle(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :], TRUST, rpc).exit_code
        == 0
    ]
    assert passed == []
