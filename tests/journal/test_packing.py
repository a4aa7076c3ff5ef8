"""Nobody changes what another's pallet holds, and nobody's goods stop another's pallet."""

from __future__ import annotations

import pytest

from journal_world import amount, event, identifier, made, packed, party, seen, shipped, transformed
from suyuan.journal import planning, targets
from suyuan.journal.errors import DocumentRefused
from suyuan.kernel.ledger import Role
from suyuan.lots import working_set
from suyuan.lots.errors import TooMuchInside
from suyuan.lots.queries import contradictions_of, stays_of
from suyuan.lots.trace import TraceDirection, trace

PALLET = "urn:epc:id:sscc:0614141.1234567890"
TO_STORE = {"destinationList": [{"type": "owning_party", "destination": party("store")}]}


def codes(answer):
    return [each["code"] for each in answer["submissions"][0]["warnings"]]


def contradictions(world, uri):
    with world.database.reading() as conn:
        return [each.code for each in contradictions_of(conn, identifier(uri))]


def stays(world, uri):
    with world.database.reading() as conn:
        return [each.until for each in stays_of(conn, identifier(uri))]


def pallet_of_the_farm(world):
    world.send("farm", made(amount("rice", 1)), packed(PALLET, amount("rice", 1), day=2))
    world.send("mill", made(amount("flour", 1)))


def leaves_the_farm(world, day=5):
    return world.send("farm", event(bizStep="shipping", epcList=[PALLET], day=day, **TO_STORE))


def test_what_another_puts_on_a_pallet_does_not_stop_it_and_does_not_go_with_it(world):
    pallet_of_the_farm(world)
    world.send("mill", packed(PALLET, amount("flour", 1), day=3))
    assert "container.foreign" in codes(leaves_the_farm(world))
    assert world.kinds("rice")[-1] == ("farm", "OFFERED")
    assert world.kinds("flour")[-1] == ("mill", "PACKED")
    world.send("store", event(bizStep="receiving", epcList=[PALLET], day=6))
    assert world.lot("rice").state.custodian == world.numbers["store"]
    assert world.kinds("flour")[-1] == ("mill", "PACKED")


def test_what_a_stranger_put_on_a_pallet_is_no_ingredient(world):
    world.send("farm", made(amount("rice", 1)), packed(PALLET, amount("rice", 1), day=2))
    with world.database.transaction() as conn:
        world.register(conn, "other", Role.PRODUCER)
    world.send("other", made(amount("corn", 1)), packed(PALLET, amount("corn", 1), day=3))
    to_mill = {"destinationList": [{"type": "owning_party", "destination": party("mill")}]}
    world.send("farm", event(bizStep="shipping", epcList=[PALLET], day=4, **to_mill))
    world.send("mill", event(bizStep="receiving", epcList=[PALLET], day=5))
    world.send("mill", transformed([], [amount("cake", 1)], inputEPCList=[PALLET], day=6))
    with world.database.reading() as conn:
        graph = trace(conn, identifier("urn:example:lot:cake"), TraceDirection.BACK)
    assert {each.uri for each in graph.lots} == {"urn:example:lot:cake", "urn:example:lot:rice"}


def test_a_pallet_number_that_another_used_first_still_takes_the_goods_along(world):
    world.send("mill", made(amount("flour", 1)), packed(PALLET, amount("flour", 1), day=2))
    world.send("farm", made(amount("rice", 1)), packed(PALLET, amount("rice", 1), day=3))
    leaves_the_farm(world)
    assert world.kinds("rice")[-1] == ("farm", "OFFERED")


def test_a_pallet_on_which_only_anothers_goods_are_told_is_sent_as_itself(world):
    world.send("mill", made(amount("flour", 1)), packed(PALLET, amount("flour", 1), day=2))
    leaves_the_farm(world)
    assert world.kinds(PALLET) == [("farm", "INTRODUCED"), ("farm", "OFFERED")]
    assert world.kinds("flour")[-1] == ("mill", "PACKED")


