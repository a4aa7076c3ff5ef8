"""Calls to our contracts and the digests that parties sign; pure, no network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from suyuan.adapters.evm.abi import Abi
from suyuan.adapters.evm.logs import ANCHORS, LEDGER, PARTIES
from suyuan.anchoring.ports import Call, SignedSubmission
from suyuan.kernel import typed_data
from suyuan.kernel.ledger import LedgerEntry


class EvmContracts:
    """`anchoring.ports.Contracts` of one deployment; ValueError when a value does not fit its type."""

    def __init__(self, chain_id: int, addresses: Mapping[str, str], abis: Mapping[str, Abi]) -> None:
        self._chain_id = chain_id
        self._addresses = dict(addresses)
        self._abis = abis

    def record_many(self, submissions: Sequence[SignedSubmission]) -> Call:
        return self._call(LEDGER, "recordMany", [_submission(each) for each in submissions])

    def register_party(
        self, number: int, profile_hash: bytes, roles: int, qualified_until: int, key: str
    ) -> Call:
        return self._call(PARTIES, "register", number, profile_hash, roles, qualified_until, key)

    def add_key(self, party: int, key: str) -> Call:
        return self._call(PARTIES, "addKey", party, key)

    def revoke_key(self, party: int, key: str) -> Call:
        return self._call(PARTIES, "revokeKey", party, key)

    def set_roles(self, party: int, roles: int) -> Call:
        return self._call(PARTIES, "setRoles", party, roles)

    def set_qualification(self, party: int, qualified_until: int) -> Call:
        return self._call(PARTIES, "setQualification", party, qualified_until)

    def set_suspended(self, party: int, suspended: bool) -> Call:  # noqa: FBT001 - the port's form
        return self._call(PARTIES, "setSuspended", party, suspended)

    def set_profile(self, party: int, profile_hash: bytes) -> Call:
        return self._call(PARTIES, "setProfile", party, profile_hash)

    def anchor(self, root: bytes, leaf_count: int, previous_root: bytes) -> Call:
        return self._call(ANCHORS, "anchor", root, leaf_count, previous_root)

    def submission_digest(self, party: int, sequence: int, entries: Sequence[LedgerEntry]) -> bytes:
        return typed_data.submission_digest(self._chain_id, self._addresses[LEDGER], party, sequence, entries)

    def _call(self, contract: str, function: str, *arguments: object) -> Call:
        return Call(self._addresses[contract], self._abis[contract].call(function, *arguments))


def _submission(signed: SignedSubmission) -> tuple[object, ...]:
    return (signed.party, signed.sequence, [_entry(each) for each in signed.entries], signed.signature)


def _entry(entry: LedgerEntry) -> tuple[object, ...]:
    return (entry.lot_id, entry.event_hash, entry.occurred_at, entry.counterparty, int(entry.kind))
