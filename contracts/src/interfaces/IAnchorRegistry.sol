// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The registry of anchors: Merkle roots of everything numerous, in one append-only line
/// @notice Trees are SHA-256 in the shape of RFC 6962: prefix 0x00 for leaves, 0x01 for nodes, split at the largest
/// power of two below the number of leaves. Pausing stops new anchors only; reading and verifying never stop.
interface IAnchorRegistry {
    /// @notice A root was anchored.
    /// @param number Its number, from 1 without gaps
    /// @param root The root
    /// @param leafCount Number of leaves under it
    /// @param previousRoot The root anchored before, zero for the first
    event Anchored(uint64 indexed number, bytes32 indexed root, uint32 leafCount, bytes32 previousRoot);

    /// @notice New anchors were stopped or allowed again.
    /// @param paused True for stopped
    event PauseChanged(bool paused);

    /// @notice A later version of this registry was named, for good.
    /// @param successor Address of the later version
    event SuccessorNamed(address indexed successor);

    /// @notice New anchors are stopped.
    error AnchorRegistry_Paused();

    /// @notice The newest root is another one: compare and swap failed.
    /// @param previousRoot The root that was given
    /// @param newest The newest root
    error AnchorRegistry_NotNewest(bytes32 previousRoot, bytes32 newest);

    /// @notice The root was anchored before.
    /// @param root The root
    /// @param number Its number
    error AnchorRegistry_AlreadyAnchored(bytes32 root, uint64 number);

    /// @notice An empty tree, or a zero root, is not anchored.
    error AnchorRegistry_EmptyTree();

    /// @notice The root was never anchored.
    /// @param root The root
    error AnchorRegistry_RootUnknown(bytes32 root);

    /// @notice The address has no code.
    /// @param account The address
    error AnchorRegistry_NotAContract(address account);

    /// @notice The successor is named already.
    /// @param successor The named successor
    error AnchorRegistry_SuccessorAlreadyNamed(address successor);

    /// @notice Anchors a root. Restricted; stopped while paused.
    /// @param root Root of a tree with at least one leaf
    /// @param leafCount Number of leaves
    /// @param previousRoot The newest root, zero for the first anchor
    function anchor(bytes32 root, uint32 leafCount, bytes32 previousRoot) external;

    /// @notice Stops new anchors, or allows them again. Restricted.
    /// @param paused_ True to stop
    function setPaused(bool paused_) external;

    /// @notice Names a later version of this registry. Restricted; once only.
    /// @param successor_ Address of the later version
    function nameSuccessor(address successor_) external;

    /// @notice The newest anchor.
    /// @return number Its number, which is also how many there are; 0 for none
    /// @return root Its root, zero while there is none
    function head() external view returns (uint64 number, bytes32 root);

    /// @notice What is known of a root; all zero when it was never anchored.
    /// @param root The root
    /// @return number Its number
    /// @return leafCount Number of leaves under it
    /// @return anchoredAt Unix second of the block that anchored it
    function anchored(bytes32 root) external view returns (uint64 number, uint32 leafCount, uint40 anchoredAt);

    /// @notice Whether a leaf is under an anchored root; for disputes. Reverts for a root never anchored.
    /// @param root The root
    /// @param leafHash SHA-256 of 0x00 and the leaf's data
    /// @param index Place of the leaf, from 0
    /// @param path Sibling hashes from the leaf upwards
    /// @return True when the path leads from the leaf to the root
    function includes(bytes32 root, bytes32 leafHash, uint256 index, bytes32[] calldata path)
        external
        view
        returns (bool);

    /// @notice Verifies an inclusion proof (RFC 9162, 2.1.3.2) of any tree.
    /// @param leafHash SHA-256 of 0x00 and the leaf's data
    /// @param index Place of the leaf, from 0
    /// @param size Number of leaves
    /// @param path Sibling hashes from the leaf upwards
    /// @param root The root
    /// @return True when the path leads from the leaf to the root
    function verifyInclusion(bytes32 leafHash, uint256 index, uint256 size, bytes32[] calldata path, bytes32 root)
        external
        pure
        returns (bool);

    /// @notice Whether new anchors are stopped.
    /// @return True while stopped
    function paused() external view returns (bool);

    /// @notice The later version of this registry.
    /// @return Its address, zero while none is named
    function successor() external view returns (address);
}