def test_a_stranger_takes_nothing_off_a_pallet_even_after_writing_about_it(world):
    pallet_of_the_farm(world)
    world.send("mill", seen("other", amount("rice"), day=3))
    named = packed(PALLET, amount("rice", 1), day=3, action="DELETE", bizStep="unpacking")
    whole = packed(PALLET, day=4, action="DELETE", bizStep="unpacking")
    assert "container.foreign" in codes(world.send("mill", named))
    assert "container.foreign" in codes(world.send("mill", whole))
    assert stays(world, "urn:example:lot:rice") == [None]
    assert contradictions(world, PALLET) == ["container.foreign"] * 2
    assert contradictions(world, "urn:example:lot:rice") == []
    leaves_the_farm(world)
    assert world.kinds("rice")[-1] == ("farm", "OFFERED")


def test_a_stranger_puts_anothers_goods_nowhere(world):
    pallet_of_the_farm(world)
    other = "urn:epc:id:sscc:0614141.1234567891"
    assert "container.foreign" in codes(world.send("mill", packed(other, amount("rice", 1), day=3)))
    assert len(stays(world, "urn:example:lot:rice")) == 1


def test_who_held_the_goods_may_tell_later_that_they_were_unpacked_before(world):
    pallet_of_the_farm(world)
    leaves_the_farm(world)
    world.send("store", event(bizStep="receiving", epcList=[PALLET], day=6))
    late = packed(PALLET, amount("rice", 1), day=7, action="DELETE", bizStep="unpacking")
    assert "container.foreign" in codes(world.send("farm", late))
    early = packed(PALLET, amount("rice", 1), day=4, action="DELETE", bizStep="unpacking")
    assert "container.foreign" not in codes(world.send("farm", early))
    assert [until.day for until in stays(world, "urn:example:lot:rice")] == [4]


def test_who_received_may_unpack(world):
    pallet_of_the_farm(world)
    world.send("farm", shipped("store", amount("rice"), day=4))
    world.send("store", packed(PALLET, day=6, action="DELETE", bizStep="unpacking"))
    assert [until.day for until in stays(world, "urn:example:lot:rice")] == [6]


def test_a_small_document_about_a_full_pallet_writes_no_more_than_the_limit(world, monkeypatch):
    monkeypatch.setattr(targets, "MAX_ENTRIES", 20)
    monkeypatch.setattr(planning, "MAX_ENTRIES", 20)
    goods = [amount(f"rice-{number}", 1) for number in range(6)]
    world.send("farm", made(*goods))
    world.send("farm", packed(PALLET, *goods, day=2))
    looks = [event(bizStep="storing", epcList=[PALLET], day=3, hour=hour) for hour in range(4)]
    before = world.stored()
    with pytest.raises(DocumentRefused) as caught:
        world.send("farm", *looks)
    (fault,) = caught.value.faults
    assert (fault.code, fault.pointer) == (
        "document.too_many_entries",
        "/epcisBody/eventList/3/epcList/0",
    )
    assert "sscc" in fault.message or "/00/" in fault.message
    assert world.stored() == before
    world.send("farm", *looks[:3])


def test_what_ever_lay_in_the_containers_of_a_document_is_not_loaded_without_end(world, monkeypatch):
    goods = [amount(f"rice-{number}", 1) for number in range(6)]
    world.send("farm", made(*goods), packed(PALLET, *goods, day=2))
    monkeypatch.setattr(working_set, "MAX_INSIDE", 5)
    with pytest.raises(TooMuchInside):
        world.send("farm", event(bizStep="storing", epcList=[PALLET], day=3))


def test_what_lies_in_containers_counts_for_how_wide_a_transformation_is(world, monkeypatch):
    goods = [amount(f"rice-{number}", 1) for number in range(6)]
    world.send("farm", made(*goods), packed(PALLET, *goods, day=2))
    monkeypatch.setattr(planning, "MAX_EDGES", 5)
    with pytest.raises(DocumentRefused, match="inputs"):
        world.send("farm", transformed([], [amount("cake", 1)], inputEPCList=[PALLET], day=6))
