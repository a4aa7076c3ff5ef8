"""docs/operating.md says of each setting what the class says: its name, default and meaning."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic_core import PydanticUndefined

from suyuan.config.settings import PREFIX, Settings

PAGE = Path(__file__).parents[2] / "docs" / "operating.md"
_ROW = re.compile(r"^\| `(SUYUAN_[A-Z_]+)` \| (.*?) \| (.*?) \|$", re.MULTILINE)

#: Defaults that follow from other settings: the page says how.
COMPUTED = {"SUYUAN_PUBLIC_URL", "SUYUAN_DATABASE_URL", "SUYUAN_FINALITY", "SUYUAN_DEPLOYMENTS_DIR"}


def rows():
    section = PAGE.read_text(encoding="utf-8").split("## Settings", 1)[1].split("\n## ", 1)[0]
    return {name: (default, meaning) for name, default, meaning in _ROW.findall(section)}


def test_the_page_lists_each_setting_and_no_other():
    assert list(rows()) == [PREFIX + name.upper() for name in Settings.model_fields]


def test_the_page_gives_the_defaults_of_the_class():
    for name, (default, _) in rows().items():
        field = Settings.model_fields[name.removeprefix(PREFIX).lower()]
        assert field.default is not PydanticUndefined
        if name in COMPUTED:
            assert default
        elif field.default is None:
            assert default == ("made in `DATA_DIR/keys`" if not name.endswith("_FILE") else "none")
        else:
            assert default.strip("`").removeprefix("./").replace(" ", "") == str(field.default), name


def test_the_page_explains_each_setting_in_the_words_of_the_class():
    for name, (_, meaning) in rows().items():
        description = Settings.model_fields[name.removeprefix(PREFIX).lower()].description
        assert meaning.startswith(str(description)), name
