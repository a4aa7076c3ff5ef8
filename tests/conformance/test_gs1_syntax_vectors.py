"""The GS1 syntax engine's vectors for single application identifiers, and python-stdnum's for EAN, GS1-128.

Only what the kernel offers is held against them: keys, formats, check digits, dates. It reads no element
strings and knows no coupons; what that leaves out is listed, and a listed case that agrees fails the test.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from suyuan.kernel import gs1

AI_VECTORS = "digital-link/syntax-engine/ai-vectors.json"
LINTERS = "digital-link/syntax-engine/linter-vectors.json"
EAN = "gs1-syntax/gs1-128-ean-vectors.json"

#: AI -> what the engine looks at and the kernel does not: none of them names a traced object.
NOT_LOOKED_AT = {
    "401": "minimum length of a company prefix",
    "7023": "minimum length of a company prefix",
    "7040": "importer index",
    "7252": "biological sex",
    "7258": "position in sequence",
    "8001": "roll dimensions",
    "8007": "IBAN",
    "8110": "coupons",
    "8112": "coupons",
    "3910": "currency codes",
    "426": "country codes",
    "7030": "country codes",
    "4307": "country codes",
    "4300": "percent encoding",
    "4309": "coordinates",
    "4324": "delivery times",
    "4326": "release dates",
}


def _fits(ai: str, value: str) -> bool:
    try:
        gs1.check_value(ai, value)
    except gs1.BadKey:
        return False
    return True


def _brackets(text: str) -> list[tuple[str, str]] | None:
    pairs = [(ai, value.replace("\\(", "(")) for ai, value in re.findall(r"\((\d+)\)((?:\\\(|[^(])*)", text)]
    again = "".join(f"({ai}){value}" for ai, value in pairs)
    return pairs if pairs and again == text.replace("\\(", "(") else None


def _all_fit(text: str) -> bool:
    pairs = _brackets(text)
    return pairs is not None and all(_fits(ai, value) for ai, value in pairs)


def test_single_identifiers_are_judged_as_the_engine_does(real: Any) -> None:
    cases = real(AI_VECTORS)["linters_on_ai"]
    assert len(cases) == 99
    wrong = set()
    for case in cases:
        if _all_fit(case["bracketed_ai"]) != (case["expect"] == "GS1_LINTER_OK"):
            pairs = _brackets(case["bracketed_ai"]) or []
            wrong |= {ai for ai, _ in pairs}
    assert wrong == set(NOT_LOOKED_AT)


def test_bracketed_texts_are_judged_as_the_engine_does(real: Any) -> None:
    cases = real(AI_VECTORS)["parse"]
    assert len(cases) == 27
    assert [case for case in cases if _all_fit(case["bracketed_ai"]) != case["valid"]] == []


CHARACTERS = {"cset82": ("10", 1, 20), "cset39": ("8010", 1, 30)}


@pytest.mark.parametrize("linter", CHARACTERS)
def test_character_sets_are_those_of_the_engine(real: Any, linter: str) -> None:
    ai, shortest, longest = CHARACTERS[linter]
    cases = real(LINTERS)["linters"][linter]
    # A lone character is judged among letters, so that only its kind counts and not the length.
    for case in cases:
        value = case["value"] if len(case["value"]) >= shortest else "A" * shortest + case["value"]
        if len(value) <= longest:
            assert _fits(ai, value) == case["ok"], case


def test_check_digits_are_those_of_the_engine(real: Any) -> None:
    for case in real(LINTERS)["linters"]["csum"]:
        assert gs1.has_check_digit(case["value"]) == case["ok"], case


#: The engine also checks pairs without a number, and texts longer than the 25 characters of a model number.
PAIR_DEVIATIONS = {2, 99}


def test_check_characters_are_those_of_the_engine(real: Any) -> None:
    cases = real(LINTERS)["linters"]["csumalpha"]
    wrong = [case for case in cases if gs1.has_check_characters(case["value"]) != case["ok"]]
    assert {len(case["value"]) for case in wrong} == PAIR_DEVIATIONS


def test_dates_are_those_of_the_engine(real: Any) -> None:
    for case in real(LINTERS)["linters"]["yymmd0"]:
        assert _fits("17", case["value"]) == case["ok"], case


def test_pieces_of_a_total_are_those_of_the_engine(real: Any) -> None:
    cases = [case for case in real(LINTERS)["linters"]["pieceoftotal"] if len(case["value"]) == 4]
    assert len(cases) >= 10
    for case in cases:
        assert _fits("8006", "04012345123456" + case["value"]) == case["ok"], case


EAN_CODES = {"length": "gs1.length", "format": "gs1.digits", "checksum": "gs1.check_digit"}


def test_ean_numbers_are_judged_as_python_stdnum_does(real: Any) -> None:
    for case in real(EAN)["ean"]:
        try:
            gs1.gtin14(case["value"])
        except gs1.BadKey as refusal:
            code = refusal.code
        else:
            code = None
        assert code == (None if case["ok"] else EAN_CODES[case["why"]])


def _bare_identifier(digits: str) -> tuple[str, str] | None:
    """The identifier at the start: its length is known by the table (General Specifications, 3.2)."""
    found = [digits[:length] for length in (2, 3, 4) if gs1.is_known(digits[:length])]
    return (found[0], digits[len(found[0]) :]) if found else None


#: python-stdnum's table is older than AI 03 (GTIN of a made-to-order trade item).
GS1_128_DEVIATIONS = {"(03)38425876095074"}


def test_bracketed_gs1_128_texts_are_judged_as_python_stdnum_does(real: Any) -> None:
    wrong = set()
    for case in real(EAN)["gs1_128_decode"]:
        text = case["in"].replace("|", "").strip()
        pairs = _brackets(text)
        if pairs is None:
            continue  # without brackets: an element string, which is for scanners to read
        bare = [_bare_identifier(ai + value) for ai, value in pairs]
        fits = all(pair is not None and _fits(*pair) for pair in bare)
        if fits != ("error" not in case):
            wrong.add(case["in"])
    assert wrong == GS1_128_DEVIATIONS
