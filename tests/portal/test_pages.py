"""What holds for every page: no inline code, its headers, its size, and no name that becomes markup."""

from __future__ import annotations

import pytest

from portal.page_look import Look
from portal.pages_to_see import MAKERS, PAGES

MAX_BYTES = 120_000
HOSTILE = """<script>alert(1)</script>'" onmouseover="alert(2)" x='{{ 7*7 }}"""


@pytest.fixture
def see(client, gateway, parties, signed_in):
    """see(page, language): the answer."""
    made = {}
    for maker in MAKERS:
        made |= maker(gateway, parties)
    browsers = {None: client}

    def look(page, language="zh"):
        if page.seat not in browsers:
            browsers[page.seat] = signed_in(page.seat, name=HOSTILE)
        path = page.path.format(**made)
        joint = "&" if "?" in path else "?"
        return browsers[page.seat].get(f"{path}{joint}lang={language}")

    return look


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_is_whole_without_inline_code_and_its_policy_forbids_it(see, language):
    for page in PAGES:
        answer = see(page, language)
        found = Look(answer.text)
        assert answer.status_code == page.status, (page, answer.text)
        assert found.faults == [], page
        assert len(found.headings) == 1, page
        assert f'<html lang="{"zh-CN" if language == "zh" else "en"}">' in answer.text
        policy = answer.headers["content-security-policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert answer.headers["cache-control"] == "no-store", page
        assert "Cookie" in answer.headers["vary"], page
        assert len(answer.content) <= MAX_BYTES, (page, len(answer.content))


def test_every_form_that_changes_something_holds_the_token_of_the_session(see):
    for page in PAGES:
        if page.seat is None:
            continue
        posts = [each for each in Look(see(page).text).forms if each[0].get("method") == "post"]
        assert [form for form, has_token in posts if not has_token] == [], page


@pytest.fixture
def company_names():
    return [({"zh": HOSTILE, "en": HOSTILE}, "dew"), ({"zh": HOSTILE + "2"}, "hills")]


def test_no_name_becomes_a_part_of_the_page(see):
    for page in PAGES:
        text = see(page).text
        assert "<script>alert" not in text, page
        assert 'onmouseover="alert' not in text, page
        assert "x='49" not in text, page
