// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {ILotStatus} from "./interfaces/ILotStatus.sol";
import {IPartyRegistry} from "./interfaces/IPartyRegistry.sol";
import {ITraceLedger} from "./interfaces/ITraceLedger.sol";

/// @title TraceLedger
/// @dev See the interface for what each function promises. One pass over the packed entries hashes them for the
/// signature and records them; the signature is checked at the end and a bad one undoes all of it. The only calls out
/// are static (registry, lot status, wallet), so nothing can come back in with half a submission recorded for good.
contract TraceLedger is ITraceLedger, AccessManaged, EIP712 {
    /// @dev Two slots, at keccak256(lotId) and the next: one hash of 32 bytes instead of a mapping's 64, which no mapping
    /// of this contract can meet. `custody` is packed so that the count stands where `facts` of the event wants the
    /// index: custodian (bits 0-31), party offered to (32-63), nothing (64-87), count (88-119).
    struct Lot {
        uint256 custody;
        bytes32 head;
    }

    bytes32 private constant ENTRY_TYPEHASH = keccak256(
        "Entry(bytes32 lotId,bytes32 eventHash,uint40 occurredAt,uint32 counterparty,uint8 kind)"
    );
    bytes32 private constant SUBMISSION_TYPEHASH = keccak256(
        "Submission(uint32 party,uint64 sequence,Entry[] entries)"
        "Entry(bytes32 lotId,bytes32 eventHash,uint40 occurredAt,uint32 counterparty,uint8 kind)"
    );
    uint256 private constant ENTRY_SIZE = 74;
    uint256 private constant SIGNATURE_SIZE = 65;

    uint256 private constant NUMBER = type(uint32).max;
    uint256 private constant OFFERED_SHIFT = 32;
    uint256 private constant COUNT_SHIFT = 88;
    uint256 private constant SEQUENCE_SHIFT = 120;

    /// @dev Byte k, counted from the left, holds the roles that may write kind k; 0x1f is everybody in trade.
    uint256 private constant ROLES_OF_KIND = 0x001f0103031f1f40201f1f1f1f7f1f1f7f000000000000000000000000000000;
    /// @dev The bytes of the kinds that move custody or depend on it: OFFERED, ACCEPTED, REFUSED, SOLD, DISPOSED.
    uint256 private constant CUSTODY_KINDS = 0x000000000000000000ffffff0000ffff00000000000000000000000000000000;
    /// @dev Times a byte: that byte in all 32 places.
    uint256 private constant EVERY_BYTE = 0x0101010101010101010101010101010101010101010101010101010101010101;

    uint256 private constant INTRODUCED = uint256(Kind.INTRODUCED);
    uint256 private constant PRODUCED = uint256(Kind.PRODUCED);
    uint256 private constant PROCESSED = uint256(Kind.PROCESSED);
    uint256 private constant INSPECTED = uint256(Kind.INSPECTED);
    uint256 private constant OFFERED = uint256(Kind.OFFERED);
    uint256 private constant ACCEPTED = uint256(Kind.ACCEPTED);
    uint256 private constant REFUSED = uint256(Kind.REFUSED);
    uint256 private constant SOLD = uint256(Kind.SOLD);
    uint256 private constant DISPOSED = uint256(Kind.DISPOSED);
    uint256 private constant CORRECTED = uint256(Kind.CORRECTED);

    /// @dev A wallet gets this much gas, never less, so that its answer does not depend on the relayer's generosity.
    uint256 private constant WALLET_GAS = 200_000;
    /// @dev ecrecover takes 3,000; the rest is for asking the registry and saying no.
    uint256 private constant RECOVERY_GAS = 10_000;

    IPartyRegistry private immutable PARTIES;

    mapping(uint32 party => uint64) private _sequences;
    ILotStatus private _lotStatus;
    address private _successor;

    /// @param authority The AccessManager
    /// @param parties_ The party registry
    constructor(address authority, IPartyRegistry parties_)
        AccessManaged(authority)
        EIP712("Suyuan TraceLedger", "1")
    {
        if (address(parties_).code.length == 0) revert TraceLedger_NotAContract(address(parties_));
        PARTIES = parties_;
    }

    /// @inheritdoc ITraceLedger
    function record(uint32 party, uint64 sequence, bytes calldata entries, bytes calldata signature) external {
        uint64 expected = _sequences[party] + 1;
        if (sequence != expected) revert TraceLedger_WrongSequence(party, sequence, expected);
        if (entries.length % ENTRY_SIZE != 0) revert TraceLedger_EntriesMalformed(entries.length);
        _sequences[party] = sequence;
        bytes32 entriesHash = _recordAll(party, sequence, entries);
        bytes32 digest = _hashTypedDataV4(keccak256(abi.encode(SUBMISSION_TYPEHASH, party, sequence, entriesHash)));
        _checkSignature(party, sequence, digest, signature);
    }

    /// @inheritdoc ITraceLedger
    function recordMany(Submission[] calldata submissions) external {
        for (uint256 i = 0; i < submissions.length; ++i) {
            Submission calldata each = submissions[i];
            try this.record(each.party, each.sequence, each.entries, each.signature) {}
            catch (bytes memory reason) {
                // Every refusal says why; silence, or our own word for it, means that gas ran out on the way.
                if (reason.length < 4 || bytes4(reason) == TraceLedger_InsufficientGas.selector) {
                    revert TraceLedger_InsufficientGas(each.party, each.sequence);
                }
                emit SubmissionRefused(each.party, each.sequence, reason);
            }
        }
    }

    /// @inheritdoc ITraceLedger
    function bindLotStatus(ILotStatus lotStatus_) external restricted {
        if (address(_lotStatus) != address(0)) revert TraceLedger_LotStatusAlreadyBound(address(_lotStatus));
        if (address(lotStatus_).code.length == 0) revert TraceLedger_NotAContract(address(lotStatus_));
        _lotStatus = lotStatus_;
        emit LotStatusBound(address(lotStatus_));
    }

    /// @inheritdoc ITraceLedger
    function nameSuccessor(address successor_) external restricted {
        if (_successor != address(0)) revert TraceLedger_SuccessorAlreadyNamed(_successor);
        if (successor_.code.length == 0) revert TraceLedger_NotAContract(successor_);
        _successor = successor_;
        emit SuccessorNamed(successor_);
    }

    /// @inheritdoc ITraceLedger
    function lot(bytes32 lotId)
        external
        view
        returns (uint32 custodian, uint32 offeredTo, uint32 count, bytes32 head)
    {
        Lot storage known;
        assembly {
            mstore(0x00, lotId)
            known.slot := keccak256(0x00, 0x20)
        }
        uint256 custody = known.custody;
        return (uint32(custody), uint32(custody >> OFFERED_SHIFT), uint32(custody >> COUNT_SHIFT), known.head);
    }

    /// @inheritdoc ITraceLedger
    function nextSequence(uint32 party) external view returns (uint64) {
        return _sequences[party] + 1;
    }

    /// @inheritdoc ITraceLedger
    function parties() external view returns (address) {
        return address(PARTIES);
    }

    /// @inheritdoc ITraceLedger
    function lotStatus() external view returns (ILotStatus) {
        return _lotStatus;
    }

    /// @inheritdoc ITraceLedger
    function successor() external view returns (address) {
        return _successor;
    }

    /// @dev Records the entries and returns the EIP-712 hash of the array. This loop is the price of every entry, so it
    /// works on fixed memory, from 0x80 on, laid out so that no word is written twice:
    ///
    ///     0x80 type hash | 0xa0 lotId | 0xc0 eventHash | 0xe0 occurredAt | 0x100 counterparty | 0x120 kind
    ///         the struct of the typed data (six words from 0x80);
    ///     0x100 head | 0x120 kind | 0x140 party | 0x160 eventHash | 0x180 occurredAt | 0x1a0 counterparty
    ///         what the next head is the hash of (six words from 0x100);
    ///     0xc0 eventHash | 0xe0 facts
    ///         the data of the event (two words from 0xc0);
    ///     0x1c0 and on: the hash of each entry.
    ///
    /// The blocks are not marked memory-safe on purpose: the compiler then keeps none of its own variables in memory,
    /// and nothing else of this contract is alive there while the loop runs.
    function _recordAll(uint32 party, uint64 sequence, bytes calldata entries) private returns (bytes32 entriesHash) {
        (uint8 roles, bool mayOpen) = PARTIES.standing(party);
        // Byte k is not 0 where the party may write kind k on any lot that exists, whoever holds it.
        uint256 freely = ROLES_OF_KIND & ~CUSTODY_KINDS & (uint256(roles) * EVERY_BYTE);
        bytes32 typeHash = ENTRY_TYPEHASH;
        bytes32 topic = EntryRecorded.selector;
        uint256 count = entries.length / ENTRY_SIZE;
        uint256 place;
        uint256 end;
        uint256 hashes;
        assembly {
            mstore(0x80, typeHash)
            mstore(0x140, party)
            mstore(0x40, add(0x1c0, shl(5, count)))
            place := entries.offset
            end := add(place, entries.length)
            hashes := 0x1c0
        }
        while (place != end) {
            uint256 named;
            uint256 slot;
            uint256 custody;
            uint256 free;
            assembly {
                calldatacopy(0xa0, place, 74)
                named := mload(0xe0)
                let kind := byte(9, named)
                free := byte(kind, freely)
                mstore(0x120, kind)
                named := shr(184, named) // occurredAt (40 bits) and counterparty (32 bits)
                mstore(0xe0, shr(32, named))
                mstore(0x100, and(named, 0xffffffff))
                mstore(hashes, keccak256(0x80, 0xc0))
                slot := keccak256(0xa0, 0x20)
                custody := sload(slot)
                free := mul(free, custody)
            }
            if (free == 0) {
                bytes32 lotId;
                uint256 kind;
                assembly {
                    lotId := mload(0xa0)
                    kind := mload(0x120)
                }
                custody = _judge(custody, lotId, party, roles, mayOpen, kind, named & NUMBER);
            }
            assembly {
                sstore(slot, add(custody, shl(88, 1)))
                slot := add(slot, 1)
                mcopy(0x160, 0xc0, 0x60)
                mstore(0x100, sload(slot))
                sstore(slot, keccak256(0x100, 0xc0))
                let held := eq(and(custody, 0xffffffff), party)
                let index := and(custody, shl(88, 0xffffffff))
                mstore(0xe0, or(or(or(or(mload(0x120), shl(8, held)), shl(16, named)), index), shl(120, sequence)))
                log3(0xc0, 0x40, topic, mload(0xa0), party)
                hashes := add(hashes, 0x20)
                place := add(place, 74)
            }
        }
        assembly {
            entriesHash := keccak256(0x1c0, shl(5, count))
        }
    }

    /// @dev The rules for an entry that is not simply one more on a lot: opening, custody, and everything refused.
    /// Returns the custody word after the entry, its count not yet raised. Same order of questions as the model.
    /// Numbers are whole words here and kinds are numbers, which spares the compiler's checks on every step; the
    /// narrow types come back in the errors.
    function _judge(
        uint256 custody,
        bytes32 lotId,
        uint256 party,
        uint256 roles,
        bool mayOpen,
        uint256 kind,
        uint256 counterparty
    ) private view returns (uint256) {
        if (((ROLES_OF_KIND << (kind << 3)) >> 248) & roles == 0) _checkConcerned(custody, lotId, party, kind);
        if (custody == 0) {
            if (kind != INTRODUCED && kind != PRODUCED && kind != PROCESSED) revert TraceLedger_LotUnknown(lotId);
            if (!mayOpen) revert TraceLedger_NotQualified(lotId, uint32(party));
            return party;
        }
        if (kind == OFFERED || kind == SOLD || kind == DISPOSED) {
            return _give(custody, lotId, party, kind, counterparty);
        }
        if (kind == ACCEPTED || kind == REFUSED) return _answer(custody, lotId, party, kind, counterparty);
        return custody;
    }

    /// @dev Without the role: inspections are open to the custodian and to the party the lot is offered to.
    function _checkConcerned(uint256 custody, bytes32 lotId, uint256 party, uint256 kind) private pure {
        if (kind == 0 || kind > CORRECTED) revert TraceLedger_KindUnknown(uint8(kind));
        bool concerned = party == custody & NUMBER || party == (custody >> OFFERED_SHIFT) & NUMBER;
        if (kind != INSPECTED || custody == 0 || !concerned) {
            revert TraceLedger_RoleMissing(lotId, uint32(party), Kind(kind));
        }
    }

    /// @dev OFFERED, SOLD, DISPOSED: the custodian's alone.
    function _give(uint256 custody, bytes32 lotId, uint256 party, uint256 kind, uint256 counterparty)
        private
        view
        returns (uint256)
    {
        if (custody & NUMBER != party) revert TraceLedger_NotCustodian(lotId, uint32(party), uint32(custody));
        if (kind == DISPOSED) return custody;
        ILotStatus status = _lotStatus;
        if (address(status) != address(0) && status.isHeld(lotId)) revert TraceLedger_LotHeld(lotId);
        if (kind == SOLD) return custody;
        if (counterparty == 0 || counterparty == party) {
            revert TraceLedger_BadCounterparty(lotId, uint32(counterparty));
        }
        return (custody & ~(NUMBER << OFFERED_SHIFT)) | (counterparty << OFFERED_SHIFT);
    }

    /// @dev ACCEPTED, REFUSED: the receiver's alone, naming the custodian that offered.
    function _answer(uint256 custody, bytes32 lotId, uint256 party, uint256 kind, uint256 counterparty)
        private
        pure
        returns (uint256)
    {
        uint256 offeredTo = (custody >> OFFERED_SHIFT) & NUMBER;
        if (offeredTo != party) revert TraceLedger_NotOffered(lotId, uint32(party), uint32(offeredTo));
        if (counterparty != custody & NUMBER) revert TraceLedger_BadCounterparty(lotId, uint32(counterparty));
        uint256 open = custody & ~(NUMBER << OFFERED_SHIFT);
        return kind == REFUSED ? open : (open & ~NUMBER) | party;
    }

    function _checkSignature(uint32 party, uint64 sequence, bytes32 digest, bytes calldata signature) private view {
        if (signature.length > SIGNATURE_SIZE) {
            _checkWallet(party, sequence, digest, signature);
            return;
        }
        // A precompile without gas answers as if the signature were wrong.
        if (gasleft() < RECOVERY_GAS) revert TraceLedger_InsufficientGas(party, sequence);
        // The third value only says more of the fault.
        // slither-disable-next-line unused-return
        (address key, ECDSA.RecoverError fault,) = ECDSA.tryRecoverCalldata(digest, signature);
        if (fault != ECDSA.RecoverError.NoError) revert TraceLedger_SignatureMalformed(party);
        if (!PARTIES.isKeyOf(party, key)) revert TraceLedger_KeyNotValid(party, key);
    }

    /// @dev EIP-1271, as OpenZeppelin's SignatureChecker asks it, but with a fixed allowance of gas: a relayer cannot
    /// starve a wallet into disagreement, and a wallet cannot eat a bundle.
    function _checkWallet(uint32 party, uint64 sequence, bytes32 digest, bytes calldata signature) private view {
        address wallet = address(bytes20(signature[:20]));
        if (!PARTIES.isKeyOf(party, wallet)) revert TraceLedger_KeyNotValid(party, wallet);
        bytes memory question = abi.encodeCall(IERC1271.isValidSignature, (digest, signature[20:]));
        // 1/64 of the gas stays behind in a call (EIP-150); what is passed on must still be the whole allowance.
        if (gasleft() < WALLET_GAS + WALLET_GAS / 32) revert TraceLedger_InsufficientGas(party, sequence);
        bool answered;
        bytes32 answer;
        assembly ("memory-safe") {
            answered := staticcall(WALLET_GAS, wallet, add(question, 0x20), mload(question), 0x00, 0x20)
            answered := and(answered, gt(returndatasize(), 0x1f))
            answer := mload(0x00)
        }
        if (!answered || answer != bytes32(IERC1271.isValidSignature.selector)) {
            revert TraceLedger_WalletDisagreed(party, wallet);
        }
    }
}
