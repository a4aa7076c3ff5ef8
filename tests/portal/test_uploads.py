"""The pages of uploads, as a person meets them."""

from __future__ import annotations

import re
from io import BytesIO

import pytest

from suyuan.journal.model import Limits
from suyuan.uploads.duty import Desk
from suyuan.uploads.steps import check_next, submit_next
from uploads.desk import HEADINGS, row, sheet


@pytest.fixture
def clerk(gateway):
    desk = Desk(gateway.database, gateway.clock, Limits(), gateway.receipt_signer, "clerk of the test")

    def work():
        while check_next(desk) or submit_next(desk):
            pass

    return work


@pytest.fixture
def goods(gateway, parties):
    """A product, and the first party's place as sheets name it."""
    from suyuan.catalogue.model import NewProduct
    from suyuan.catalogue.register import register_product

    with gateway.database.transaction() as conn:
        register_product(conn, gateway.clock, NewProduct({"zh": "阳山水蜜桃"}, gtin="09520718000013"))
    return {"site": "urn:gdst:example.org:location:loc:dew"}


def token_in(text):
    return re.search(r'name="csrf" value="([^"]+)"', text)[1]


def post(browser, path, shown, /, **fields):
    return browser.post(path, data={"csrf": token_in(shown), **fields})


def uploaded(browser, data, kind="harvest"):
    text = browser.get("/supplier/upload").text
    answer = browser.post(
        "/supplier/upload",
        data={"csrf": token_in(text), "kind": kind},
        files={"file": ("采收.csv", BytesIO(data), "text/csv")},
    )
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("?")[0]


def test_a_sheet_is_uploaded_mended_on_the_page_signed_and_received(signed_in, goods, clerk):
    browser = signed_in("signer")
    rows = [row(number, **goods) for number in range(1, 41)]
    rows[7] = row(8, **goods, quantity="viel")
    rows[9] = row(10, **goods, quantity="viel")
    page = uploaded(browser, sheet(rows))
    assert 'hx-trigger="every 1s"' in browser.get(page).text
    clerk()
    text = browser.get(page).text
    assert "先改这些" in text
    version = re.search(r'name="version" value="(\d+)"', text)[1]
    fixed = post(
        browser,
        f"{page}/fixes",
        text,
        version=version,
        column="quantity",
        rule=re.search(r'name="rule" value="([^"]+)"', text)[1],
        value="viel",
        text="12.5",
    )
    assert fixed.status_code == 303, fixed.text
    clerk()
    text = browser.get(page).text
    assert "签名前请核对" in text
    root = re.search(r'name="root" value="(0x[0-9a-f]{64})"', text)[1]
    version = re.search(r'name="version" value="(\d+)"', text)[1]
    signed = post(browser, f"{page}/sign", text, version=version, root=root)
    assert signed.status_code == 303, signed.text
    assert signed.headers["location"].startswith(page), signed.headers["location"]
    clerk()
    text = browser.get(page).text
    assert "下载回执" in text
    receipt = browser.get(f"{page}/receipt.json").json()
    assert receipt["root"] == root
    assert receipt["rows"] == 40
    assert browser.get(f"{page}/checked.xlsx").content[:2] == b"PK"


def test_another_partys_draft_is_not_there(signed_in, goods, clerk):
    page = uploaded(signed_in("signer"), sheet([row(1, **goods)]))
    clerk()
    foreign = signed_in("signer", party=2)
    for path in (page, f"{page}/progress", f"{page}/checked.xlsx", f"{page}/receipt.json"):
        assert foreign.get(path).status_code == 404, path


def test_a_foreign_sheet_is_understood_once_a_person_has_said_what_its_columns_are(signed_in, goods, clerk):
    browser = signed_in("entry")
    names = ("商品", "编号", "多少", "单位", "哪里", "哪天", "产地")
    page = uploaded(browser, sheet([row(1, **goods)], headings=names))
    clerk()
    text = browser.get(page).text
    assert "确认各列的含义" in text
    version = re.search(r'name="version" value="(\d+)"', text)[1]
    chosen = {f"column-{index}": name for index, name in enumerate(HEADINGS)}
    assert (
        post(browser, f"{page}/mapping", text, version=version, kind="harvest", **chosen).status_code == 303
    )
    clerk()
    text = browser.get(page).text
    assert "签名前请核对" in text
    assert "需要有签名权限的同事来签名" in text


@pytest.mark.parametrize(
    ("name", "data", "status"),
    [("a.xlsx", b"MZ\x90\x00" + b"\0" * 200, 422), ("a.xlsm", b"PK\x03\x04", 422), ("a.csv", b"", 422)],
)
def test_what_is_no_sheet_is_refused_on_a_page_with_a_reason(signed_in, name, data, status):
    browser = signed_in("entry")
    text = browser.get("/supplier/upload").text
    answer = browser.post(
        "/supplier/upload", data={"csrf": token_in(text)}, files={"file": (name, BytesIO(data), "text/csv")}
    )
    assert answer.status_code == status
    assert "文件" in answer.text


def test_a_reader_may_look_and_not_change(signed_in, goods, clerk):
    page = uploaded(signed_in("entry"), sheet([row(1, **goods, quantity="x")]))
    clerk()
    reader = signed_in("auditor")
    text = reader.get(page).text
    assert "先改这些" in text
    assert "/cells" not in text.replace('action="', "") or 'name="cell-' not in text
    assert reader.get("/supplier/upload").status_code == 403


def test_of_several_readings_of_a_date_none_is_taken_before_a_person_chooses(signed_in, goods, clerk):
    browser = signed_in("entry")
    page = uploaded(browser, sheet([row(1, **goods), row(2, **goods, date="3/4/2026")]))
    clerk()
    text = browser.get(page).text
    assert "建议改为" not in text
    assert re.findall(r'name="text" value="(2026-[^"]+)"', text) == ["2026-04-03", "2026-03-04"]
    version = re.search(r'name="version" value="(\d+)"', text)[1]
    chosen = {"column": "date", "rule": "date.ambiguous", "value": "3/4/2026", "text": "2026-03-04"}
    post(browser, f"{page}/fixes", text, version=version, **chosen)
    clerk()
    text = browser.get(page).text
    assert "签名前请核对" in text
    assert "2026-03-04 – 2026-11-20" in text


@pytest.mark.parametrize(
    "place", ["{", "[]", "7", '["csv", "x", "quantity", ""]', '["csv", [], "quantity", ""]', ""]
)
def test_a_cell_that_no_page_has_named_is_refused(signed_in, goods, clerk, place):
    browser = signed_in("signer")
    path = uploaded(browser, sheet([row(1, **goods, quantity="viel")]))
    clerk()
    fields = {"version": "1", "cell-0": "5", "at-0": place}
    answer = post(browser, f"{path}/cells", browser.get(path).text, **fields)
    assert answer.status_code == 400


@pytest.mark.parametrize("root", ["", "0x12", "0x" + "zz" * 32])
def test_what_is_no_hash_is_signed_by_nobody(signed_in, goods, clerk, root):
    browser = signed_in("signer")
    path = uploaded(browser, sheet([row(1, **goods)]))
    clerk()
    answer = post(browser, f"{path}/sign", browser.get(path).text, version="1", root=root)
    assert answer.status_code == 400
