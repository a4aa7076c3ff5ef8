from __future__ import annotations

import pytest

from journal_world import amount, identifier, lot, made, seen, shipped
from suyuan.lots.holdings import Holding, concerns, lots_of_party
from suyuan.lots.registry import lot_of


@pytest.fixture
def held(world):
    """held(name, which): the lots of this company, by name, in their order."""

    def names(name, which, before=0, limit=100, part=""):
        with world.database.reading() as conn:
            found = lots_of_party(conn, world.numbers[name], which, before, limit, part)
        return [each.uri.rpartition(":")[2] for each in found]

    return names


def test_a_lot_is_the_makers_the_holders_and_the_receivers_each_in_its_way(world, held):
    world.send("farm", made(amount("rice", 100)), made(amount("wheat", 5)))
    world.send("farm", shipped("mill", amount("rice", 100), day=2))
    assert held("farm", Holding.MADE) == ["wheat", "rice"]
    assert held("farm", Holding.HELD) == ["wheat", "rice"]
    assert held("mill", Holding.OFFERED) == ["rice"]
    assert held("mill", Holding.HELD) == []
    assert held("mill", Holding.ALL) == ["rice"]
    world.send("mill", seen("receiving", amount("rice", 100), day=3))
    assert held("store", Holding.ALL) == []


def test_whoever_wrote_of_a_lot_has_to_do_with_it_and_nobody_else(world):
    world.send("farm", made(amount("rice", 100)))
    world.send("inspector", seen("inspecting", amount("rice", 100), day=2))
    with world.database.reading() as conn:
        rice = lot_of(conn, identifier(lot("rice")))
        related = {name for name, number in world.numbers.items() if concerns(conn, rice, number)}
    assert related == {"farm", "inspector"}


def test_the_list_goes_on_below_a_number_and_finds_a_part_of_the_name(world, held):
    world.send("farm", *(made(amount(f"Lot-{n}", 1)) for n in range(5)))
    with world.database.reading() as conn:
        numbers = [each.number for each in lots_of_party(conn, world.numbers["farm"], Holding.ALL, 0, 2)]
    every = held("farm", Holding.ALL)
    assert sorted(every) == [f"Lot-{n}" for n in range(5)]
    assert held("farm", Holding.ALL, limit=2) == every[:2]
    assert held("farm", Holding.ALL, before=numbers[-1]) == every[2:]
    assert held("farm", Holding.ALL, part="LOT-3") == ["Lot-3"]
    assert held("farm", Holding.ALL, part="Lot%") == held("farm", Holding.ALL, part="Lot_3") == []
