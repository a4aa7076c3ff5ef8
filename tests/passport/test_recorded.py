"""Told by suppliers, recorded by the real contracts, served, and checked against the chain alone."""

from __future__ import annotations

import html
import json
import re
from urllib.parse import quote

import pytest

from passport.recorded_world import FARM, GTIN, RecordedWorld, event, tell_whole_story
from suyuan.catalogue.model import NewProduct
from suyuan.catalogue.register import register_product
from suyuan.kernel.identity import identify, lot_id, page_path
from suyuan.verify import Outcome, verify_bundle

PATH = f"/01/{GTIN}/10/M2611-07"


def test_the_served_bundle_checks_out_on_both_databases(database, tmp_path):
    world = RecordedWorld(database, tmp_path)
    tell_whole_story(world)
    world.record()
    answer = world.get(PATH, accept="application/json")
    assert answer.headers["content-type"] == "application/json"
    report = verify_bundle(answer.content, world.trust, world.rpc)
    assert [check for check in report.checks if check.outcome is not Outcome.PASS] == []
    assert report.exit_code == 0
    bundle = json.loads(answer.content)
    assert [entry["kind"] for entry in bundle["entries"]] == ["PRODUCED", "TESTED", "OFFERED", "ACCEPTED"]
    assert b"7.20" not in answer.content


def test_the_page_tells_the_verdict_the_journey_and_the_limits_in_chinese(world):
    answer = world.get(PATH, accept="text/html")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    page = answer.text
    assert '<html lang="zh-CN">' in page
    assert 'data-state="verified"' in page
    said_in_chinese = (
        "安吉散养鸡蛋 30 枚装",
        "4 条记录由 3 家单位签名",
        "清湖牧场",
        "湖州安吉",
        "480\N{NO-BREAK SPACE}千克",
        "独立机构",
        "双方确认",
        "本地演示链",
        "这一页证明不了什么",
        f"suyuan verify https://trace.example.cn{PATH}",
    )
    for said in said_in_chinese:
        assert said in page, said
    assert page.index("生产") < page.index("华东食品检测中心") < page.index("确认收货")


def test_the_same_page_in_english(world):
    page = world.get(PATH, accept_language="en-GB,en;q=0.9").text
    said_in_english = (
        '<html lang="en">',
        "Anji free-range eggs, 30 pcs",
        "4 entries by 3 parties, each signed",
        "Clear Lake Farm",
        "Local demo chain",
        "What this page cannot prove",
        "is confidential",
    )
    for said in said_in_english:
        assert said in page, said
    assert world.get(f"{PATH}?lang=en", accept_language="zh").text.startswith(
        '<!doctype html>\n<html lang="en">'
    )


def test_every_entry_carries_what_is_needed_to_look_it_up_on_the_chain(world):
    page = world.get(PATH).text
    bundle = world.get(PATH, accept="application/json").json()
    for entry in bundle["entries"]:
        assert entry["transaction"] in page
        assert entry["event"]["eventID"].replace("&", "&amp;") in page
    assert world.identity.contracts["TraceLedger"] in page


def test_what_is_under_way_is_told_apart_and_never_in_the_bundle(world):
    uri = tell_whole_story(world, "PENDING-1")
    page = world.get(f"/01/{GTIN}/10/PENDING-1").text
    assert 'data-state="pending"' in page
    assert "4 条记录还没有写入区块链" in page
    refused = world.get(f"/01/{GTIN}/10/PENDING-1", accept="application/json")
    assert refused.status_code == 404
    assert refused.json()["code"] == "lot.not_proven"
    world.record()
    assert 'data-state="verified"' in world.get(f"/lot/{quote(uri, safe='')}").text


def test_pages_run_no_scripts_and_load_nothing_from_others(world):
    answer = world.get(PATH)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert "<script" not in answer.text
    assert " style=" not in answer.text
    assert not re.findall(r'(?:src|href)="https?://(?!trace\.example\.cn)', answer.text)
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_an_unchanged_page_is_not_sent_again(world):
    first = world.get(PATH)
    again = world.get(PATH, if_none_match=first.headers["etag"])
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["etag"] == first.headers["etag"]
    assert world.client.head(PATH).status_code == 200


def test_a_page_fits_into_the_first_window_of_a_connection(world):
    answer = world.get(PATH, accept_encoding="gzip")
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) <= 14_000


def test_an_unknown_lot_is_said_to_be_unknown_in_both_languages(world):
    zh, en = world.get(f"/01/{GTIN}/10/NOPE"), world.get(f"/01/{GTIN}/10/NOPE?lang=en")
    assert (zh.status_code, en.status_code) == (404, 404)
    assert "查无此批次" in zh.text
    assert "No such lot" in en.text
    machine = world.get(f"/01/{GTIN}/10/NOPE", accept="application/json")
    assert machine.status_code == 404
    assert machine.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path", ["/01/06901234567891/10/A", "/01/x/10/A", "/lot/nonsense", "/01/06901234567892/99/A"]
)
def test_an_address_that_cannot_be_read_says_so(world, path):
    answer = world.get(path)
    assert answer.status_code in (400, 404)
    assert "<h2>" in answer.text


