// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The registry of parties: who may sign, in which roles, and since when
/// @notice Parties have dense numbers from 1. No names and no personal data: a profile is only its hash.
/// Roles are bits: 1 producer, 2 processor, 4 carrier, 8 warehouse, 16 retailer, 32 laboratory, 64 inspector.
/// A key belongs to one party for one window of time; it is never given again, so that "was this key valid then"
/// has one answer for ever.
interface IPartyRegistry {
    /// @notice A party was registered.
    /// @param party Its number
    /// @param profileHash SHA-256 leaf hash of its profile document
    /// @param roles Its role bits
    /// @param qualifiedUntil Unix second at which its qualification runs out
    event PartyRegistered(uint32 indexed party, bytes32 profileHash, uint8 roles, uint40 qualifiedUntil);

    /// @notice A key was given to a party, valid from this block's time on.
    /// @param party Number of the party
    /// @param key Address of the key or contract wallet
    event KeyAdded(uint32 indexed party, address indexed key);

    /// @notice A key was revoked: not valid from this block's time on.
    /// @param party Number of the party
    /// @param key Address of the key or contract wallet
    event KeyRevoked(uint32 indexed party, address indexed key);

    /// @notice The roles of a party were changed.
    /// @param party Number of the party
    /// @param roles Its role bits from now on
    event RolesChanged(uint32 indexed party, uint8 roles);

    /// @notice The qualification of a party was changed.
    /// @param party Number of the party
    /// @param qualifiedUntil Unix second at which it runs out
    event QualificationChanged(uint32 indexed party, uint40 qualifiedUntil);

    /// @notice A party was suspended or reinstated.
    /// @param party Number of the party
    /// @param suspended True for suspended
    event SuspensionChanged(uint32 indexed party, bool suspended);

    /// @notice The profile of a party was changed.
    /// @param party Number of the party
    /// @param profileHash SHA-256 leaf hash of the new profile document
    event ProfileChanged(uint32 indexed party, bytes32 profileHash);

    /// @notice A later version of this registry was named, for good.
    /// @param successor Address of the later version
    event SuccessorNamed(address indexed successor);

    /// @notice The number is not the next one: another registration came first, or one is missing.
    /// @param number The number that was given
    /// @param expected The number that the registry expects
    error PartyRegistry_NumberNotNext(uint32 number, uint32 expected);

    /// @notice No party has this number.
    /// @param party The number that was given
    error PartyRegistry_PartyUnknown(uint32 party);

    /// @notice The key is, or was, a party's; a key is never given twice.
    /// @param key Address of the key
    /// @param party Number of the party that has or had it
    error PartyRegistry_KeyTaken(address key, uint32 party);

    /// @notice The zero address cannot be a key.
    error PartyRegistry_KeyZero();

    /// @notice The key is not a valid key of this party.
    /// @param party Number of the party
    /// @param key Address of the key
    error PartyRegistry_KeyNotOfParty(uint32 party, address key);

    /// @notice A role bit that does not exist.
    /// @param roles The bits that were given
    error PartyRegistry_RolesUnknown(uint8 roles);

    /// @notice The address has no code.
    /// @param account The address
    error PartyRegistry_NotAContract(address account);

    /// @notice The successor is named already.
    /// @param successor The named successor
    error PartyRegistry_SuccessorAlreadyNamed(address successor);

    /// @notice Registers a party with its first key. Restricted.
    /// @param number Its number, which must be the next: compare and swap
    /// @param profileHash SHA-256 leaf hash of its profile document
    /// @param roles Its role bits
    /// @param qualifiedUntil Unix second at which its qualification runs out
    /// @param key Its first key
    function register(uint32 number, bytes32 profileHash, uint8 roles, uint40 qualifiedUntil, address key) external;

    /// @notice Gives a party one more key, valid from now on. Restricted.
    /// @param party Number of the party
    /// @param key Address that was never a key of any party
    function addKey(uint32 party, address key) external;

    /// @notice Revokes a key from now on; what it signed before stays signed. Restricted.
    /// @param party Number of the party
    /// @param key A valid key of this party
    function revokeKey(uint32 party, address key) external;

    /// @notice Sets the roles of a party. Restricted.
    /// @param party Number of the party
    /// @param roles Role bits
    function setRoles(uint32 party, uint8 roles) external;

    /// @notice Sets the end of a party's qualification. Restricted.
    /// @param party Number of the party
    /// @param qualifiedUntil Unix second at which it runs out
    function setQualification(uint32 party, uint40 qualifiedUntil) external;

    /// @notice Suspends or reinstates a party. Restricted.
    /// @param party Number of the party
    /// @param suspended True to suspend
    function setSuspended(uint32 party, bool suspended) external;

    /// @notice Sets the profile of a party. Restricted.
    /// @param party Number of the party
    /// @param profileHash SHA-256 leaf hash of the profile document
    function setProfile(uint32 party, bytes32 profileHash) external;

    /// @notice Names a later version of this registry. Restricted; once only.
    /// @param successor_ Address of the later version
    function nameSuccessor(address successor_) external;

    /// @notice The party that a key belongs or belonged to.
    /// @param key Address of the key
    /// @return Number of the party, 0 for none
    function partyOf(address key) external view returns (uint32);

    /// @notice The window in which a key is valid.
    /// @param key Address of the key
    /// @return party Number of the party, 0 for none
    /// @return validFrom First Unix second at which it is valid
    /// @return validUntil First Unix second at which it is no longer valid, 2**40 - 1 while it is not revoked
    function keyOf(address key) external view returns (uint32 party, uint40 validFrom, uint40 validUntil);

    /// @notice Whether a key was a valid key of its party at a time.
    /// @param key Address of the key
    /// @param time Unix second
    /// @return True from the block time at which it was added until just before the one at which it was revoked
    function wasValid(address key, uint40 time) external view returns (bool);

    /// @notice Whether a key is a valid key of this very party now.
    /// @param party Number of the party
    /// @param key Address of the key
    /// @return True when the party may sign with it in this block
    function isKeyOf(uint32 party, address key) external view returns (bool);

    /// @notice What the ledger needs to know of a party now; all false and zero for an unknown party.
    /// @param party Number of the party
    /// @return roles Its role bits
    /// @return mayOpen Whether it is qualified now and not suspended, so that it may open lots
    function standing(uint32 party) external view returns (uint8 roles, bool mayOpen);

    /// @notice All facts of a party; reverts for an unknown one.
    /// @param number Number of the party
    /// @return profileHash SHA-256 leaf hash of its profile document
    /// @return roles Its role bits
    /// @return qualifiedUntil Unix second at which its qualification runs out
    /// @return suspended Whether it is suspended
    function party(uint32 number)
        external
        view
        returns (bytes32 profileHash, uint8 roles, uint40 qualifiedUntil, bool suspended);

    /// @notice How many parties there are; their numbers are 1 to this one.
    /// @return The number of parties
    function partyCount() external view returns (uint32);

    /// @notice The later version of this registry.
    /// @return Its address, zero while none is named
    function successor() external view returns (address);
}
