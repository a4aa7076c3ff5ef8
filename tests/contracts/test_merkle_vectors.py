"""The vectors that every implementation runs, verified by the contract's library."""

import json
from pathlib import Path

import pytest

from suyuan.kernel.hashing import leaf_hash

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "merkle.json").read_text(encoding="utf-8"))


def octets(text):
    return bytes.fromhex(text.removeprefix("0x"))


def verified(world, leaf, proof, size, root):
    path = [octets(each) for each in proof["path"]]
    return world.anchors.call("verifyInclusion", leaf, proof["index"], size, path, root)


@pytest.mark.parametrize("tree", VECTORS["valid"], ids=lambda tree: f"{len(tree['leaves'])} leaves")
def test_every_path_of_the_vectors_leads_to_the_root(world, tree):
    leaves, root = [leaf_hash(octets(each)) for each in tree["leaves"]], octets(tree["root"])
    for proof in tree["proofs"]:
        leaf = leaves[proof["index"]]
        assert verified(world, leaf, proof, len(leaves), root)
        assert not verified(world, leaf, proof, len(leaves), bytes(32))
        longer = proof | {"path": [*proof["path"], "0x" + "11" * 32]}
        assert not verified(world, leaf, longer, len(leaves), root)
        if proof["path"]:
            assert not verified(world, leaf, proof | {"path": proof["path"][:-1]}, len(leaves), root)
        assert not verified(world, leaf, proof | {"index": proof["index"] + len(leaves)}, len(leaves), root)


@pytest.mark.parametrize("proof", VECTORS["broken"], ids=lambda proof: proof["why"])
def test_no_broken_vector_is_verified(world, proof):
    leaf, root = leaf_hash(octets(proof["leaf"])), octets(proof["root"])
    assert not verified(world, leaf, proof, proof["size"], root)


def test_nothing_is_in_an_empty_tree(world):
    assert not verified(world, leaf_hash(b""), {"index": 0, "path": []}, 0, leaf_hash(b""))
