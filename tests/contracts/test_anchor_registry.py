import pytest

from contracts_world import Log, Reverted
from suyuan.kernel.hashing import leaf_hash, sha256
from suyuan.kernel.merkle import Tree

ZERO = bytes(32)


def anchor_next(world, root, leaf_count=1):
    number, newest = world.anchors.call("head")
    return number + 1, newest, world.anchors.send("anchor", root, leaf_count, newest)


def test_anchors_are_numbered_densely_from_one_and_name_the_one_before(world):
    assert world.anchors.call("head") == (0, ZERO)
    for step in range(3):
        root = sha256(b"root %d" % step)
        number, newest, mined = anchor_next(world, root, step + 1)
        assert number == step + 1
        assert mined.logs == (
            Log(
                "Anchored",
                {"number": number, "root": root, "leafCount": step + 1, "previousRoot": newest},
            ),
        )
        assert world.anchors.call("head") == (number, root)
        assert world.anchors.call("anchored", root) == (number, step + 1, world.now())


def test_an_anchor_on_a_root_that_is_not_the_newest_is_refused(world):
    _, older, _ = anchor_next(world, sha256(b"newest"))
    with pytest.raises(Reverted) as refused:
        world.anchors.send("anchor", sha256(b"beside"), 1, older)
    assert refused.value.args == ("AnchorRegistry_NotNewest", older, sha256(b"newest"))


def test_a_root_is_anchored_once(world):
    number, _, _ = anchor_next(world, sha256(b"once"))
    with pytest.raises(Reverted) as refused:
        world.anchors.send("anchor", sha256(b"once"), 1, sha256(b"once"))
    assert refused.value.args == ("AnchorRegistry_AlreadyAnchored", sha256(b"once"), number)


@pytest.mark.parametrize(("root", "leaf_count"), [(ZERO, 1), (sha256(b"no leaves"), 0)])
def test_an_empty_tree_is_refused(world, root, leaf_count):
    with pytest.raises(Reverted) as refused:
        anchor_next(world, root, leaf_count)
    assert refused.value.args == ("AnchorRegistry_EmptyTree",)


def test_pausing_stops_new_anchors_and_nothing_else(world):
    tree = Tree([leaf_hash(b"a"), leaf_hash(b"b")])
    anchor_next(world, tree.root, 2)
    assert world.anchors.send("setPaused", True).logs == (Log("PauseChanged", {"paused": True}),)
    assert world.anchors.call("paused")
    with pytest.raises(Reverted) as refused:
        anchor_next(world, sha256(b"while paused"))
    assert refused.value.args == ("AnchorRegistry_Paused",)
    assert world.anchors.call("includes", tree.root, leaf_hash(b"a"), 0, tree.path(0))
    world.anchors.send("setPaused", False)
    anchor_next(world, sha256(b"after the pause"))


def test_a_leaf_of_an_anchored_tree_is_found_and_another_is_not(world):
    leaves = [leaf_hash(b"leaf %d" % number) for number in range(5)]
    tree = Tree(leaves)
    anchor_next(world, tree.root, 5)
    for index, leaf in enumerate(leaves):
        assert world.anchors.call("includes", tree.root, leaf, index, tree.path(index))
        assert not world.anchors.call("includes", tree.root, leaf, (index + 1) % 5, tree.path(index))
    assert not world.anchors.call("includes", tree.root, leaf_hash(b"other"), 0, tree.path(0))


def test_a_root_that_was_never_anchored_proves_nothing(world):
    root = leaf_hash(b"alone")
    assert world.anchors.call("anchored", root) == (0, 0, 0)
    with pytest.raises(Reverted) as refused:
        world.anchors.call("includes", root, root, 0, [])
    assert refused.value.args == ("AnchorRegistry_RootUnknown", root)
