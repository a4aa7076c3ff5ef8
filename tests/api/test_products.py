"""Products over HTTP."""

from __future__ import annotations

import pytest

SHRIMP = {
    "gtin": "6901234567892",
    "names": {"zh": "舟山冷冻虾仁", "en": "Frozen shrimp"},
    "netContent": "500 g",
    "shelfLifeDays": 365,
    "storage": "-18℃以下冷冻保存",
}


def test_a_product_is_described_and_read(registrar):
    made = registrar.post("/api/v1/products", json=SHRIMP)
    assert made.status_code == 201
    body = made.json()
    assert registrar.get("/api/v1/products").json() == {"products": [body]}
    assert body["hash"].startswith("0x")
    assert (body["uri"], body["gtin"]) == ("https://id.gs1.org/01/06901234567892", "06901234567892")
    assert (body["version"], body["names"]["zh"], body["brand"]) == (1, "舟山冷冻虾仁", None)


def test_described_anew_it_gets_its_next_version(registrar):
    registrar.post("/api/v1/products", json=SHRIMP)
    assert registrar.post("/api/v1/products", json=SHRIMP).json()["version"] == 1
    assert registrar.post("/api/v1/products", json={**SHRIMP, "brand": "白浪"}).json()["version"] == 2
    found = registrar.get("/api/v1/products", params={"uri": "https://example.com/01/06901234567892"})
    assert [product["brand"] for product in found.json()["products"]] == ["白浪"]


def test_a_class_without_gtin_has_its_uri(registrar):
    uri = "urn:gdst:example.org:product:class:processor.2u"
    made = registrar.post("/api/v1/products", json={"uri": uri, "names": {"en": "Can of Tuna"}})
    assert (made.json()["uri"], made.json()["gtin"]) == (uri, None)


def test_every_fault_is_answered_with_its_place(registrar):
    wrong = {**SHRIMP, "gtin": "6901234567893", "names": {}, "shelfLifeDays": -1}
    answer = registrar.post("/api/v1/products", json=wrong)
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/gtin", "/names", "/shelfLifeDays"]


@pytest.mark.parametrize(
    "change", [{"shelfLifeDays": "1"}, {"shelfLifeDays": True}, {"image": "x"}, {"names": []}]
)
def test_what_is_no_product_is_refused(registrar, change):
    assert registrar.post("/api/v1/products", json={**SHRIMP, **change}).status_code == 422


def test_products_are_listed_page_by_page(registrar):
    gtins = ["6901234567892", "6901234567885", "6901234567878"]
    for gtin in gtins:
        registrar.post("/api/v1/products", json={**SHRIMP, "gtin": gtin})
    first = registrar.get("/api/v1/products?limit=2")
    rest = registrar.get(first.headers["Link"].removeprefix("<").partition(">")[0])
    listed = first.json()["products"] + rest.json()["products"]
    assert sorted(product["gtin"] for product in listed) == sorted(gtin.zfill(14) for gtin in gtins)


@pytest.mark.parametrize("cursor", ["WzFd", "WyJcdTAwMDAiXQ", "W10"])
def test_a_cursor_of_another_list_is_refused(registrar, cursor):
    assert registrar.get(f"/api/v1/products?cursor={cursor}").status_code == 400
