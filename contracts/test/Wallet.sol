// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @dev A contract wallet for tests: it confirms what its owner signed, in a manner that the test chooses.
contract Wallet is IERC1271 {
    enum Manner {
        HONEST,
        REVERTS,
        SHORT_ANSWER,
        BURNS_GAS,
        NEEDS_GAS
    }

    address public immutable OWNER;
    Manner public manner;

    constructor(address owner) {
        OWNER = owner;
    }

    function behave(Manner manner_) external {
        manner = manner_;
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        if (manner == Manner.REVERTS) revert("no");
        if (manner == Manner.SHORT_ANSWER) {
            assembly {
                mstore(0, shl(224, 0x1626ba7e))
                return(0, 4)
            }
        }
        if (manner == Manner.BURNS_GAS) {
            for (uint256 i = 0; ; ++i) {}
        }
        if (manner == Manner.NEEDS_GAS && gasleft() < 190_000) return 0xffffffff;
        return ECDSA.recoverCalldata(hash, signature) == OWNER ? IERC1271.isValidSignature.selector : bytes4(0);
    }
}
