"""A supplier's lots, and labels that can be scanned."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from portal.inspected import inspected
from portal.told import LOT, OTHER_LOT, hex_of, told
from suyuan.access.model import Caller, Scope
from suyuan.inspections.queries import decline, proposals_in
from suyuan.kernel.hashing import to_hex
from suyuan.portal import labels, static_files
from suyuan.portal.labels import CODE_SIDE, LEAST_MODULE, Size, fit


@pytest.fixture
def made(gateway, parties):
    return told(gateway, parties)


def listed(text):
    return re.findall(r'href="/supplier/lots/(0x[0-9a-f]{64})"', text)


def test_the_list_is_chosen_by_what_the_party_has_to_do_with_them(signed_in, made):
    own, other = signed_in("auditor"), signed_in("auditor", 2)
    assert len(listed(own.get("/supplier/lots").text)) == 3
    assert listed(own.get("/supplier/lots?which=offered").text) == []
    assert made["lot"] in listed(own.get("/supplier/lots?which=held").text)
    assert listed(other.get("/supplier/lots").text) == [made["lot"]]
    assert listed(other.get("/supplier/lots?which=offered").text) == [made["lot"]]
    assert "等您验收" in other.get("/supplier/lots").text
    assert "等对方验收" in own.get("/supplier/lots").text


def test_lots_are_found_by_a_part_of_their_code_and_by_nothing_else(signed_in, made):
    own = signed_in("entry")
    assert listed(own.get("/supplier/lots?q=m2611").text) == [made["lot"]]
    for nothing in ("M%25-07", "_2611", "nothing-like-it"):
        assert listed(own.get(f"/supplier/lots?q={nothing}").text) == []


def test_a_lot_that_the_party_has_nothing_to_do_with_does_not_exist(signed_in, made):
    own, foreign = signed_in("signer"), signed_in("signer", 2)
    for path in (f"/supplier/lots/{made['hostile_lot']}", f"/supplier/lots/{made['hostile_lot']}/label"):
        assert own.get(path).status_code == 200
        assert foreign.get(path).status_code == 404
    for wrong in ("0x00", "nothing", made["lot"][:-1], "0x" + "0" * 64):
        assert own.get(f"/supplier/lots/{wrong}").status_code == 404


def test_a_lots_page_leads_to_its_passport_its_submission_and_its_label(signed_in, made):
    text = signed_in("auditor").get(f"/supplier/lots/{made['lot']}").text
    assert 'href="/01/06901234567892/10/M2611-07"' in text
    assert f'href="/supplier/lots/{made["lot"]}/label"' in text
    assert f'href="/supplier/submissions/{made["submission"]}"' in text
    assert "480\N{NO-BREAK SPACE}千克" in text
    receiver = signed_in("auditor", 2).get(f"/supplier/lots/{made['lot']}").text
    assert made["submission"] not in receiver


def test_so_many_labels_are_made_as_are_asked_for_within_reason(signed_in, made):
    browser = signed_in("entry")
    for asked, given in (("3", 3), ("0", 1), ("-4", 1), ("999999", 200), ("x", 1)):
        text = browser.get(f"/supplier/lots/{made['lot']}/label?copies={asked}").text
        assert text.count('<li class="label"') == given
    assert '<img src="/qr/01/06901234567892/10/M2611-07.svg"' in text
    assert "M2611-07" in text
    assert "2026年11月22日" in text


def test_a_lot_that_failed_a_test_is_on_the_first_page_until_it_is_decided(
    signed_in, gateway, parties, made, clock
):
    inspected(gateway, parties)
    line = f'href="/supplier/lots/{hex_of(OTHER_LOT)}"'
    assert line in signed_in("auditor").get("/supplier").text
    assert line not in signed_in("auditor", 2).get("/supplier").text
    with gateway.database.transaction() as conn:
        mine = [each for each in proposals_in(conn, "open", 10) if to_hex(each.lot_id) == hex_of(OTHER_LOT)]
        for each in mine:
            decline(conn, clock, Caller("q", "q", None, frozenset({Scope.QC})), each.id, "wrong sample")
    assert mine
    assert line not in signed_in("auditor").get("/supplier").text


def test_sizes_on_paper_are_those_that_the_code_was_measured_for():
    css = static_files.contents()["portal.css"].decode()
    for size in Size:
        width, height = size.split("x")
        assert f".l{size} .label{{width:{width}mm;height:{height}mm" in css
        assert f".l{size} img{{width:{CODE_SIDE[size]}mm;height:{CODE_SIDE[size]}mm}}" in css
        assert f"@page l{size}{{size:{width}mm {height}mm" in css
        assert CODE_SIDE[size] <= int(height)


def test_a_code_whose_modules_would_be_too_small_is_warned_of(signed_in, made):
    usual = fit("https://trace.example.cn/01/06901234567892/10/M2611-07", Size.MIDDLE)
    assert usual.module == Decimal("0.73")
    assert usual.is_readable
    long = fit("https://trace.example.cn/" + "x" * 200, Size.SMALL)
    assert long.module < LEAST_MODULE
    assert not long.is_readable
    browser = signed_in("entry")
    assert "可能扫不出来" not in browser.get(f"/supplier/lots/{hex_of(LOT)}/label").text
    small = browser.get(f"/supplier/lots/{made['hostile_lot']}/label?size=50x30").text
    assert ("可能扫不出来" in small) is (
        labels.fit(qr_text(small, browser), Size.SMALL).module < LEAST_MODULE
    )


def qr_text(page, browser):
    """What the code of a label says: its own address at the public one."""
    path = re.search(r'<img src="/qr(/[^"]+)\.svg"', page)[1]
    return browser.app.state.gateway.settings.public_url + path
