"""Chinese registration numbers against numbers of real firms and packages."""

from __future__ import annotations

import json
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suyuan.parties.registration_numbers import credit_code, is_doubtful, licence_number

VECTORS = json.loads(
    (Path(__file__).parents[1] / "vectors" / "registration-numbers.json").read_text(encoding="utf-8")
)
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@pytest.mark.parametrize("code", VECTORS["creditCodes"])
def test_every_real_credit_code_is_one(code):
    assert credit_code(code) == code


@pytest.mark.parametrize("code", VECTORS["notCreditCodes"])
def test_what_is_no_credit_code_is_refused(code):
    with pytest.raises(ValueError, match="credit code"):
        credit_code(code)


def test_a_credit_code_may_be_written_with_blanks_and_small_letters():
    assert credit_code(" 91 3101 12087994932f ") == "91310112087994932F"


@given(st.sampled_from(VECTORS["creditCodes"]), st.integers(0, 17), st.sampled_from(_ALPHABET))
def test_one_wrong_character_is_found(code, at, char):
    wrong = code[:at] + char + code[at + 1 :]
    if wrong == code:
        assert credit_code(wrong)
    else:
        with pytest.raises(ValueError, match="credit code"):
            credit_code(wrong)


@pytest.mark.parametrize("case", VECTORS["licences"], ids=lambda case: case["number"])
def test_real_licences_are_taken_and_a_wrong_check_digit_is_only_doubtful(case):
    assert licence_number(case["number"]) == case["number"]
    assert is_doubtful(case["number"]) is not case["checkDigitHolds"]


@pytest.mark.parametrize(
    "text", ["", "SC", "SC1146401050001", "SC114640105000155", "XX11464010500015", "SC1146401050001a"]
)
def test_what_is_no_licence_is_refused(text):
    with pytest.raises(ValueError, match="14 digits"):
        licence_number(text)


@given(st.text(alphabet=string.printable, max_size=30))
def test_nothing_but_the_form_is_taken(text):
    try:
        found = licence_number(text)
    except ValueError:
        return
    assert found[:2] in ("SC", "JY", "YB")
    assert len(found) == 16
