// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILotStatus} from "./ILotStatus.sol";

/// @title The ledger of traced lots: one entry for each event of a lot, signed by the party that reports it
/// @notice Honest but incomplete records are recorded and marked; refused is only what would lie. The rules of an
/// entry are written a second time in `backend/suyuan/kernel/ledger.py`, and random call sequences hold the two together.
/// @dev Entries are signed as EIP-712 typed data in the domain {name "Suyuan TraceLedger", version "1", chainId,
/// verifyingContract}:
/// `Entry(bytes32 lotId,bytes32 eventHash,uint40 occurredAt,uint32 counterparty,uint8 kind)` and
/// `Submission(uint32 party,uint64 sequence,Entry[] entries)`.
/// A signature is 65 bytes r, s, v (v is 27 or 28, s in the lower half), or, for a party whose key is a contract
/// wallet, the wallet's 20-byte address followed by the signature that the wallet understands (EIP-1271), more than
/// 65 bytes together.
interface ITraceLedger {
    /// @notice What an entry says of its lot. Zero is never written.
    enum Kind {
        NONE,
        INTRODUCED,
        PRODUCED,
        PROCESSED,
        CONSUMED,
        PACKED,
        COLD_CHAIN,
        INSPECTED,
        TESTED,
        OFFERED,
        ACCEPTED,
        REFUSED,
        RECEIVED,
        OBSERVED,
        SOLD,
        DISPOSED,
        CORRECTED
    }

    /// @notice What one party says of one lot.
    /// @param lotId SHA-256 of the lot's canonical URI
    /// @param eventHash SHA-256 of 0x00 and the event's canonical JSON
    /// @param occurredAt When it happened, Unix seconds
    /// @param counterparty Number of the other party, 0 for none
    /// @param kind A `Kind`, as a number so that one unknown kind refuses one submission and not the bundle
    struct Entry {
        bytes32 lotId;
        bytes32 eventHash;
        uint40 occurredAt;
        uint32 counterparty;
        uint8 kind;
    }

    /// @notice One party's signed set of entries with its place in the party's own numbering.
    /// @param party Number of the party in the party registry
    /// @param sequence Number of the submission among the party's own, from 1 without gaps
    /// @param entries The entries in their order; may be empty
    /// @param signature The party's signature over the typed data, see above
    struct Submission {
        uint32 party;
        uint64 sequence;
        Entry[] entries;
        bytes signature;
    }

    /// @notice An entry was recorded.
    /// @param lotId SHA-256 of the lot's canonical URI
    /// @param party Number of the party that signed
    /// @param eventHash SHA-256 of 0x00 and the event's canonical JSON
    /// @param facts kind (bits 0-7), whether the party holds the lot after the entry (bit 8), counterparty (16-47),
    /// occurredAt in Unix seconds (48-87), index of the entry in its lot from 0 (88-119), sequence (120-183)
    event EntryRecorded(bytes32 indexed lotId, uint32 indexed party, bytes32 eventHash, uint256 facts);

    /// @notice A submission in a bundle was skipped; nothing of it was recorded and its number is still free.
    /// @param party Number of the party
    /// @param sequence Number that the submission bore
    /// @param reason Revert data: one of the errors of this interface
    event SubmissionRefused(uint32 indexed party, uint64 indexed sequence, bytes reason);

    /// @notice The contract that says which lots are held was bound, for good.
    /// @param lotStatus Address of the contract
    event LotStatusBound(address indexed lotStatus);

    /// @notice A later version of this ledger was named, for good.
    /// @param successor Address of the later version
    event SuccessorNamed(address indexed successor);

    /// @notice The submission does not bear the party's next number: a replay, or one before it is missing.
    /// @param party Number of the party
    /// @param sequence Number that the submission bears
    /// @param expected Number that the ledger expects
    error TraceLedger_WrongSequence(uint32 party, uint64 sequence, uint64 expected);

    /// @notice The signature cannot be read: wrong length, wrong v, or s in the upper half.
    /// @param party Number of the party
    error TraceLedger_SignatureMalformed(uint32 party);

    /// @notice The key that signed is not a valid key of the party now.
    /// @param party Number of the party
    /// @param key Address that was recovered, or of the contract wallet
    error TraceLedger_KeyNotValid(uint32 party, address key);

    /// @notice The contract wallet does not confirm the signature.
    /// @param party Number of the party
    /// @param wallet Address of the wallet
    error TraceLedger_WalletDisagreed(uint32 party, address wallet);

    /// @notice No such kind.
    /// @param kind The number that was given
    error TraceLedger_KindUnknown(uint8 kind);

