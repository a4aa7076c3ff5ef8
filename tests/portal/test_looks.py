"""The portal's colours: all text stands out from its ground, in light and in dark."""

from __future__ import annotations

import re

import pytest

from passport.test_looks import contrast
from suyuan.portal import static_files

TONES = ("ok", "calm", "warn", "bad")
PAIRS = [
    (front, back)
    for back in ("paper", "card")
    for front in ("ink", "soft", "link", "brand", "bad", "warn", "ok")
]
PAIRS += [(tone, f"{tone}-bg") for tone in TONES] + [("ink", f"{tone}-bg") for tone in TONES]
PAIRS += [("on-brand", "brand")]


def colours(mode):
    css = static_files.contents()["portal.css"].decode()
    return dict(re.findall(r"--([\w-]+):(#[0-9a-f]+)", re.findall(r":root\{(.*?)\}", css)[mode]))


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back"), PAIRS)
def test_all_text_stands_out_from_its_ground(mode, front, back):
    assert contrast(colours(mode)[front], colours(mode)[back]) >= 4.5


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("back", ["paper", "card"])
def test_the_edge_of_a_field_can_be_seen(mode, back):
    assert contrast(colours(mode)["edge"], colours(mode)[back]) >= 3


def test_no_other_colour_stands_in_the_styles_than_named_ones_and_black_and_white():
    css = static_files.contents()["portal.css"].decode()
    rest = re.sub(r":root\{.*?\}", "", css)
    assert set(re.findall(r"#[0-9a-fA-F]{3,8}\b", rest)) <= {"#fff", "#000"}
