"""Merkle trees of RFC 6962 / RFC 9162 shape: SHA-256, split at the largest power of two below n.

Pairing neighbours level by level and carrying an odd last node up unhashed gives exactly that shape, so a
tree is a list of levels and a path is one look-up per level. A last leaf is never duplicated.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from suyuan.kernel.hashing import HASH_SIZE, node_hash

EMPTY_ROOT = hashlib.sha256(b"").digest()


class Tree:
    """A tree over leaf hashes (32 bytes each, see `hashing.leaf_hash`). Raises ValueError on other sizes."""

    def __init__(self, leaf_hashes: Sequence[bytes]) -> None:
        leaves = list(leaf_hashes)
        if any(len(leaf) != HASH_SIZE for leaf in leaves):
            raise ValueError("a leaf hash has 32 bytes")
        self._levels = [leaves]
        while len(self._levels[-1]) > 1:
            self._levels.append(_parents(self._levels[-1]))

    @property
    def size(self) -> int:
        return len(self._levels[0])

    @property
    def root(self) -> bytes:
        """The Merkle tree hash; of the empty string when there is no leaf."""
        return self._levels[-1][0] if self._levels[0] else EMPTY_ROOT

    def path(self, index: int) -> list[bytes]:
        """The inclusion path of the leaf, from the leaf up (RFC 9162, 2.1.3.1). Raises IndexError."""
        if not 0 <= index < self.size:
            raise IndexError(f"leaf {index} of {self.size}")
        path = []
        for level in self._levels[:-1]:
            sibling = index ^ 1
            if sibling < len(level):
                path.append(level[sibling])
            index >>= 1
        return path


def _parents(level: list[bytes]) -> list[bytes]:
    sha256 = hashlib.sha256
    pairs = zip(level[::2], level[1::2], strict=False)
    parents = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
    if len(level) & 1:
        parents.append(level[-1])
    return parents


def root_of_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that the path leads to, or None when it cannot be a path of that leaf (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size or len(leaf) != HASH_SIZE:
        return None
    position, last, node = index, size - 1, leaf
    for sibling in path:
        if last == 0 or len(sibling) != HASH_SIZE:
            return None
        if position & 1 or position == last:
            node = node_hash(sibling, node)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            node = node_hash(node, sibling)
        position >>= 1
        last >>= 1
    return node if last == 0 else None


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether `leaf` (a leaf hash) is leaf number `index` of the tree of `size` leaves with this root."""
    return len(root) == HASH_SIZE and root_of_path(leaf, index, size, path) == root