    /// @notice The party has no role that may write this kind.
    /// @param lotId The lot
    /// @param party Number of the party
    /// @param kind The kind
    error TraceLedger_RoleMissing(bytes32 lotId, uint32 party, Kind kind);

    /// @notice The lot has no entry yet and this kind does not open one.
    /// @param lotId The lot
    error TraceLedger_LotUnknown(bytes32 lotId);

    /// @notice The party may not open lots: its qualification has run out, or it is suspended.
    /// @param lotId The lot
    /// @param party Number of the party
    error TraceLedger_NotQualified(bytes32 lotId, uint32 party);

    /// @notice Only the custodian may do this.
    /// @param lotId The lot
    /// @param party Number of the party that signed
    /// @param custodian Number of the party that holds the lot
    error TraceLedger_NotCustodian(bytes32 lotId, uint32 party, uint32 custodian);

    /// @notice The lot is held or recalled and may not be offered or sold.
    /// @param lotId The lot
    error TraceLedger_LotHeld(bytes32 lotId);

    /// @notice The lot is not offered to this party.
    /// @param lotId The lot
    /// @param party Number of the party that signed
    /// @param offeredTo Number of the party that the lot is offered to, 0 for none
    error TraceLedger_NotOffered(bytes32 lotId, uint32 party, uint32 offeredTo);

    /// @notice An offer must name another party as receiver; an answer to an offer must name the custodian.
    /// @param lotId The lot
    /// @param counterparty Number that the entry names
    error TraceLedger_BadCounterparty(bytes32 lotId, uint32 counterparty);

    /// @notice The transaction has too little gas to judge this submission; the whole bundle is undone.
    /// @param party Number of the party
    /// @param sequence Number of the submission
    error TraceLedger_InsufficientGas(uint32 party, uint64 sequence);

    /// @notice The address has no code.
    /// @param account The address
    error TraceLedger_NotAContract(address account);

    /// @notice The lot status contract is bound already.
    /// @param lotStatus The bound contract
    error TraceLedger_LotStatusAlreadyBound(address lotStatus);

    /// @notice The successor is named already.
    /// @param successor The named successor
    error TraceLedger_SuccessorAlreadyNamed(address successor);

    /// @notice Records one submission. Anyone may relay; the signature is the party's.
    /// @param party Number of the party
    /// @param sequence The party's next number
    /// @param entries The entries; none are allowed, to fill the number of a submission set aside
    /// @param signature The party's signature over the typed data
    function record(uint32 party, uint64 sequence, Entry[] calldata entries, bytes calldata signature) external;

    /// @notice Records several submissions, each standing alone: one that is refused is skipped with
    /// `SubmissionRefused` and never blocks the others.
    /// @dev Reverts as a whole with `TraceLedger_InsufficientGas` where gas ran out, so that a relayer who sends too
    /// little cannot make a good submission look refused; and without a word where the calldata is no such list, which
    /// only the relayer can bring about.
    /// @param submissions The submissions, recorded in this order
    function recordMany(Submission[] calldata submissions) external;

    /// @notice Binds the contract that says which lots are held. Restricted; once only.
    /// @param lotStatus_ The contract
    function bindLotStatus(ILotStatus lotStatus_) external;

    /// @notice Names a later version of this ledger. Restricted; once only. This ledger goes on working.
    /// @param successor_ Address of the later version
    function nameSuccessor(address successor_) external;

    /// @notice The state of a lot; all zero when the lot has no entry.
    /// @param lotId The lot
    /// @return custodian Number of the party that holds the lot
    /// @return offeredTo Number of the party that the lot is offered to, 0 for none
    /// @return count Number of entries
    /// @return head keccak256(abi.encode(head before, kind, party, eventHash, occurredAt, counterparty)) of the last
    /// entry, with its last 4 bytes replaced by the count of entries; 32 zero bytes stand before the first
    function lot(bytes32 lotId) external view returns (uint32 custodian, uint32 offeredTo, uint32 count, bytes32 head);

    /// @notice The number that the party's next submission must bear.
    /// @param party Number of the party
    /// @return The number, from 1
    function nextSequence(uint32 party) external view returns (uint64);

    /// @notice The party registry that this ledger asks.
    /// @return Its address
    function parties() external view returns (address);

    /// @notice The contract that says which lots are held.
    /// @return Its address, zero while none is bound
    function lotStatus() external view returns (ILotStatus);

    /// @notice The later version of this ledger.
    /// @return Its address, zero while none is named
    function successor() external view returns (address);
}