ODD_URIS = [
    "urn:gdst:example.org:product:lot:class:processor.2u.v1-0122-2022",
    "https://example.com/lots/" + quote("🍳/100%") + "?x=1&y=2#z",
    "urn:example:lot:" + quote("鱼" * 100),
    "urn:example:lot:" + "x" * 500,
]


def test_lots_with_any_name_have_a_page_a_bundle_and_a_code(world):
    uris = [
        f"https://id.gs1.org/01/{GTIN}/10/{quote(name, safe='')}"
        for name in ("A/B", "100%", "A+B", "(x)&y=z")
    ]
    for uri in (*uris, *ODD_URIS):
        world.tell(FARM, event(5, "commissioning", uri, action="ADD"))
    world.record()
    for uri in (*uris, *ODD_URIS):
        obj = identify(uri)
        for path in {page_path(obj), "/lot/" + quote(obj.uri, safe=""), f"/lot/0x{lot_id(obj.uri).hex()}"}:
            answer = world.get(path)
            assert answer.status_code == 200, path
            assert html.escape(obj.lot or obj.uri, quote=False)[:40] in answer.text.replace(
                "&#39;", "'"
            ).replace("&#34;", '"')
        bundle = world.get(page_path(obj), accept="application/json")
        assert verify_bundle(bundle.content, world.trust, world.rpc).exit_code == 0
        assert bundle.json()["lot"]["uri"] == obj.uri
        assert world.get(f"/api/v1/lots/{quote(uri, safe='')}/proof").content == bundle.content
        code = world.get(f"/qr{page_path(obj)}.svg")
        assert code.headers["content-type"].startswith("image/svg+xml")


def test_names_of_others_cannot_break_the_page(world):
    evil = "<script>alert(1)</script>\"'&"
    uri = "urn:gdst:evil.org:product:lot:class:a.b.L1"
    hostile = {"eventID": "urn:x:%3Cscript%3E"}
    with world.database.transaction() as conn:
        names = {"zh": evil, "en": evil}
        register_product(
            conn, world.clock, NewProduct(names=names, uri="urn:gdst:evil.org:product:class:a.b")
        )
    world.tell(FARM, event(5, "commissioning", uri, action="ADD", **hostile))
    world.record()
    page = world.get(f"/lot/{uri}").text
    assert "<script" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;&#34;&#39;&amp;") >= 2
    assert world.get("/lot/%3Cscript%3Ealert(1)%3C/script%3E").text.count("<script") == 0


def test_the_linkset_names_page_and_bundle(world):
    answer = world.get(PATH, accept="application/linkset+json")
    assert answer.headers["content-type"] == "application/linkset+json"
    (links,) = answer.json()["linkset"]
    assert links["anchor"] == f"https://id.gs1.org{PATH}"
    assert links["https://ref.gs1.org/voc/defaultLink"][0]["href"] == f"https://trace.example.cn{PATH}"
    assert world.get(f"{PATH}?linkType=linkset").content == answer.content


def test_a_row_changed_by_hand_turns_the_page_red(sqlite_database, tmp_path):
    world = RecordedWorld(sqlite_database, tmp_path)
    tell_whole_story(world)
    world.record()
    with world.database.transaction() as conn:
        for trigger in (
            conn.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all()
        ):
            conn.exec_driver_sql(f'DROP TRIGGER "{trigger}"')
        conn.exec_driver_sql("UPDATE journal_events SET public = replace(public, '480', '481')")
    assert 'data-state="broken"' in world.get(PATH).text
    bundle = world.get(PATH, accept="application/json").content
    assert verify_bundle(bundle, world.trust, world.rpc).exit_code == 1


def test_a_kept_page_is_made_anew_when_anything_of_it_changes(world):
    path = f"/01/{GTIN}/10/KEPT"
    uri = f"https://id.gs1.org{path}"
    world.tell(FARM, event(6, "commissioning", uri, action="ADD"))
    first = world.get(path)
    assert world.get(path).content == first.content
    world.record()
    recorded = world.get(path)
    assert 'data-state="verified"' in recorded.text
    child = f"https://id.gs1.org/01/{GTIN}/10/KEPT-CHILD"
    made = {
        "type": "TransformationEvent",
        "inputQuantityList": [{"epcClass": uri, "quantity": 10, "uom": "KGM"}],
        "outputQuantityList": [{"epcClass": child, "quantity": 9, "uom": "KGM"}],
    }
    transformed = event(5, "commissioning", uri, **made)
    for member in ("action", "quantityList"):
        del transformed[member]
    world.tell(FARM, transformed)
    assert "KEPT-CHILD" in world.get(path).text
    with world.database.transaction() as conn:
        new = NewProduct(names={"zh": "安吉散养鸡蛋（新装）"}, gtin=GTIN)
        register_product(conn, world.clock, new)
    assert "安吉散养鸡蛋（新装）" in world.get(path).text
