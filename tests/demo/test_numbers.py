from __future__ import annotations

from stdnum import ean
from stdnum.cn import uscc

from suyuan.demo.goods import GOODS
from suyuan.demo.people import ACTORS


def test_every_trade_item_and_place_number_of_the_demo_has_its_right_check_digit():
    assert all(ean.is_valid(good.gtin) for good in GOODS)
    assert all(ean.is_valid(actor.uri.rpartition("/")[2]) for actor in ACTORS)
    assert all(ean.is_valid(actor.site.uri.rpartition("/")[2]) for actor in ACTORS)


def test_every_credit_code_of_the_demo_is_well_formed():
    assert all(uscc.is_valid(actor.credit) for actor in ACTORS)
    assert len({actor.credit for actor in ACTORS}) == len(ACTORS)
