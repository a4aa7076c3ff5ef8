"""A supplier's submissions: the list and its filters, the receipt, and what a rejection says."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import update

from portal.told import LOT, commissioned, reject, tell, told
from suyuan.anchoring.tables import operations


@pytest.fixture
def made(gateway, parties):
    return told(gateway, parties)


def listed(text):
    """The ids of the submissions in a list, in its order."""
    return re.findall(r'href="/supplier/submissions/([0-9a-f-]{36})"', text)


def put(gateway, submission, state):
    with gateway.database.transaction() as conn:
        conn.execute(update(operations).where(operations.c.reference == submission).values(state=state))


def test_the_list_is_filtered_by_state_and_by_day_of_beijing(signed_in, gateway, made, clock):
    put(gateway, made["submission"], "final")
    browser = signed_in("auditor")
    every = listed(browser.get("/supplier/submissions").text)
    assert len(every) == 3
    (final,) = listed(browser.get("/supplier/submissions?state=final").text)
    assert final == made["submission"]
    assert listed(browser.get("/supplier/submissions?state=rejected").text) == [made["rejected"]]
    (under_way,) = listed(browser.get("/supplier/submissions?state=under-way").text)
    assert under_way not in {final, made["rejected"]}
    day = "since=2026-11-23&until=2026-11-23"
    assert listed(browser.get(f"/supplier/submissions?{day}").text) == every
    for empty in ("since=2026-11-24", "until=2026-11-22"):
        answer = browser.get(f"/supplier/submissions?{empty}")
        assert listed(answer.text) == []
        assert "没有符合条件的结果" in answer.text
    assert listed(browser.get("/supplier/submissions?state=x&since=yesterday&before=-1").text) == every


def test_the_list_goes_on_page_by_page_and_keeps_its_filter(signed_in, gateway, parties):
    told_ids = [
        tell(gateway, parties[0], commissioned(f"https://id.gs1.org/01/06901234567892/10/L{n}"))
        for n in range(53)
    ]
    browser = signed_in("entry")
    first = browser.get("/supplier/submissions?state=under-way").text
    assert listed(first) == told_ids[:2:-1]
    (next_page,) = re.findall(r'href="([^"]+)" rel="next"', first)
    second = browser.get(next_page.replace("&amp;", "&")).text
    assert "state=under-way" in next_page
    assert listed(second) == told_ids[2::-1]
    assert 'rel="next"' not in second


def test_another_partys_submission_does_not_exist(signed_in, made):
    own, foreign = signed_in("signer"), signed_in("signer", 2)
    for path in (
        f"/supplier/submissions/{made['submission']}",
        f"/supplier/submissions/{made['submission']}/receipt.json",
    ):
        assert own.get(path).status_code == 200
        answer = foreign.get(path)
        unknown = foreign.get(path.replace(made["submission"], "0" * 36))
        assert answer.status_code == unknown.status_code == 404
        assert answer.text == unknown.text.replace("0" * 36, made["submission"])
    assert listed(foreign.get("/supplier/submissions").text) == []


def test_the_receipt_can_be_kept_as_a_file(signed_in, gateway, made):
    answer = signed_in("auditor").get(f"/supplier/submissions/{made['submission']}/receipt.json")
    assert answer.headers["content-disposition"].startswith('attachment; filename="suyuan-receipt-')
    receipt = answer.json()
    assert receipt["submission"] == made["submission"]
    assert receipt["signature"].startswith("0x")
    page = signed_in("auditor").get(f"/supplier/submissions/{made['submission']}").text
    for shown in ("documentHash", "entriesHash", "signer", "ledger"):
        assert receipt[shown] in page


@pytest.mark.parametrize(
    ("state", "word"),
    [
        ("received", "已接收"),
        ("signed", "已签名"),
        ("submitted", "正在上链"),
        ("mined", "已上链"),
        ("final", "已最终确认"),
        ("rejected", "被退回"),
    ],
)
def test_the_page_says_how_far_it_has_come(signed_in, gateway, made, state, word):
    put(gateway, made["submission"], state)
    text = signed_in("entry").get(f"/supplier/submissions/{made['submission']}").text
    (told_state,) = re.findall(r'data-state="(\w+)"', text)
    assert told_state == state
    assert f"</svg>{word}</span>" in text
    is_live = f"submission={made['submission']}.{state}" in text
    assert is_live is (state not in {"final", "rejected"})
    assert ("<noscript>" in text) is is_live


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        ("NotQualified(lotId=0x00, party=1)", "您的资质当时没有生效或已经过期"),
        ("TraceLedger_NotCustodian(lotId=0x00)", "货物当时不在您手上"),
        ("LotHeld(lotId=0x00)", "已暂停销售"),
        ("Panic(0x11)", "区块链拒绝了这次提交"),
        ("execution reverted", "区块链拒绝了这次提交"),
    ],
)
def test_a_rejection_says_in_plain_words_why_and_what_to_do(signed_in, gateway, made, refusal, words):
    reject(gateway, made["submission"], refusal)
    text = signed_in("entry").get(f"/supplier/submissions/{made['submission']}").text
    assert words in text
    assert refusal in text
    assert "改正后重新上传" in text


def test_the_entries_name_kind_goods_and_time(signed_in, made):
    text = signed_in("entry").get(f"/supplier/submissions/{made['submission']}").text
    assert "生产" in text
    assert "安吉散养鸡蛋 30 枚装" in text
    assert LOT.rpartition("/")[2] in text
    assert "2026年11月22日 08:00" in text


def test_many_entries_are_shown_in_parts(signed_in, gateway, parties):
    events = [commissioned(f"https://id.gs1.org/01/06901234567892/10/P{n}") for n in range(205)]
    made = tell(gateway, parties[0], *events)
    browser = signed_in("entry")
    first, last = (
        browser.get(f"/supplier/submissions/{made}"),
        browser.get(f"/supplier/submissions/{made}?from=200"),
    )
    assert first.text.count('role="rowheader"') == 100
    assert f'href="/supplier/submissions/{made}?from=100" rel="next"' in first.text
    assert last.text.count('role="rowheader"') == 5
    assert 'rel="next"' not in last.text
    assert len(first.content) < 120_000


def test_a_rejection_is_on_the_first_page_until_it_is_old_and_not_for_those_who_only_read(
    signed_in, made, clock
):
    href = f'href="/supplier/submissions/{made["rejected"]}"'
    assert href in signed_in("entry").get("/supplier").text
    assert href not in signed_in("auditor").get("/supplier").text
    assert href not in signed_in("entry", 2).get("/supplier").text
    clock.set(clock.now().replace(month=12, day=8))
    assert href not in signed_in("entry").get("/supplier").text


def test_a_new_supplier_is_told_how_to_begin(signed_in, made):
    assert "从零到第一批货上链" in signed_in("signer", 2).get("/supplier").text
    assert "从零到第一批货上链" not in signed_in("signer").get("/supplier").text
