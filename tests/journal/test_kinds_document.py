from __future__ import annotations

import re
from pathlib import Path

from suyuan.journal import decide, kinds
from suyuan.journal.validation import schema
from suyuan.kernel.ledger import Kind

PAGE = (Path(__file__).parents[2] / "docs" / "formats" / "kinds.md").read_text(encoding="utf-8")


def cell(words):
    return ", ".join(f"`{word}`" for word in sorted(words)) if words else "any"


def test_the_page_shows_the_table_row_by_row():
    rows = [line for line in PAGE.splitlines() if line.count("|") == 7 and "**" in line]
    assert rows == [
        f"| {cell(row.types)} | {cell(row.actions)} | {cell(row.steps)} | "
        f"{cell(row.dispositions) if row.dispositions else row.condition or 'any'} | "
        f"**{row.intent}** | {row.says} |"
        for row in kinds.ROWS
    ]


def test_every_step_of_cbv_has_its_place_on_the_page():
    steps = schema()["definitions"]["bizStep"]["anyOf"][1]["enum"]
    assert set(steps) <= kinds.KNOWN_STEPS
    named = set(re.findall(r"`([^`]+)`", PAGE))
    assert named >= kinds.KNOWN_STEPS


def test_every_kind_warning_and_fault_is_on_the_page():
    for word in (*(kind.name for kind in Kind), *decide.SENTENCES, *kinds.Intent):
        assert word in PAGE, word
