"""What the page says in each state, in both languages."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from passport.sample_pages import (
    ALL,
    CONTRADICTION,
    DOUBTED,
    FARM,
    GAPS,
    PENDING,
    STEPS,
    STORE,
    VERIFIED,
    step,
)
from suyuan.kernel.ledger import Kind, Role
from suyuan.passport import words as catalogue
from suyuan.passport.gaps import find_gaps
from suyuan.passport.model import Relative, State, Who
from suyuan.passport.negotiation import wanted_form, wanted_language
from suyuan.passport.page import Links, render_lot, render_unknown
from suyuan.passport.view import View

LINKS = Links("https://t.example/x", "?format=json", "/qr/x.svg", "x.json", "?lang=en")
EVIL = "<script>alert('x')</script>&\""


def rendered(page, language="zh", first=0):
    return render_lot(page, language, LINKS, first).decode()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("state", ALL)
def test_each_state_says_its_verdict_and_the_limit_on_the_first_screen(state, language):
    text, words = rendered(ALL[state], language), catalogue.words(language)
    assert f'data-state="{state}"' in text
    assert words.word(f"verdict.{state}") in text
    assert (
        text.index(words.word(f"verdict.{state}"))
        < text.index(words.word("limit"))
        < text.index('id="journey"')
    )
    assert not re.search(r"\{\w+\}", re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL))


def test_the_worst_is_said_first():
    assert replace(CONTRADICTION, broken="x", doubt=DOUBTED.doubt).state is State.BROKEN
    assert replace(CONTRADICTION, doubt=DOUBTED.doubt).state is State.DOUBTED
    assert CONTRADICTION.state is State.CONTRADICTION
    assert replace(PENDING, gaps=GAPS.gaps).state is State.PENDING
    assert GAPS.state is State.GAPS
    assert VERIFIED.state is State.VERIFIED


WRONG = {
    "doubt": ({"doubt": DOUBTED.doubt}, "在区块链上找不到原来的合约或记录", "found on the blockchain"),
    "contradiction": ({"discords": CONTRADICTION.discords}, "2 处", "2 contradictions"),
    "pending": ({"steps": PENDING.steps}, "1 条记录还没有写入区块链", "1 entry is not written"),
    "gaps": ({"gaps": GAPS.gaps}, "处缺口", "gaps"),
}  # fmt: skip


@pytest.mark.parametrize("one", WRONG)
@pytest.mark.parametrize("other", [*WRONG, "broken"])
def test_nothing_that_is_wrong_is_left_out_of_the_sentence(one, other):
    if one == other:
        return
    page = replace(VERIFIED, **WRONG[one][0], **({"broken": "x"} if other == "broken" else WRONG[other][0]))
    for language, place in (("zh", 1), ("en", 2)):
        says = View(page, catalogue.words(language), more=0).says
        assert WRONG[one][place] in says, says
        assert other == "broken" or WRONG[other][place] in says, says
        assert page.state is not State.VERIFIED


@pytest.mark.parametrize(
    "latch", ["wrong_chain", "chain_lost", "finality_violation", "node_behind", "new one"]
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_latch_of_any_name_takes_the_verdict_back(latch, language):
    text = rendered(replace(DOUBTED, doubt=(latch, datetime(2026, 11, 23, tzinfo=UTC))), language)
    assert 'data-state="doubted"' in text
    assert catalogue.words(language).word("verdict.verified") not in text
    assert (
        "自 2026年11月23日 08:00 北京时间起" if language == "zh" else "since 23 Nov 2026 00:00 UTC"
    ) in text


def test_pending_entries_are_counted_apart():
    text = rendered(PENDING)
    assert "1 条记录还没有写入区块链" in text
    assert "另有 7 条记录已经上链" in text
    assert "已发送，等待入块" in text
    assert "当前保管方：晨光生鲜杭州一号仓；已交货给：清湖牧场（待对方确认）" in text


def test_gaps_corrections_and_refusals_are_shown_not_hidden():
    text = rendered(GAPS)
    for said in ("此前的生产环节没有记录", "没有发货方的交货签名", "没有收到温度记录", "记录者当时不是保管方",
                 "更正见第 4 步", "声明：内容有误", "未上链：NotCustodian(4, 1)"):  # fmt: skip
        assert said in text, said


def test_a_dispute_names_who_disputes_and_declares_nothing_wrong():
    disputed = replace(STEPS[0], disputed=((STORE, 6),))
    page = replace(VERIFIED, steps=(disputed, *STEPS[1:]))
    assert "晨光生鲜杭州一号仓对此记录提出异议，见第 7 步" in rendered(page)
    assert "Morning Fresh, Hangzhou No. 1 disputes this record" in rendered(page, "en")
    assert "声明有误" not in rendered(page)


def test_contradictions_name_what_does_not_fit_and_where():
    text = rendered(CONTRADICTION, "en")
    assert "480 kg in, 512.5 kg out" in text
    assert 'href="#s3"' in text
    assert "36 pieces known, 40 pieces used" in text


def test_claimed_time_stands_beside_chain_time_and_lateness_is_said():
    late = step(0, Kind.PRODUCED, FARM, "commissioning")
    long_after = replace(late.recorded, time=late.recorded.time + timedelta(days=800))
    late = replace(late, recorded=long_after)
    page = replace(VERIFIED, steps=(late,), gaps=find_gaps([late], has_temperature=True))
    assert "2 年后" in rendered(page)
    assert "1 条记录在事情发生 3 天以后才上链" in rendered(page)
    assert page.state is State.VERIFIED


def test_a_chain_time_before_the_claimed_one_is_pointed_out():
    early = step(0, Kind.PRODUCED, FARM, "commissioning")
    early = replace(early, recorded=replace(early.recorded, time=datetime(2026, 1, 1, tzinfo=UTC)))
    assert "上链早于所说的时间" in rendered(replace(VERIFIED, steps=(early,)))


def test_whatever_others_wrote_is_shown_as_text():
    evil = replace(
        STEPS[0],
        party=Who(1, {"zh": EVIL, "en": EVIL}, "PRODUCER"),
        place={"zh": EVIL},
        biz_step=f"urn:x:{EVIL}",
        amounts=((EVIL, EVIL),),
        event_id=EVIL,
        refusal=EVIL,
    )
    relative = Relative(EVIL, EVIL, {"en": EVIL}, "/lot/%3Cscript%3E")
    page = replace(
        CONTRADICTION, steps=(evil,), lot=EVIL, product=replace(VERIFIED.product, names={"en": EVIL}),
        family=replace(VERIFIED.family, parents=(relative,)), custodian=evil.party,
    )  # fmt: skip
    for text in (rendered(page), rendered(page, "en"), render_unknown(EVIL, "zh", "?", demo=True).decode()):
        assert "<script" not in text
        assert "&lt;script&gt;" in text


def test_a_page_of_forty_steps_still_fits_into_fourteen_kilobytes():
    steps = tuple(
        step(place, Kind.OBSERVED, FARM, "storing", event_id=f"urn:uuid:{place:032x}") for place in range(40)
    )
    assert len(gzip.compress(render_lot(replace(VERIFIED, steps=steps), "zh", LINKS))) <= 14_000


def test_long_journeys_come_in_parts_that_keep_their_numbers():
    steps = tuple(step(place, Kind.OBSERVED, FARM, "storing") for place in range(130))
    page = replace(VERIFIED, steps=steps)
    first, second = rendered(page), rendered(page, first=60)
    assert "后面还有 70 步" in first
    assert 'href="?from=60"' in first
    assert 'id="s61"' in second
    assert 'id="s60"' not in second


def shape(tree):
    if isinstance(tree, dict):
        return {key: shape(value) for key, value in tree.items()}
    return len(tree) if isinstance(tree, list) else str


def test_both_catalogues_have_the_same_words_with_the_same_blanks():
    folder = Path(catalogue.__file__).parent / "words"
    zh, en = (json.loads((folder / f"{name}.json").read_text("utf-8")) for name in ("zh", "en"))
    assert shape(zh) == shape(en)
    for pair in zip(leaves(zh), leaves(en), strict=True):
        one, other = (set(re.findall(r"\{(\w+)\}", text)) for text in pair)
        assert one - {"n"} == other - {"n"}, pair


def leaves(tree):
    if isinstance(tree, str):
        return [tree]
    return [leaf for value in (tree.values() if isinstance(tree, dict) else tree) for leaf in leaves(value)]


def test_every_kind_and_role_has_its_word():
    for language in ("zh", "en"):
        words = catalogue.words(language)
        assert all(words.term("kind", kind.name) for kind in Kind)
        assert all(words.term("role", str(role.name)) for role in Role)


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", "html"),
        ("*/*", "html"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "html"),
        ("application/json", "bundle"),
        ("application/json;q=0.9, text/html;q=0.1", "bundle"),
        ("application/linkset+json", "linkset"),
        ("image/png", "html"),
        ("application/json;q=x", "html"),
    ],
)
def test_the_form_follows_the_accept_header(accept, form):
    assert wanted_form(accept) == form


@pytest.mark.parametrize(
    ("accept", "asked", "language"),
    [
        ("", "", "zh"),
        ("en-GB,en;q=0.9,zh;q=0.1", "", "en"),
        ("zh-TW", "", "zh"),
        ("fr,en;q=0.5", "", "en"),
        ("fr", "", "zh"),
        ("en", "zh", "zh"),
        ("zh", "en-US", "en"),
        ("en;q=0,zh;q=0.1", "", "zh"),
    ],
)
def test_the_language_follows_the_address_then_the_browser_then_chinese(accept, asked, language):
    assert wanted_language(accept, asked) == language
