from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import ean

from kernel.vector_files import load
from suyuan.kernel import gs1

VECTORS = load("check_digits")


@pytest.mark.parametrize("case", VECTORS["valid"], ids=lambda case: case["body"])
def test_check_digits_are_those_of_another_implementation(case: dict[str, Any]) -> None:
    assert gs1.check_digit(case["body"]) == case["digit"]
    assert gs1.has_check_digit(case["body"] + str(case["digit"]))


@pytest.mark.parametrize("case", VECTORS["broken"], ids=lambda case: f"{case['why']} {case['number']}")
def test_a_wrong_number_is_seen(case: dict[str, Any]) -> None:
    assert not gs1.has_check_digit(case["number"])


@given(st.integers(0, 10**17 - 1))
def test_the_digit_agrees_with_python_stdnum_everywhere(number: int) -> None:
    assert gs1.check_digit(f"{number:017d}") == int(ean.calc_check_digit(f"{number:017d}"))


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (gs1.gtin14, "96385074", "00000096385074"),
        (gs1.gtin14, "036000291452", "00036000291452"),
        (gs1.gtin14, "4012345123456", "04012345123456"),
        (gs1.gtin14, "04012345123456", "04012345123456"),
        (gs1.gln, "4012345000054", "4012345000054"),
        (gs1.sscc, "340123453111111115", "340123453111111115"),
    ],
)
def test_keys_are_read(read: Any, text: str, value: str) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "text", "code"),
    [
        (gs1.gtin14, "96385075", "gs1.check_digit"),
        (gs1.gtin14, "123", "gs1.length"),
        (gs1.gtin14, "", "gs1.digits"),
        (gs1.gtin14, "４０１２３４５１２３４５６", "gs1.digits"),
        (gs1.gln, "04012345000054", "gs1.length"),
        (gs1.sscc, "340123453111111114", "gs1.check_digit"),
        (gs1.check_digit, "12x", "gs1.digits"),
    ],
)
def test_wrong_keys_are_refused_with_a_code(read: Any, text: str, code: str) -> None:
    with pytest.raises(gs1.BadKey) as refusal:
        read(text)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("ai", "value", "code"),
    [
        ("10", "", "gs1.format"),
        ("10", "a b", "gs1.format"),
        ("10", "x" * 21, "gs1.format"),
        ("10", "批次", "gs1.format"),
        ("10", "L\n", "gs1.format"),
        ("01", "٠٤٠١٢٣٤٥١٢٣٤٥٦", "gs1.format"),
        ("01", "04012345123457", "gs1.check_digit"),
        ("8006", "040123451234560301", "gs1.format"),
        ("8011", "012", "gs1.format"),
        ("8013", "1987654Ad4X4bL5ttr2310c2A", "gs1.check_digit"),
        ("89", "1", "gs1.unknown_ai"),
        ("1", "1", "gs1.unknown_ai"),
        ("abc", "1", "gs1.unknown_ai"),
    ],
)
def test_a_value_that_its_identifier_cannot_carry_is_refused(ai: str, value: str, code: str) -> None:
    with pytest.raises(gs1.BadKey) as refusal:
        gs1.check_value(ai, value)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("ai", "value"),
    [
        ("10", "!\"%&'()*+,-./0:;<=>?A_z"[:20]),
        ("8013", "1987654Ad4X4bL5ttr2310c2K"),  # the manual's own example
        ("8006", "040123451234560102"),
        ("3103", "000195"),
        ("17", "261200"),
    ],
)
def test_a_value_that_fits_is_taken(ai: str, value: str) -> None:
    gs1.check_value(ai, value)
    assert gs1.is_known(ai)
