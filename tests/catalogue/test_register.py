from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from suyuan.anchoring.tables import leaves
from suyuan.catalogue import queries
from suyuan.catalogue.errors import ProductRefused
from suyuan.catalogue.model import NewProduct
from suyuan.catalogue.register import register_product
from suyuan.catalogue.tables import products, versions
from suyuan.kernel.clock import FixedClock
from suyuan.kernel.hashing import leaf_hash
from suyuan.kernel.identity import from_argument, identify

SHRIMP = NewProduct(
    names={"zh": "舟山冷冻虾仁", "en": "Frozen shrimp"},
    gtin="6901234567892",
    brand="白浪",
    net_content="500 g",
    shelf_life_days=365,
    storage="-18℃以下冷冻保存",
)


def shrimp(**other):
    given = {name: getattr(SHRIMP, name) for name in SHRIMP.__slots__}
    return NewProduct(**{**given, **other})


@pytest.fixture
def clock():
    return FixedClock(datetime(2026, 11, 23, 8, 0, tzinfo=UTC))


def test_a_product_is_found_by_its_lots_items_and_class(database, clock):
    with database.transaction() as conn:
        made = register_product(conn, clock, SHRIMP)
        assert made.uri == "https://id.gs1.org/01/06901234567892"
        for argument in ("6901234567892", "6901234567892/L1", "urn:epc:id:sgtin:6901234.056789.7"):
            assert queries.product_of(conn, from_argument(argument)) == made
        assert queries.product_of(conn, from_argument("6901234567885")) is None
        assert queries.products_of(conn, [made.uri, "urn:x:1"]) == {made.uri: made}


def test_a_class_without_a_gtin_is_a_product_too(database, clock):
    uri = "urn:gdst:example.org:product:class:processor.2u"
    with database.transaction() as conn:
        made = register_product(conn, clock, NewProduct({"en": "Can of Tuna"}, uri=uri))
        lot = identify("urn:gdst:example.org:product:lot:class:processor.2u.lot-1")
        assert queries.product_of(conn, lot) == made
        assert (made.gtin, made.name("zh")) == (None, "Can of Tuna")


def test_each_version_is_an_anchored_leaf(database, clock):
    with database.transaction() as conn:
        made = register_product(conn, clock, SHRIMP)
        (stored,) = queries.versions_of(conn, made.uri)
        (leaf,) = conn.execute(select(leaves)).all()
    assert (leaf.kind, leaf.data, leaf.hash) == ("product", stored.document, made.hash)
    assert leaf_hash(stored.document) == made.hash
    assert json.loads(stored.document) == {
        "type": "suyuan-product/1",
        "version": 1,
        "uri": "https://id.gs1.org/01/06901234567892",
        "names": {"zh": "舟山冷冻虾仁", "en": "Frozen shrimp"},
        "brand": "白浪",
        "netContent": "500 g",
        "shelfLifeDays": 365,
        "storage": "-18℃以下冷冻保存",
    }


def test_a_product_described_anew_gets_its_next_version_and_keeps_the_old(database, clock):
    with database.transaction() as conn:
        register_product(conn, clock, SHRIMP)
        clock.advance(timedelta(days=1))
        changed = register_product(conn, clock, shrimp(shelf_life_days=300))
        again = register_product(conn, clock, SHRIMP)
        assert [changed.version, again.version] == [2, 3]
        lives = [json.loads(each.document)["shelfLifeDays"] for each in queries.versions_of(conn, again.uri)]
        assert lives == [365, 300, 365]
        assert len(conn.execute(select(leaves)).all()) == 3


def test_the_same_description_again_changes_nothing(database, clock):
    with database.transaction() as conn:
        first = register_product(conn, clock, SHRIMP)
        clock.advance(timedelta(days=1))
        assert (
            register_product(conn, clock, shrimp(gtin=None, uri="urn:epc:idpat:sgtin:6901234.056789.*"))
            == first
        )


def test_descriptions_at_the_same_time_are_versions_one_after_the_other(database, clock):
    def work(days):
        with database.transaction() as conn:
            register_product(conn, clock, shrimp(shelf_life_days=days))

    threads = [threading.Thread(target=work, args=(days,)) for days in range(1, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as conn:
        found = queries.versions_of(conn, "https://id.gs1.org/01/06901234567892")
    assert [each.version for each in found] == [6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    ("made", "pointers"),
    [
        ({"gtin": None}, ["/gtin"]),
        ({"uri": "urn:x:1"}, ["/gtin"]),
        ({"gtin": "6901234567893"}, ["/gtin"]),
        ({"gtin": "0x" + "1" * 64}, ["/gtin"]),
        ({"gtin": "6901234567892/L1"}, ["/gtin"]),
        ({"gtin": "１２３"}, ["/gtin"]),
        ({"gtin": None, "uri": "https://id.gs1.org/01/06901234567892/10/L1"}, ["/uri"]),
        ({"gtin": None, "uri": "nonsense"}, ["/uri"]),
        ({"names": {}}, ["/names"]),
        ({"names": {"zh": "", "fr": "x"}}, ["/names/zh", "/names/fr"]),
        ({"brand": "x" * 101, "storage": "a\nb"}, ["/brand", "/storage"]),
        ({"shelf_life_days": 0}, ["/shelfLifeDays"]),
        ({"shelf_life_days": 10**9, "net_content": ""}, ["/netContent", "/shelfLifeDays"]),
    ],
)
def test_a_product_is_refused_with_every_fault(database, clock, made, pointers):
    with database.transaction() as conn, pytest.raises(ProductRefused) as caught:
        register_product(conn, clock, shrimp(**made))
    assert [fault.pointer for fault in caught.value.faults] == pointers


def test_products_are_listed_in_the_order_of_their_first_description(database, clock):
    gtins = ["6901234567892", "6901234567885", "6901234567878"]
    with database.transaction() as conn:
        for gtin in gtins:
            clock.advance(timedelta(seconds=1))
            register_product(conn, clock, shrimp(gtin=gtin))
        clock.advance(timedelta(seconds=1))
        register_product(conn, clock, shrimp(gtin=gtins[0], brand="新"))
        first = queries.list_products(conn, limit=2)
        rest = queries.list_products(conn, after=first[-1][0])
    assert [product.gtin for _, product in first + rest] == [gtin.zfill(14) for gtin in gtins]


def test_a_description_is_never_changed(database, clock):
    with database.transaction() as conn:
        register_product(conn, clock, SHRIMP)
    for change in (
        update(versions).values(document=b"{}"),
        delete(versions),
        update(products).values(uri="urn:x:1"),
    ):
        with pytest.raises(IntegrityError, match="append-only"), database.transaction() as conn:
            conn.execute(change)
