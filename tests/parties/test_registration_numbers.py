"""Chinese registration numbers against numbers of real firms and packages."""

from __future__ import annotations

import json
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_10

from suyuan.parties import registration_numbers as numbers
from suyuan.parties.food_categories import CATEGORIES
from suyuan.parties.registration_numbers import (
    cma_number,
    cnas_number,
    credit_code,
    is_doubtful,
    licence_number,
)

VECTORS = json.loads(
    (Path(__file__).parents[1] / "vectors" / "registration-numbers.json").read_text(encoding="utf-8")
)
REAL = Path(__file__).parents[3] / "shared" / "data" / "cn"
needs_real = pytest.mark.skipif(not REAL.is_dir(), reason="../shared/data/cn is not on this machine")
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_LICENCES = [case for case in VECTORS["licences"] if not case.get("noSuchRegion")]


def read(name):
    return json.loads((REAL / name).read_text(encoding="utf-8"))


@needs_real
def test_all_200_real_credit_codes_are_judged_right_and_the_four_wrong_ones_too():
    cases = read("uscc-vectors.json")
    assert len(cases["valid"]) == 200
    assert [credit_code(code) for code in cases["valid"]] == cases["valid"]
    assert len(cases["invalid"]) == 4
    for case in cases["invalid"]:
        with pytest.raises(ValueError, match="credit code"):
            credit_code(case["value"])


@needs_real
@pytest.mark.parametrize("name", ["sc-licence-vectors.json", "jy-licence-vectors.json"])
def test_every_real_licence_is_judged_as_its_file_says(name):
    for case in read(name)["cases"]:
        number = case["number"]
        assert is_doubtful(number) is not case["mod11_10_ok"], case
        if "expected_check_digit" in case:
            assert not is_doubtful(number[:-1] + case["expected_check_digit"])
        if case.get("producer") == "(placeholder)" and number[5:7] == "00":
            with pytest.raises(ValueError, match="no region"):
                licence_number(number)
        else:
            assert licence_number(number) == number


@needs_real
def test_the_food_categories_are_those_of_the_rules():
    rules = read("cn-rules.json")
    told = {**rules["sc_categories"], **rules["sc_additives"]}
    assert {digits: names[0] for digits, names in CATEGORIES.items()} == told


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


@given(st.sampled_from(VECTORS["creditCodes"]), st.integers(8, 16), st.sampled_from(_ALPHABET))
def test_the_inner_check_digit_is_checked_too(code, at, char):
    body = code[:at] + char + code[at + 1 : 17]
    forged = body + uscc.calc_check_digit(body)  # the outer check holds
    assert uscc.is_valid(forged)
    inner = numbers.organisation_check(forged[8:16]) == forged[16]
    if inner:
        assert credit_code(forged) == forged
    else:
        with pytest.raises(ValueError, match="organisation code"):
            credit_code(forged)


@pytest.mark.parametrize("case", _LICENCES, ids=lambda case: case["number"])
def test_real_licences_are_taken_and_a_wrong_check_digit_is_only_doubtful(case):
    assert licence_number(case["number"]) == case["number"]
    assert is_doubtful(case["number"]) is not case["checkDigitHolds"]


@pytest.mark.parametrize(
    "text", ["", "SC", "SC1146401050001", "SC114640105000155", "XX11464010500015", "SC1146401050001a"]
)
def test_what_is_no_licence_is_refused(text):
    with pytest.raises(ValueError, match="14 digits"):
        licence_number(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("SC10032010100015", "category 100"),
        ("SC13232010100015", "category 132"),
        ("SC20432010100015", "category 204"),
        ("SC30132010100015", "category 301"),
        ("SC10600000000000", "region 000000"),
        ("SC10697010100015", "region 970101"),
        ("JY41108071215650", "business 4"),
        ("YB19908071215650", "region 990807"),
    ],
)
def test_a_category_business_or_region_that_there_is_not_is_refused(text, why):
    with pytest.raises(ValueError, match=why):
        licence_number(text)


@given(
    st.sampled_from(sorted(CATEGORIES)),
    st.sampled_from(sorted(numbers.PROVINCES)),
    st.integers(0, 99_999_999),
)
def test_a_made_licence_is_read_part_by_part(category, province, rest):
    body = f"{category}{province}{rest:08d}"
    number = f"SC{body}{mod_11_10.calc_check_digit(body)}"
    assert licence_number(number.lower()) == number
    assert not is_doubtful(number)
    assert numbers.category_of(number) == category
    assert numbers.region_of_licence(number) == number[5:11]
    assert numbers.region_of_licence(number).startswith(province)


def test_regions_stand_in_licences_and_in_credit_codes():
    assert numbers.region_of_licence("SC11464010500015") == "640105"
    assert numbers.region_of_licence("JY11108071215650") == "110807"
    assert numbers.region_of_code("91310112087994932F") == "310112"
    assert numbers.category_of("JY11108071215650") is None


@given(st.text(alphabet=string.printable, max_size=30))
def test_nothing_but_the_form_is_taken(text):
    try:
        found = licence_number(text)
    except ValueError:
        return
    assert found[:2] in ("SC", "JY", "YB")
    assert len(found) == 16


@pytest.mark.parametrize("text", ["CMA 180020110001", "cma:180020110001", "1800 2011 0001"])
def test_a_cma_number_has_twelve_digits(text):
    assert cma_number(text) == "180020110001"


@pytest.mark.parametrize("text", ["", "CMA", "18002011000", "1800201100011", "183220110001", "18A020110001"])
def test_what_is_no_cma_number_is_refused(text):
    with pytest.raises(ValueError, match="CMA"):
        cma_number(text)


@pytest.mark.parametrize(
    ("text", "plain"), [("CNAS L1234", "L1234"), ("l12345", "L12345"), ("cnasL0001", "L0001")]
)
def test_a_cnas_number_is_l_and_four_or_five_digits(text, plain):
    assert cnas_number(text) == plain


@pytest.mark.parametrize("text", ["", "CNAS", "L123", "L123456", "CNAS I1234", "1234"])
def test_what_is_no_cnas_number_is_refused(text):
    with pytest.raises(ValueError, match="CNAS"):
        cnas_number(text)


@given(st.text(max_size=20), st.sampled_from([cma_number, cnas_number, credit_code, licence_number]))
def test_a_plain_form_is_its_own_plain_form(text, read):
    try:
        plain = read(text)
    except ValueError:
        return
    assert read(plain) == plain
