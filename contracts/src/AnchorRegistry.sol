// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {IAnchorRegistry} from "./interfaces/IAnchorRegistry.sol";
import {Merkle} from "./libraries/Merkle.sol";

/// @title AnchorRegistry
/// @dev See the interface for what each function promises.
contract AnchorRegistry is IAnchorRegistry, AccessManaged {
    /// @dev One slot; `number` is 0 for a root that was never anchored.
    struct Anchor {
        uint64 number;
        uint32 leafCount;
        uint40 anchoredAt;
    }

    mapping(bytes32 root => Anchor) private _anchors;
    bytes32 private _newest;
    /// @dev Count and pause flag share a slot, since every anchor touches both; the successor fills its rest.
    uint64 private _count;
    bool private _paused;
    address private _successor;

    /// @param authority The AccessManager
    constructor(address authority) AccessManaged(authority) {}

    /// @inheritdoc IAnchorRegistry
    function anchor(bytes32 root, uint32 leafCount, bytes32 previousRoot) external restricted {
        if (_paused) revert AnchorRegistry_Paused();
        if (root == bytes32(0) || leafCount == 0) revert AnchorRegistry_EmptyTree();
        if (_anchors[root].number != 0) revert AnchorRegistry_AlreadyAnchored(root, _anchors[root].number);
        if (previousRoot != _newest) revert AnchorRegistry_NotNewest(previousRoot, _newest);
        uint64 number = _count + 1;
        _count = number;
        _newest = root;
        _anchors[root] = Anchor(number, leafCount, uint40(block.timestamp));
        emit Anchored(number, root, leafCount, previousRoot);
    }

    /// @inheritdoc IAnchorRegistry
    function setPaused(bool paused_) external restricted {
        _paused = paused_;
        emit PauseChanged(paused_);
    }

    /// @inheritdoc IAnchorRegistry
    function nameSuccessor(address successor_) external restricted {
        if (_successor != address(0)) revert AnchorRegistry_SuccessorAlreadyNamed(_successor);
        if (successor_.code.length == 0) revert AnchorRegistry_NotAContract(successor_);
        _successor = successor_;
        emit SuccessorNamed(successor_);
    }

    /// @inheritdoc IAnchorRegistry
    function head() external view returns (uint64 number, bytes32 root) {
        return (_count, _newest);
    }

    /// @inheritdoc IAnchorRegistry
    function anchored(bytes32 root) external view returns (uint64 number, uint32 leafCount, uint40 anchoredAt) {
        Anchor memory known = _anchors[root];
        return (known.number, known.leafCount, known.anchoredAt);
    }

    /// @inheritdoc IAnchorRegistry
    function includes(bytes32 root, bytes32 leafHash, uint256 index, bytes32[] calldata path)
        external
        view
        returns (bool)
    {
        uint32 size = _anchors[root].leafCount;
        // A count is compared here; the slot it shares with a time makes slither think of time.
        // slither-disable-next-line incorrect-equality
        if (size == 0) revert AnchorRegistry_RootUnknown(root);
        return Merkle.verify(leafHash, index, size, path, root);
    }

    /// @inheritdoc IAnchorRegistry
    function paused() external view returns (bool) {
        return _paused;
    }

    /// @inheritdoc IAnchorRegistry
    function successor() external view returns (address) {
        return _successor;
    }

    /// @inheritdoc IAnchorRegistry
    function verifyInclusion(bytes32 leafHash, uint256 index, uint256 size, bytes32[] calldata path, bytes32 root)
        external
        pure
        returns (bool)
    {
        return Merkle.verify(leafHash, index, size, path, root);
    }
}
