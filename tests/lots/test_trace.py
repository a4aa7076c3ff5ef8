from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journal_world import amount, identifier, lot, transformed
from suyuan.journal.errors import DocumentRefused
from suyuan.kernel.identity import lot_id
from suyuan.lots.errors import LotUnknown
from suyuan.lots.model import TraceDirection
from suyuan.lots.trace import trace

_runs = itertools.count()
BACK, FORWARD = TraceDirection.BACK, TraceDirection.FORWARD


def traced(world, name, direction, **options):
    with world.database.reading() as conn:
        return trace(conn, identifier(lot(name)), direction, **options)


def names(graph):
    return [each.uri.removeprefix(lot("")) for each in graph.lots]


def test_a_trace_goes_through_any_number_of_steps_both_ways(world):
    for number in range(12):
        world.send("mill", transformed([amount(f"{number}")], [amount(f"{number + 1}")], day=1))
    assert names(traced(world, "12", BACK)) == [str(number) for number in range(12, -1, -1)]
    assert names(traced(world, "0", FORWARD)) == [str(number) for number in range(13)]
    assert len(traced(world, "5", BACK).edges) == 5


def test_a_lot_that_is_reached_in_many_ways_is_named_once(world):
    world.send("mill", transformed([amount("a")], [amount("b"), amount("c")]))
    world.send("mill", transformed([amount("b"), amount("c")], [amount("d")], day=2))
    found = traced(world, "d", BACK)
    assert sorted(names(found)) == ["a", "b", "c", "d"]
    assert len(found.edges) == 4


def test_a_trace_is_cut_at_its_limit_and_says_so(world):
    world.send("mill", transformed([amount("a")], [amount(f"b{number}") for number in range(10)]))
    found = traced(world, "a", FORWARD, limit=4)
    assert (len(found.lots), found.truncated) == (4, True)
    assert all(edge.parent == identifier(lot("a")) for edge in found.edges)
    assert not traced(world, "a", FORWARD, limit=11).truncated


def test_what_nobody_recorded_cannot_be_traced(world):
    with pytest.raises(LotUnknown):
        traced(world, "nothing", BACK)


def test_one_transformation_told_in_parts_gives_all_edges(world):
    world.send("mill", transformed([amount("a", 5)], [], transformationID="urn:x:run:1"))
    world.send("mill", transformed([amount("b", 5)], [], transformationID="urn:x:run:1", day=2))
    world.send("mill", transformed([], [amount("c", 9)], transformationID="urn:x:run:1", day=3))
    world.send("mill", transformed([], [amount("d", 1)], transformationID="urn:x:run:2", day=3))
    assert sorted(names(traced(world, "c", BACK))) == ["a", "b", "c"]
    assert names(traced(world, "d", BACK)) == ["d"]


def test_another_partys_transformation_of_the_same_name_is_another(world):
    world.send("mill", transformed([amount("a", 5)], [], transformationID="urn:x:run:1"))
    world.send("farm", transformed([], [amount("b", 5)], transformationID="urn:x:run:1", day=2))
    assert names(traced(world, "b", BACK)) == ["b"]


def test_kinds_of_goods_make_no_genealogy(world):
    kind = "urn:epc:idpat:sgtin:4012345.012345.*"
    world.send("mill", transformed([amount(kind, 5)], [amount("c", 9)]))
    assert names(traced(world, "c", BACK)) == ["c"]


@settings(max_examples=8)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=10))
def test_stored_traces_agree_with_a_plain_walk_and_cycles_are_refused(world, pairs):
    """Lots of one run have names of their own, so that the examples share one database."""
    run = next(_runs)
    edges: set[tuple[str, str]] = set()

    def below(start):
        found, waiting = {start}, [start]
        while waiting:
            here = waiting.pop()
            fresh = {child for parent, child in edges if parent == here} - found
            found |= fresh
            waiting += fresh
        return found

    for number, (first, second) in enumerate(pairs):
        parent, child = f"{run}-{first}", f"{run}-{second}"
        told = transformed([amount(parent)], [amount(child)], eventID=f"urn:x:{run}:{number}")
        if parent != child and parent in below(child):
            with pytest.raises(DocumentRefused):
                world.send("mill", told)
        else:
            world.send("mill", told)
            edges |= {(parent, child)} if parent != child else set()
    start = f"{run}-{pairs[0][0]}"
    with world.database.reading() as conn:
        found = trace(conn, lot_id(lot(start)), FORWARD)
    assert set(names(found)) == below(start)
