// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Inclusion proofs of SHA-256 trees in the shape of RFC 6962
/// @dev The steps are those of RFC 9162, 2.1.3.2; `index` and `last` walk up together.
library Merkle {
    /// @notice Whether `path` leads from the leaf to the root of a tree with `size` leaves.
    /// @param leafHash SHA-256 of 0x00 and the leaf's data
    /// @param index Place of the leaf, from 0
    /// @param size Number of leaves
    /// @param path Sibling hashes from the leaf upwards
    /// @param root The root
    function verify(bytes32 leafHash, uint256 index, uint256 size, bytes32[] calldata path, bytes32 root)
        internal
        pure
        returns (bool)
    {
        if (index >= size) return false;
        uint256 last = size - 1;
        bytes32 hash = leafHash;
        for (uint256 i = 0; i < path.length; ++i) {
            if (last == 0) return false;
            if (index & 1 == 1 || index == last) {
                hash = nodeHash(path[i], hash);
                while (index & 1 == 0 && index != 0) {
                    index >>= 1;
                    last >>= 1;
                }
            } else {
                hash = nodeHash(hash, path[i]);
            }
            index >>= 1;
            last >>= 1;
        }
        return last == 0 && hash == root;
    }

    /// @notice SHA-256 of 0x01 and the two hashes below the node.
    /// @param left The left hash
    /// @param right The right hash
    function nodeHash(bytes32 left, bytes32 right) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0x01), left, right));
    }
}
