"""docs/formats/sheets.md tells the columns that the code has, and the words of both languages match."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

import suyuan.sheets
from suyuan.sheets.kinds import TEMPLATES
from suyuan.sheets.model import RecordKind, ValueType
from suyuan.sheets.phrases import tree

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/formats/sheets.md").read_text("utf-8")
SOURCES = "\n".join(path.read_text("utf-8") for path in Path(suyuan.sheets.__file__).parent.glob("*.py"))
#: Rules whose first part is put in by the code.
MADE = {
    *(f"{name}.{rule}" for name in ("gtin", "gln", "sscc") for rule in ("length", "check_digit", "number")),
    *(f"{name}.number_wrong" for name in ("gtin", "gln", "sscc")),
    *(f"{name}.{rule}" for name in ("product", "site", "partner") for rule in ("unknown", "by_name")),
}


def columns_on_page(kind):
    section = PAGE.partition(f"### {kind}")[2].partition("\n### ")[0].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \| (\w+) \| ([^|]*) \|$", section, re.MULTILINE)
    return [tuple(cell.strip() for cell in row) for row in rows]


@pytest.mark.parametrize("kind", list(RecordKind))
def test_the_page_lists_each_column_as_the_template_has_it(kind):
    wanted = [
        (each.name, each.zh, each.en, str(each.rule.type), "yes" if each.rule.required else "")
        for each in TEMPLATES[kind].columns
    ]
    assert columns_on_page(kind) == wanted


@pytest.mark.parametrize("kind", list(RecordKind))
def test_the_page_names_what_makes_a_row_the_same_again(kind):
    section = PAGE.partition(f"### {kind}")[2].partition("\n### ")[0]
    assert ", ".join(f"`{name}`" for name in TEMPLATES[kind].key) in section


def test_the_page_tells_every_rule():
    missing = [rule for rule in tree("en")["faults"] if f"`{rule}`" not in PAGE]
    missing += [code for code in tree("en")["refusals"] if code != "file.refused" and f"`{code}`" not in PAGE]
    assert missing == []


def leaves(node, path=""):
    if isinstance(node, dict):
        return {leaf for name, child in node.items() for leaf in leaves(child, f"{path}/{name}")}
    if isinstance(node, list):
        return {leaf for at, child in enumerate(node) for leaf in leaves(child, f"{path}/{at}")}
    return {path}


def test_both_languages_have_the_same_keys():
    assert leaves(tree("zh")) == leaves(tree("en"))


def test_both_languages_put_in_the_same_values():
    def fields(text):
        return {name.removesuffix("_en") for _, name, _, _ in string.Formatter().parse(text) if name}

    for group in ("faults", "refusals"):
        for rule, chinese in tree("zh")[group].items():
            english = tree("en")[group][rule]
            assert fields("".join(chinese)) == fields("".join(english)), rule
    for rule, chinese in tree("zh")["notices"].items():
        assert fields(chinese) == fields(tree("en")["notices"][rule]), rule


def test_every_rule_that_the_code_gives_has_words_and_every_word_is_used():
    prefixes = (
        "cell|text|code|lot|date|time|quantity|number|unit|choice|row|goods|packing|process|report|partner"
    )
    given = set(re.findall(rf'"((?:{prefixes})\.[a-z_]+)"', SOURCES)) | MADE
    words = set(tree("zh")["faults"]) | set(tree("zh")["notes"])
    assert given == words
    files = set(re.findall(r'"(file\.[a-z_]+)"', SOURCES))
    assert files == set(tree("zh")["refusals"])
    assert set(re.findall(r'"(notice\.[a-z_0-9]+)"', SOURCES)) == set(tree("zh")["notices"])
    assert set(tree("zh")["types"]) == {str(each) for each in ValueType}
