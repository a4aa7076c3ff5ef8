from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suyuan.access.errors import AccountRefused, PasswordRefused
from suyuan.access.logins import normalised
from suyuan.access.passwords import check, is_common


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("Li.Mei@Example.COM", "li.mei@example.com"),
        (" li@example.com\t", "li@example.com"),
        ("ｌｉ＠example.com", "li@example.com"),
        ("li@münchen.de", "li@xn--mnchen-3ya.de"),
        ("li@例子.中国", "li@xn--fsqu00a.xn--fiqs8s"),
        ("13800138000", "+8613800138000"),
        ("+86 138-0013-8000", "+8613800138000"),
        ("0086 13800138000", "+8613800138000"),
        ("１３８００１３８０００", "+8613800138000"),
        ("+49 (30) 1234567", "+49301234567"),
    ],
)
def test_one_login_has_one_form(typed, normal):
    assert normalised(typed) == normal
    assert normalised(normal) == normal


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "li",
        "li@",
        "@x.com",
        "li@x",
        "li@@x.com",
        "l i@x.com",
        "lі@example.com",
        "12800138000",
        "1380013800",
        "+8612345",
        "😀@x.com",
        "li@x\x00.com",
        "\x00",
        "a" * 250 + "@x.com",
        "+",
    ],
)
def test_what_is_neither_address_nor_number_is_refused(typed):
    with pytest.raises(AccountRefused):
        normalised(typed)


@given(st.text(max_size=300))
def test_any_text_is_a_login_in_one_form_or_refused(text):
    try:
        once = normalised(text)
    except AccountRefused:
        return
    assert normalised(once) == once
    assert once.isascii()


@given(st.text(max_size=300))
def test_any_text_is_a_password_or_refused(text):
    try:
        check(text, ["li@example.com"])
    except PasswordRefused:
        return
    assert 10 <= len(text) <= 520


@pytest.mark.parametrize(
    "password",
    [
        "PASSWORD2026"[:10],
        "Passw0rd!!",
        "qwertyuiop",
        "1qaz2wsx3edc",
        "aaaaaaaaaaaaaaaa",
        "abcabcabcabc",
        "woaini1314520",
        "admin123456",
        "12341234123412",
        "溯源123456",
    ],
)
def test_what_many_choose_is_common(password):
    assert is_common(password)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "latest contest winner",
        "清晨的露水落在桃叶上面",
        "zK4-xw9-Tq2",
        "passwords are tiresome things",
    ],
)
def test_what_few_choose_is_not(password):
    assert not is_common(password)
