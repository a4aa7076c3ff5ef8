// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What the trace ledger asks about a lot before it lets the lot be offered or sold
interface ILotStatus {
    /// @notice Whether the lot is held or recalled now.
    /// @param lotId SHA-256 of the lot's canonical URI
    /// @return True when the lot may not be offered or sold
    function isHeld(bytes32 lotId) external view returns (bool);
}
