from __future__ import annotations

import json

import pytest

from suyuan.kernel import typed_data
from suyuan.parties import keys, queries
from suyuan.parties.errors import (
    KeyNeeded,
    KeyRefused,
    KeyTaken,
    KeyUnknown,
    NoCustodialKey,
    PartyUnknown,
    RotationUnderWay,
)
from suyuan.parties.signers import StoredSigners

OWN = typed_data.address_of(b"\x07" * 32)


def signer(database, keyring):
    return typed_data.recover(bytes(32), StoredSigners(database, keyring).sign(1, bytes(32)))


def test_a_new_key_signs_only_when_the_chain_knows_it_for_good(database, register, clock, keyring, settle):
    with database.transaction() as conn:
        register(conn)
        old = queries.keys_of(conn, 1)[0].address
        new = keys.rotate_key(conn, clock, keyring, 1).address
    assert signer(database, keyring) == old
    for state in ("signed", "submitted", "mined"):
        with database.transaction() as conn:
            settle(conn, "party:1:key:2:add", state=state)
            assert keys.finish_rotations(conn, clock) == 0
    with database.transaction() as conn:
        settle(conn, "party:1:key:2:add")
        assert keys.finish_rotations(conn, clock) == 1
        assert keys.finish_rotations(conn, clock) == 0
    assert signer(database, keyring) == new


def test_the_old_key_is_revoked_after_everything_it_signed(  # noqa: PLR0917
    database, register, clock, keyring, settle, queued
):
    with database.transaction() as conn:
        register(conn)
        old = queries.keys_of(conn, 1)[0].address
        new = keys.rotate_key(conn, clock, keyring, 1).address
        settle(conn, "party:1:key:2:add")
        keys.finish_rotations(conn, clock)
        waiting = [(kind, json.loads(payload)["key"]) for kind, _, payload, _ in queued(conn)]
        first, second = queries.keys_of(conn, 1)
    assert waiting == [("party.register", old), ("key.add", new), ("key.revoke", old)]
    assert (first.active, second.active) == (False, True)
    assert first.revoked_at == clock.now()


def test_one_rotation_at_a_time(database, register, clock, keyring):
    with database.transaction() as conn:
        register(conn)
        keys.rotate_key(conn, clock, keyring, 1)
        with pytest.raises(RotationUnderWay):
            keys.rotate_key(conn, clock, keyring, 1)


def test_a_rotation_that_the_chain_refused_is_given_up(database, register, clock, keyring, settle):
    with database.transaction() as conn:
        register(conn)
        old = queries.keys_of(conn, 1)[0].address
        keys.rotate_key(conn, clock, keyring, 1)
        settle(conn, "party:1:key:2:add", state="rejected")
        assert keys.finish_rotations(conn, clock) == 0
        assert keys.rotate_key(conn, clock, keyring, 1).version == 3
    assert signer(database, keyring) == old


def test_many_rotations_leave_one_key_in_use(database, register, clock, keyring, settle):
    with database.transaction() as conn:
        register(conn)
        for version in (2, 3, 4):
            keys.rotate_key(conn, clock, keyring, 1)
            settle(conn, f"party:1:key:{version}:add")
            keys.finish_rotations(conn, clock)
        assert [key.active for key in queries.keys_of(conn, 1)] == [False, False, False, True]


def test_who_keeps_his_own_key_has_nothing_to_rotate(database, register, clock, keyring):
    with database.transaction() as conn:
        register(conn, key_address=OWN)
        with pytest.raises(NoCustodialKey):
            keys.rotate_key(conn, clock, keyring, 1)


def test_a_party_may_have_a_key_of_its_own_beside_ours(database, register, clock, keyring):
    with database.transaction() as conn:
        register(conn)
        assert not keys.add_key(conn, clock, 1, OWN.lower()).custodial
    assert signer(database, keyring) != OWN


def test_a_key_belongs_to_one_party_and_once(database, register, clock):
    with database.transaction() as conn:
        register(conn, 1)
        register(conn, 2)
        keys.add_key(conn, clock, 1, OWN)
        keys.revoke_key(conn, clock, 1, OWN)
        for party in (1, 2):
            with pytest.raises(KeyTaken):
                keys.add_key(conn, clock, party, OWN)


def test_a_key_taken_back_stays_on_the_list(database, register, clock, queued):
    with database.transaction() as conn:
        register(conn)
        keys.add_key(conn, clock, 1, OWN)
        assert keys.revoke_key(conn, clock, 1, OWN).revoked_at == clock.now()
        assert keys.revoke_key(conn, clock, 1, OWN).revoked_at == clock.now()
        assert [kind for kind, *_ in queued(conn)] == ["party.register", "key.add", "key.revoke"]
        assert len(queries.keys_of(conn, 1)) == 2


def test_the_key_that_signs_cannot_be_taken_away(database, register, clock):
    with database.transaction() as conn:
        register(conn, 1)
        register(conn, 2, key_address=OWN)
        keys.add_key(conn, clock, 1, typed_data.address_of(b"\x08" * 32))
        with pytest.raises(KeyNeeded):
            keys.revoke_key(conn, clock, 1, queries.keys_of(conn, 1)[0].address)
        with pytest.raises(KeyNeeded):
            keys.revoke_key(conn, clock, 2, OWN)


def test_what_is_unknown_is_said(database, register, clock, keyring):
    with database.transaction() as conn:
        register(conn)
        with pytest.raises(KeyUnknown):
            keys.revoke_key(conn, clock, 1, OWN)
        with pytest.raises(PartyUnknown):
            keys.rotate_key(conn, clock, keyring, 9)
        with pytest.raises(PartyUnknown):
            keys.add_key(conn, clock, 9, OWN)
        with pytest.raises(KeyRefused):
            keys.add_key(conn, clock, 1, "0x12")
