"""What is kept between two requests, and what is not."""

from __future__ import annotations

from passport.recorded_world import FARM, GTIN, RecordedWorld, event, lot
from suyuan.catalogue.model import NewProduct
from suyuan.catalogue.register import register_product
from suyuan.passport import bundle
from suyuan.passport.words import words

PATH = f"/01/{GTIN}/10/KEPT"


def told(database, tmp_path):
    world = RecordedWorld(database, tmp_path)
    world.tell(FARM, event(6, "commissioning", lot("KEPT"), action="ADD"))
    world.record()
    return world


def test_a_name_that_waits_for_its_anchor_is_not_called_anchored(sqlite_database, tmp_path):
    world = told(sqlite_database, tmp_path)
    assert words("zh").word("nameProven") in world.get(PATH).text
    with world.database.transaction() as conn:
        register_product(conn, world.clock, NewProduct(names={"zh": "另一个名字"}, gtin=GTIN))
    renamed = world.get(PATH).text
    assert "另一个名字" in renamed
    assert words("zh").word("nameUnproven") in renamed
    world.record()
    assert words("zh").word("nameProven") in world.get(PATH).text


def test_a_page_is_kept_once_however_it_is_asked_for(sqlite_database, tmp_path):
    world = told(sqlite_database, tmp_path)
    page = world.get(PATH).content
    for start in ("0", "1", "59", "60", "999960", "999999", "-1", "x"):
        assert world.get(f"{PATH}?from={start}").content == page
    for start in range(3):
        for language in ("zh", "en"):
            bundle = world.get(f"{PATH}?format=json&from={start}&lang={language}")
            assert bundle.status_code == 200
    assert len(world.client.app.state.passport_shelf) == 2


def test_a_bundle_that_no_verifier_would_read_is_not_served(sqlite_database, tmp_path, monkeypatch):
    world = told(sqlite_database, tmp_path)
    monkeypatch.setattr(bundle, "MAX_BYTES", 1000)
    for path in (f"{PATH}?format=json", f"/api/v1/lots/{GTIN}%2FKEPT/proof"):
        refused = world.get(path)
        assert refused.status_code == 413
        assert refused.json()["code"] == "lot.bundle_too_large"
    page = world.get(PATH).text
    assert 'data-state="gaps"' in page
    assert words("zh").word("gaps.unbundled", n=1) in page
