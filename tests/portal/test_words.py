"""Every word of the pages is there in both languages, is used, and is written as Chinese is written."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from suyuan.portal.words import areas, read, words

BACKEND = Path(__file__).parents[2] / "backend" / "suyuan"
PORTAL = BACKEND / "portal"
SOURCES = {path: path.read_text("utf-8") for path in [*PORTAL.rglob("*.html"), *PORTAL.rglob("*.py")]}
PROGRAM = "\n".join(path.read_text("utf-8") for path in BACKEND.rglob("*.py"))

#: What stands in quotes and begins like a key; what ends in a dot, or goes on with {, is a beginning only.
_QUOTED = re.compile(r"""["']([a-z_]+\.[A-Za-z0-9_.-]*)(\{?)""")


def quoted():
    """(whole keys, beginnings of keys) in templates and programs."""
    whole, beginnings = set(), set()
    for text in SOURCES.values():
        for found, brace in _QUOTED.findall(text):
            if found.partition(".")[0] in areas():
                (beginnings if brace or found.endswith(".") else whole).add(found)
    return whole, beginnings


def is_said_or_raised(key):
    """A message after a change, or the word for an error of some room."""
    area, group, *rest = key.split(".")
    code = ".".join(rest)
    if group == "said":
        return any(f'"{area}.{code}"' in text or f"'{area}.{code}'" in text for text in SOURCES.values())
    return group == "error" and f'"{code}"' in PROGRAM


@pytest.mark.parametrize("area", areas())
def test_both_languages_have_the_same_keys_with_the_same_places_to_fill(area):
    zh, en = read(area, "zh"), read(area, "en")
    assert set(zh) == set(en)
    for key, text in zh.items():
        places = {each[1] for each in string.Formatter().parse(text) if each[1] is not None}
        for form in en[key].split("|"):
            other = {each[1] for each in string.Formatter().parse(form) if each[1] is not None}
            assert other <= places | {"n"}, key
            assert places <= other | {"n"}, key


def test_no_word_is_missing():
    whole, beginnings = quoted()
    called = {
        key
        for text in SOURCES.values()
        for key in re.findall(r"""\bw\(\s*["']([\w.-]+[\w-])["']\s*[,)]""", text)
    }
    texts = words("zh").texts
    assert {key for key in called if key not in texts} == set()
    assert {each for each in beginnings if not any(key.startswith(each) for key in texts)} == set()
    assert called <= whole


def test_no_word_is_left_over():
    whole, beginnings = quoted()
    unused = [
        key
        for key in words("zh").texts
        if key not in whole and not key.startswith(tuple(beginnings)) and not is_said_or_raised(key)
    ]
    assert unused == []


HAN = "[\u4e00-\u9fff]"
HALF = re.compile(f'{HAN}\\s?[,;:!?()]|[,;:!?()]\\s?{HAN}|{HAN}\\.(\\s|$)|[“”"]{HAN}|{HAN}"')


@pytest.mark.parametrize("area", areas())
def test_chinese_is_written_with_its_own_punctuation(area):
    wrong = {key: text for key, text in read(area, "zh").items() if HALF.search(text)}
    assert wrong == {}


@pytest.mark.parametrize("area", areas())
def test_the_right_language_stands_in_each_file(area):
    assert [key for key, text in read(area, "en").items() if re.search(HAN, text) and len(text) > 4] == []
    latin = [key for key, text in read(area, "zh").items() if not re.search(HAN, text) and len(text) > 12]
    assert latin == []
