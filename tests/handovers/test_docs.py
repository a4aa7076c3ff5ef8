"""docs/formats/handover.md tells the rules, limits and acts that the code has."""

from __future__ import annotations

import re
from pathlib import Path

from suyuan.handovers.model import Act, State
from suyuan.handovers.numbers import centi
from suyuan.handovers.profiles import profiles
from suyuan.handovers.rules.model import Verdict

PAGE = (Path(__file__).parents[2] / "docs/formats/handover.md").read_text("utf-8")


def rows(heading):
    section = PAGE.split(f"\n## {heading}", 1)[1].split("\n## ", 1)[0]
    found = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in found[2:]]


def test_the_limits_are_those_of_the_profiles():
    told = {code: [centi(cell) if cell else None for cell in cells] for code, *cells in rows("4. Limits")}
    known = {code: [each.low, each.high, each.surface_high] for code, each in profiles().items()}
    assert told == known


def test_every_rule_has_its_line():
    assert [row[0] for row in rows("3. Rules")] == [f"HA{number}" for number in range(1, 16)]


def test_every_act_state_and_verdict_is_named():
    acts = {"measurements" if each is Act.MEASURE else str(each) for each in Act}
    assert {row[0].strip("`") for row in rows("1. Acts")} == acts
    named = set(re.findall(r"`([a-z_]+)`", PAGE))
    assert {str(each) for each in State} <= named
    assert {str(each) for each in Verdict} <= named
