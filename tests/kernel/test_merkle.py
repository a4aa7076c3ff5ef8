from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.vector_files import load, raw
from suyuan.kernel.hashing import leaf_hash, node_hash
from suyuan.kernel.merkle import Tree, root_of_path, verify_inclusion

VECTORS = load("merkle")


def _by_the_letter(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, as it is written there."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return node_hash(_by_the_letter(leaves[:split]), _by_the_letter(leaves[split:]))


@pytest.mark.parametrize("case", VECTORS["valid"], ids=lambda case: f"{len(case['leaves'])} leaves")
def test_roots_and_paths_are_those_of_other_implementations(case: dict[str, Any]) -> None:
    tree = Tree([leaf_hash(raw(leaf)) for leaf in case["leaves"]])
    assert tree.root == raw(case["root"])
    for proof in case["proofs"]:
        path = [raw(node) for node in proof["path"]]
        assert tree.path(proof["index"]) == path
        leaf = leaf_hash(raw(case["leaves"][proof["index"]]))
        assert verify_inclusion(leaf, proof["index"], tree.size, path, tree.root)


@pytest.mark.parametrize("case", VECTORS["broken"], ids=lambda case: case["why"])
def test_a_forged_proof_does_not_verify(case: dict[str, Any]) -> None:
    path = [raw(node) for node in case["path"]]
    leaf = leaf_hash(raw(case["leaf"]))
    assert not verify_inclusion(leaf, case["index"], case["size"], path, raw(case["root"]))


@given(st.integers(0, 300))
def test_the_tree_is_the_one_of_the_standard(size: int) -> None:
    leaves = [leaf_hash(n.to_bytes(4, "big")) for n in range(size)]
    assert Tree(leaves).root == _by_the_letter(leaves)


@given(st.integers(1, 300), st.data())
def test_every_path_verifies_and_no_flipped_bit_does(size: int, data: st.DataObject) -> None:
    leaves = [leaf_hash(n.to_bytes(4, "big")) for n in range(size)]
    tree = Tree(leaves)
    index = data.draw(st.integers(0, size - 1))
    path = tree.path(index)
    assert verify_inclusion(leaves[index], index, size, path, tree.root)
    parts = [leaves[index], *path, tree.root]
    which, bit = data.draw(st.integers(0, len(parts) - 1)), data.draw(st.integers(0, 255))
    flipped = (int.from_bytes(parts[which], "big") ^ 1 << bit).to_bytes(32, "big")
    leaf, *nodes, root = [*parts[:which], flipped, *parts[which + 1 :]]
    assert not verify_inclusion(leaf, index, size, nodes, root)


@given(st.integers(2, 100), st.data())
def test_a_path_proves_one_place_only(size: int, data: st.DataObject) -> None:
    leaves = [leaf_hash(n.to_bytes(4, "big")) for n in range(size)]
    tree = Tree(leaves)
    index, other = data.draw(st.permutations(range(size)))[:2]
    assert not verify_inclusion(leaves[index], other, size, tree.path(index), tree.root)


def test_a_tree_without_leaves_has_the_hash_of_nothing_and_no_paths() -> None:
    tree = Tree([])
    assert tree.root == hashlib.sha256(b"").digest()
    with pytest.raises(IndexError):
        tree.path(0)
    assert root_of_path(bytes(32), 0, 0, []) is None


@pytest.mark.parametrize("leaf", [b"", bytes(31), bytes(33)])
def test_a_leaf_hash_of_another_size_is_refused(leaf: bytes) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Tree([leaf])
    assert not verify_inclusion(leaf, 0, 1, [], leaf)


def test_a_node_cannot_be_passed_off_as_a_leaf() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert Tree([left, right]).root != leaf_hash(left + right)
    assert not verify_inclusion(leaf_hash(left + right), 0, 1, [], Tree([left, right]).root)
