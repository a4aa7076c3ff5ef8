"""docs/operating.md lists each scope that there is."""

from __future__ import annotations

import re
from pathlib import Path

from suyuan.access.model import PLATFORM, Scope

PAGE = Path(__file__).parents[2] / "docs" / "operating.md"


def test_the_page_lists_each_scope_and_whose_it_is():
    section = PAGE.read_text(encoding="utf-8").split("## Tokens", 1)[1].split("\n## ", 1)[0]
    rows = dict(re.findall(r"^\| `([a-z:]+)` \| .* \| (.*) \|$", section, re.MULTILINE))
    assert rows == {str(scope): "the platform" if scope in PLATFORM else "a party's token" for scope in Scope}
