// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {IPartyRegistry} from "./interfaces/IPartyRegistry.sol";

/// @title PartyRegistry
/// @dev Every change is restricted by the AccessManager; see the interface for what each function promises.
contract PartyRegistry is IPartyRegistry, AccessManaged {
    /// @dev Two slots: the hash, and what the ledger asks for (roles, suspension, qualification) in one word, so that
    /// `standing` reads a single slot.
    struct Party {
        bytes32 profileHash;
        uint8 roles;
        bool suspended;
        uint40 qualifiedUntil;
    }

    /// @dev One slot. `validUntil` is the greatest time while the key is not revoked; `party` is 0 for an address that
    /// was never a key.
    struct Key {
        uint32 party;
        uint40 validFrom;
        uint40 validUntil;
    }

    uint8 private constant KNOWN_ROLES = 0x7f;

    mapping(uint32 number => Party) private _parties;
    mapping(address key => Key) private _keys;
    /// @dev Count and successor share a slot: 32 + 160 bits.
    uint32 private _count;
    address private _successor;

    /// @param authority The AccessManager
    constructor(address authority) AccessManaged(authority) {}

    /// @inheritdoc IPartyRegistry
    function register(uint32 number, bytes32 profileHash, uint8 roles, uint40 qualifiedUntil, address key)
        external
        restricted
    {
        uint32 next = _count + 1;
        if (number != next) revert PartyRegistry_NumberNotNext(number, next);
        _checkRoles(roles);
        _count = number;
        _parties[number] = Party(profileHash, roles, false, qualifiedUntil);
        emit PartyRegistered(number, profileHash, roles, qualifiedUntil);
        _addKey(number, key);
    }

    /// @inheritdoc IPartyRegistry
    function addKey(uint32 party_, address key) external restricted {
        _checkKnown(party_);
        _addKey(party_, key);
    }

    /// @inheritdoc IPartyRegistry
    function revokeKey(uint32 party_, address key) external restricted {
        if (!isKeyOf(party_, key)) revert PartyRegistry_KeyNotOfParty(party_, key);
        _keys[key].validUntil = uint40(block.timestamp);
        emit KeyRevoked(party_, key);
    }

    /// @inheritdoc IPartyRegistry
    function setRoles(uint32 party_, uint8 roles) external restricted {
        _checkKnown(party_);
        _checkRoles(roles);
        _parties[party_].roles = roles;
        emit RolesChanged(party_, roles);
    }

    /// @inheritdoc IPartyRegistry
    function setQualification(uint32 party_, uint40 qualifiedUntil) external restricted {
        _checkKnown(party_);
        _parties[party_].qualifiedUntil = qualifiedUntil;
        emit QualificationChanged(party_, qualifiedUntil);
    }

    /// @inheritdoc IPartyRegistry
    function setSuspended(uint32 party_, bool suspended) external restricted {
        _checkKnown(party_);
        _parties[party_].suspended = suspended;
        emit SuspensionChanged(party_, suspended);
    }

    /// @inheritdoc IPartyRegistry
    function setProfile(uint32 party_, bytes32 profileHash) external restricted {
        _checkKnown(party_);
        _parties[party_].profileHash = profileHash;
        emit ProfileChanged(party_, profileHash);
    }

    /// @inheritdoc IPartyRegistry
    function nameSuccessor(address successor_) external restricted {
        if (_successor != address(0)) revert PartyRegistry_SuccessorAlreadyNamed(_successor);
        if (successor_.code.length == 0) revert PartyRegistry_NotAContract(successor_);
        _successor = successor_;
        emit SuccessorNamed(successor_);
    }

    /// @inheritdoc IPartyRegistry
    function partyOf(address key) external view returns (uint32) {
        return _keys[key].party;
    }

    /// @inheritdoc IPartyRegistry
    function keyOf(address key) external view returns (uint32 party_, uint40 validFrom, uint40 validUntil) {
        Key memory known = _keys[key];
        return (known.party, known.validFrom, known.validUntil);
    }

    /// @inheritdoc IPartyRegistry
    function wasValid(address key, uint40 time) external view returns (bool) {
        return _covers(_keys[key], time);
    }

    /// @inheritdoc IPartyRegistry
    function standing(uint32 party_) external view returns (uint8 roles, bool mayOpen) {
        Party storage known = _parties[party_];
        return (known.roles, !known.suspended && block.timestamp < known.qualifiedUntil);
    }

    /// @inheritdoc IPartyRegistry
    function party(uint32 number)
        external
        view
        returns (bytes32 profileHash, uint8 roles, uint40 qualifiedUntil, bool suspended)
    {
        _checkKnown(number);
        Party memory known = _parties[number];
        return (known.profileHash, known.roles, known.qualifiedUntil, known.suspended);
    }

    /// @inheritdoc IPartyRegistry
    function partyCount() external view returns (uint32) {
        return _count;
    }

    /// @inheritdoc IPartyRegistry
    function successor() external view returns (address) {
        return _successor;
    }

    /// @inheritdoc IPartyRegistry
    function isKeyOf(uint32 party_, address key) public view returns (bool) {
        Key memory known = _keys[key];
        // A number is compared here; the slot it shares with times makes slither think of time.
        // slither-disable-next-line incorrect-equality
        return known.party == party_ && _covers(known, uint40(block.timestamp));
    }

    function _addKey(uint32 party_, address key) private {
        if (key == address(0)) revert PartyRegistry_KeyZero();
        if (_keys[key].party != 0) revert PartyRegistry_KeyTaken(key, _keys[key].party);
        _keys[key] = Key(party_, uint40(block.timestamp), type(uint40).max);
        emit KeyAdded(party_, key);
    }

    function _checkKnown(uint32 number) private view {
        if (number == 0 || number > _count) revert PartyRegistry_PartyUnknown(number);
    }

    function _checkRoles(uint8 roles) private pure {
        if (roles & ~KNOWN_ROLES != 0) revert PartyRegistry_RolesUnknown(roles);
    }

    /// @dev The window is half open: a key revoked in a block signs nothing more in that block.
    function _covers(Key memory key, uint40 time) private pure returns (bool) {
        return key.party != 0 && key.validFrom <= time && time < key.validUntil;
    }
}
