// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILotStatus} from "../src/interfaces/ILotStatus.sol";

/// @dev Holds and releases lots at anybody's word, for tests.
contract LotStatus is ILotStatus {
    mapping(bytes32 lotId => bool) public isHeld;

    function hold(bytes32 lotId, bool held) external {
        isHeld[lotId] = held;
    }
}
