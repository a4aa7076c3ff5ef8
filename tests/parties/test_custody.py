from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from suyuan.kernel import typed_data
from suyuan.parties import custody, queries
from suyuan.parties.custody import Keyring
from suyuan.parties.errors import SealBroken
from suyuan.parties.signers import StoredSigners
from suyuan.parties.tables import keys

OTHER = Keyring(b"\x09" * 32)


def test_a_custodial_key_signs_for_its_party(database, register, keyring):
    with database.transaction() as conn:
        register(conn)
        (key,) = queries.keys_of(conn, 1)
    signature = StoredSigners(database, keyring).sign(1, b"\x01" * 32)
    assert typed_data.recover(b"\x01" * 32, signature) == key.address


def test_for_a_party_with_its_own_key_nobody_signs(database, register, keyring):
    with database.transaction() as conn:
        register(conn, key_address=typed_data.address_of(b"\x07" * 32))
    assert StoredSigners(database, keyring).sign(1, bytes(32)) is None
    assert StoredSigners(database, keyring).sign(2, bytes(32)) is None


def test_another_master_key_opens_nothing(database, register):
    with database.transaction() as conn:
        register(conn)
    with pytest.raises(SealBroken, match="another master key"):
        StoredSigners(database, OTHER).sign(1, bytes(32))


def test_a_sealed_key_copied_to_another_party_does_not_open(database, register, keyring):
    with database.transaction() as conn:
        register(conn, 1)
        register(conn, 2)
        stolen = conn.execute(select(keys.c.sealed).where(keys.c.party == 1)).scalar_one()
        conn.execute(update(keys).where(keys.c.party == 2).values(sealed=stolen))
    with pytest.raises(SealBroken, match="was changed"):
        StoredSigners(database, keyring).sign(2, bytes(32))


def test_the_table_holds_no_secret_in_the_clear(database, register, keyring):
    with database.transaction() as conn:
        register(conn)
        row = conn.execute(select(keys)).one()
    secret = keyring.open(1, row.address, 1, row.sealed, row.master)
    assert secret not in row.sealed
    assert secret.hex() not in repr(row)


def test_a_new_master_key_takes_over_and_the_old_one_can_be_forgotten(database, register, keyring):
    with database.transaction() as conn:
        register(conn, 1)
        register(conn, 2)
    fresh = b"\x0a" * 32
    with database.transaction() as conn:
        assert custody.rewrap(conn, Keyring(fresh, [bytes(range(32))])) == 2
        assert custody.rewrap(conn, Keyring(fresh)) == 0
    assert StoredSigners(database, Keyring(fresh)).sign(2, bytes(32))
    with pytest.raises(SealBroken):
        StoredSigners(database, keyring).sign(2, bytes(32))


def test_a_rewrap_that_cannot_open_one_key_changes_none(database, register, keyring):
    with database.transaction() as conn:
        register(conn, 1)
        register(conn, 2)
        conn.execute(update(keys).where(keys.c.party == 2).values(sealed=b"x" * 60))
    fresh = Keyring(b"\x0a" * 32, [bytes(range(32))])
    with pytest.raises(SealBroken), database.transaction() as conn:
        custody.rewrap(conn, fresh)
    assert StoredSigners(database, keyring).sign(1, bytes(32))


@given(
    st.integers(1, 2**32 - 1),
    st.integers(1, 99),
    st.integers(0, 59),
    st.integers(1, 255),
    st.binary(min_size=32),
)
def test_no_changed_byte_and_no_other_binding_opens(party, version, at, flip, noise):
    ring = Keyring(noise[:32])
    secret, address = custody.make_secret()
    sealed = ring.seal(party, address, version, secret)
    assert ring.open(party, address, version, sealed, ring.current) == secret
    broken = bytearray(sealed)
    broken[at] ^= flip
    for attempt in (
        (party, address, version, bytes(broken)),
        (party + 1, address, version, sealed),
        (party, address, version + 1, sealed),
        (party, "0x" + "11" * 20, version, sealed),
        (party, address, version, sealed[:-1]),
        (party, address, version, b""),
    ):
        with pytest.raises(SealBroken):
            ring.open(*attempt, ring.current)


def test_a_key_that_is_not_that_of_its_address_signs_nothing(keyring):
    secret, _ = custody.make_secret()
    _, other = custody.make_secret()
    with pytest.raises(SealBroken, match="not that of"):
        keyring.open(1, other, 1, keyring.seal(1, other, 1, secret), keyring.current)


def test_a_master_key_has_32_bytes():
    with pytest.raises(ValueError, match="32 bytes"):
        Keyring(b"short")


def test_a_keyring_shows_no_key(keyring):
    assert bytes(range(32)).hex() not in repr(keyring)
