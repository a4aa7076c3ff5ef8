from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from suyuan.lots.genealogy import find_cycle, find_path

nodes = st.integers(0, 7).map(lambda number: bytes([number]))
edges = st.lists(st.tuples(nodes, nodes).filter(lambda edge: edge[0] != edge[1]), max_size=25)


def built(pairs):
    """Add edges as the room does: those that would close a cycle are left out."""
    children: dict[bytes, set[bytes]] = {}
    refused = []
    for parent, child in pairs:
        cycle = find_cycle(children, parent, child)
        if cycle is None:
            children.setdefault(parent, set()).add(child)
        else:
            refused.append((parent, child, cycle))
    return children, refused


@given(edges)
def test_a_graph_that_refuses_cycles_never_has_one(pairs):
    children, _ = built(pairs)
    for node in list(children):
        for child in children[node]:
            assert find_path(child, node, lambda each: children.get(each, ())) is None


@given(edges)
def test_a_refused_edge_comes_with_the_cycle_that_it_would_close(pairs):
    children, refused = built(pairs)
    for parent, child, cycle in refused:
        assert cycle[0] == cycle[-1] == child
        assert cycle[-2] == parent
        assert all(after in children[before] for before, after in pairwise(cycle[:-1]))


def test_a_path_is_a_shortest_one():
    children = {b"a": {b"b", b"c"}, b"b": {b"d"}, b"c": {b"e"}, b"e": {b"d"}}
    assert find_path(b"a", b"d", lambda node: children.get(node, ())) == [b"a", b"b", b"d"]
    assert find_path(b"d", b"a", lambda node: children.get(node, ())) is None
    assert find_path(b"a", b"a", lambda node: children.get(node, ())) == [b"a"]
