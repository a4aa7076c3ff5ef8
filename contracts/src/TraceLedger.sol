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
/// @dev See the interface for what each function promises. The signature is checked first, then each entry is judged
/// and recorded; the first that is refused undoes the submission. The only calls out are static (registry, lot status,
/// wallet), so nothing can come back in. The assembly is for three things that Solidity has no cheap words for: the two
/// hashes of every entry, and a call with an allowance whose answer may be any length.
contract TraceLedger is ITraceLedger, AccessManaged, EIP712 {
    /// @dev Two slots: who holds the lot and to whom it is offered; and the head, whose last 4 bytes are the count of
    /// entries (see `_extend`). An entry that moves no custody writes the head alone.
    struct Lot {
        uint32 custodian;
        uint32 offeredTo;
        bytes32 head;
    }

    /// @dev What is asked once for all entries of a submission.
    struct Signer {
        uint32 party;
        uint64 sequence;
        uint8 roles;
        bool mayOpen;
    }

    bytes32 private constant ENTRY_TYPEHASH = keccak256(
        "Entry(bytes32 lotId,bytes32 eventHash,uint40 occurredAt,uint32 counterparty,uint8 kind)"
    );
    bytes32 private constant SUBMISSION_TYPEHASH = keccak256(
        "Submission(uint32 party,uint64 sequence,Entry[] entries)"
        "Entry(bytes32 lotId,bytes32 eventHash,uint40 occurredAt,uint32 counterparty,uint8 kind)"
    );
    uint256 private constant SIGNATURE_SIZE = 65;

    /// @dev Byte k is about kind k: bits 0-6 are the roles that may write it (0x1f is everybody in trade, 0x7f
    /// everybody), bit 7 says that it moves custody or is the custodian's alone.
    bytes32 private constant RULES_OF_KIND = 0x001f0103031f1f40209f9f9f1f7f9f9f7f000000000000000000000000000000;
    uint8 private constant ABOUT_CUSTODY = 0x80;
    uint8 private constant LAST_KIND = uint8(type(Kind).max);

    /// @dev A wallet gets this much gas, never less, so that its answer does not depend on the relayer's generosity.
    uint256 private constant WALLET_GAS = 200_000;
    /// @dev ecrecover takes 3,000; the rest is for asking the registry and saying no.
    uint256 private constant RECOVERY_GAS = 10_000;

    IPartyRegistry private immutable PARTIES;

    mapping(bytes32 lotId => Lot) private _lots;
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
    function record(uint32 party, uint64 sequence, Entry[] calldata entries, bytes calldata signature) external {
        uint64 expected = _sequences[party] + 1;
        if (sequence != expected) revert TraceLedger_WrongSequence(party, sequence, expected);
        _checkSignature(party, sequence, _digest(party, sequence, entries), signature);
        _sequences[party] = sequence;
        (uint8 roles, bool mayOpen) = PARTIES.standing(party);
        Signer memory signer = Signer(party, sequence, roles, mayOpen);
        for (uint256 i = 0; i < entries.length; ++i) {
            _record(signer, entries[i]);
        }
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
        Lot storage known = _lots[lotId];
        return (known.custodian, known.offeredTo, _countIn(known.head), known.head);
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

    /// @dev Judges one entry, extends the head of its lot and tells of it. Same order of questions as the model.
    function _record(Signer memory signer, Entry calldata entry) private {
        (bytes32 lotId, bytes32 eventHash) = (entry.lotId, entry.eventHash);
        (uint40 occurredAt, uint32 counterparty, uint8 kind) = (entry.occurredAt, entry.counterparty, entry.kind);
        uint32 party = signer.party;
        if (kind == 0 || kind > LAST_KIND) revert TraceLedger_KindUnknown(kind);
        Lot storage its = _lots[lotId];
        bytes32 head = its.head;
        uint32 custodian = its.custodian;
        uint8 rules = uint8(RULES_OF_KIND[kind]);
        if (rules & signer.roles == 0) _checkConcerned(its, party, lotId, Kind(kind));
        if (head == 0) {
            custodian = _open(its, signer, lotId, Kind(kind));
        } else if (rules & ABOUT_CUSTODY != 0) {
            custodian = _move(its, custodian, party, lotId, Kind(kind), counterparty);
        }
        its.head = _extend(head, kind, party, eventHash, occurredAt, counterparty);
        uint256 facts = kind;
        if (custodian == party) facts |= 1 << 8;
        facts |= uint256(counterparty) << 16;
        facts |= uint256(occurredAt) << 48;
        facts |= uint256(_countIn(head)) << 88;
        facts |= uint256(signer.sequence) << 120;
        emit EntryRecorded(lotId, party, eventHash, facts);
    }

    /// @dev Without the role: inspections are open to the custodian and to the party the lot is offered to.
    function _checkConcerned(Lot storage its, uint32 party, bytes32 lotId, Kind kind) private view {
        if (kind != Kind.INSPECTED || (party != its.custodian && party != its.offeredTo)) {
            revert TraceLedger_RoleMissing(lotId, party, kind);
        }
    }

    /// @dev The first entry of a lot; returns its custodian.
    function _open(Lot storage its, Signer memory signer, bytes32 lotId, Kind kind) private returns (uint32) {
        if (kind != Kind.INTRODUCED && kind != Kind.PRODUCED && kind != Kind.PROCESSED) {
            revert TraceLedger_LotUnknown(lotId);
        }
        if (!signer.mayOpen) revert TraceLedger_NotQualified(lotId, signer.party);
        return its.custodian = signer.party;
    }

    /// @dev OFFERED, SOLD and DISPOSED are the custodian's alone, ACCEPTED and REFUSED the receiver's, who names the
    /// custodian that offered. Returns the custodian afterwards.
    function _move(Lot storage its, uint32 custodian, uint32 party, bytes32 lotId, Kind kind, uint32 counterparty)
        private
        returns (uint32)
    {
        if (kind == Kind.ACCEPTED || kind == Kind.REFUSED) {
            if (its.offeredTo != party) revert TraceLedger_NotOffered(lotId, party, its.offeredTo);
            if (counterparty != custodian) revert TraceLedger_BadCounterparty(lotId, counterparty);
            its.offeredTo = 0;
            if (kind == Kind.REFUSED) return custodian;
            return its.custodian = party;
        }
        if (custodian != party) revert TraceLedger_NotCustodian(lotId, party, custodian);
        if (kind == Kind.DISPOSED) return custodian;
        ILotStatus status = _lotStatus;
        if (address(status) != address(0) && status.isHeld(lotId)) revert TraceLedger_LotHeld(lotId);
        if (kind == Kind.SOLD) return custodian;
        if (counterparty == 0 || counterparty == party) revert TraceLedger_BadCounterparty(lotId, counterparty);
        its.offeredTo = counterparty;
        return custodian;
    }

    /// @dev What the party signed: the EIP-712 digest of the submission.
    function _digest(uint32 party, uint64 sequence, Entry[] calldata entries) private view returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](entries.length);
        for (uint256 i = 0; i < entries.length; ++i) {
            hashes[i] = _hashOf(entries[i]);
        }
        bytes32 entriesHash = keccak256(abi.encodePacked(hashes));
        return _hashTypedDataV4(keccak256(abi.encode(SUBMISSION_TYPEHASH, party, sequence, entriesHash)));
    }

    /// @dev keccak256(abi.encode(ENTRY_TYPEHASH, entry)): the five words of the calldata are the ones that EIP-712 wants.
    /// Values too large for their types are hashed as they stand and refused by `_record`, which reads them typed.
    function _hashOf(Entry calldata entry) private pure returns (bytes32 hash) {
        bytes32 typeHash = ENTRY_TYPEHASH;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, typeHash)
            calldatacopy(add(free, 0x20), entry, 0xa0)
            hash := keccak256(free, 0xc0)
        }
    }

    /// @dev keccak256(abi.encode(...)) of the parameters, its last 4 bytes replaced by the count; the memory that the
    /// hash takes is not kept.
    function _extend(
        bytes32 head,
        uint256 kind,
        uint256 party,
        bytes32 eventHash,
        uint256 occurredAt,
        uint256 counterparty
    ) private pure returns (bytes32) {
        uint256 hash;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, head)
            mstore(add(free, 0x20), kind)
            mstore(add(free, 0x40), party)
            mstore(add(free, 0x60), eventHash)
            mstore(add(free, 0x80), occurredAt)
            mstore(add(free, 0xa0), counterparty)
            hash := keccak256(free, 0xc0)
        }
        return bytes32((hash >> 32 << 32) | (_countIn(head) + 1));
    }

    function _countIn(bytes32 head) private pure returns (uint32) {
        return uint32(uint256(head));
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
