from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from suyuan.access import tokens
from suyuan.access.errors import TokenExpired, TokenRefused, TokenRevoked, TokenUnknown, TokenWrong
from suyuan.access.model import Caller, Scope
from suyuan.access.tables import tokens as table
from suyuan.kernel.clock import FixedClock

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.fixture
def clock():
    return FixedClock(NOW)


def supplier(conn, clock, **other):
    return tokens.issue(
        conn, clock, **{"name": "ERP", "party": 7, "scopes": [Scope.SUBMIT, Scope.READ], **other}
    )


def test_who_holds_a_token_is_known_by_it(database, clock):
    with database.transaction() as conn:
        secret = supplier(conn, clock)
    with database.reading() as conn:
        caller = tokens.authenticate(conn, clock, secret)
    assert (caller.name, caller.party) == ("ERP", 7)
    assert caller.scopes == {"submissions:write", "submissions:read"}
    assert caller.token == tokens.id_of(secret)


def test_the_secret_is_kept_nowhere(database, clock):
    with database.transaction() as conn:
        secret = supplier(conn, clock)
        row = conn.execute(select(table)).one()
    assert secret.split("_", 2)[2] not in repr(row)


def test_each_token_is_another(database, clock):
    with database.transaction() as conn:
        assert len({supplier(conn, clock) for _ in range(20)}) == 20


@pytest.mark.parametrize(
    "other", ["", "x", "suyuan_", "suyuan_0123456789abcdef_" + "A" * 43, "Bearer x", "溯源"]
)
def test_what_is_no_token_opens_nothing(database, clock, other):
    with database.transaction() as conn:
        supplier(conn, clock)
        with pytest.raises(TokenWrong):
            tokens.authenticate(conn, clock, other)


def test_a_right_id_with_a_wrong_secret_gets_the_same_answer_as_no_token(database, clock):
    with database.transaction() as conn:
        secret = supplier(conn, clock)
        with pytest.raises(TokenWrong) as wrong:
            tokens.authenticate(conn, clock, secret[:-1] + ("A" if secret[-1] != "A" else "B"))
        with pytest.raises(TokenWrong) as unknown:
            tokens.authenticate(conn, clock, "nonsense")
    assert str(wrong.value) == str(unknown.value)


def test_an_expired_token_opens_nothing_from_its_very_end(database, clock):
    with database.transaction() as conn:
        secret = supplier(conn, clock, expires_at=NOW + timedelta(days=1))
        clock.advance(timedelta(days=1) - timedelta(milliseconds=1))
        assert tokens.authenticate(conn, clock, secret).party == 7
        clock.advance(timedelta(milliseconds=1))
        with pytest.raises(TokenExpired):
            tokens.authenticate(conn, clock, secret)


def test_a_revoked_token_opens_nothing_and_keeps_its_first_time(database, clock):
    with database.transaction() as conn:
        secret = supplier(conn, clock)
        tokens.revoke(conn, clock, tokens.id_of(secret))
        clock.advance(timedelta(hours=1))
        tokens.revoke(conn, clock, tokens.id_of(secret))
        with pytest.raises(TokenRevoked):
            tokens.authenticate(conn, clock, secret)
        assert tokens.token_of(conn, tokens.id_of(secret)).revoked_at == NOW


def test_a_token_that_does_not_exist_cannot_be_revoked(database, clock):
    with database.transaction() as conn, pytest.raises(TokenUnknown):
        tokens.revoke(conn, clock, "0" * 16)


def test_the_last_use_is_kept_to_the_hour(database, clock):
    with database.transaction() as conn:
        secret = supplier(conn, clock)
        caller = tokens.authenticate(conn, clock, secret)
        assert tokens.is_use_due(clock, caller)
        tokens.note_use(conn, clock, caller)
        clock.advance(timedelta(minutes=59))
        tokens.note_use(conn, clock, caller)
        assert tokens.authenticate(conn, clock, secret).last_used_at == NOW
        assert not tokens.is_use_due(clock, tokens.authenticate(conn, clock, secret))
        clock.advance(timedelta(minutes=1))
        tokens.note_use(conn, clock, caller)
        assert tokens.authenticate(conn, clock, secret).last_used_at == NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("made", "pointers"),
    [
        ({"name": " "}, ["/name"]),
        ({"name": "x" * 101}, ["/name"]),
        ({"scopes": []}, ["/scopes"]),
        ({"scopes": ["everything"]}, ["/scopes"]),
        ({"scopes": [Scope.REGISTRAR]}, ["/scopes"]),
        ({"scopes": [Scope.AUDIT, Scope.READ]}, ["/scopes"]),
        ({"party": None}, ["/party"]),
        ({"expires_at": NOW}, ["/expiresAt"]),
        ({"name": "", "scopes": ["x"], "expires_at": NOW}, ["/name", "/scopes", "/expiresAt"]),
    ],
)
def test_a_token_that_makes_no_sense_is_refused_with_every_fault(database, clock, made, pointers):
    with database.transaction() as conn, pytest.raises(TokenRefused) as caught:
        supplier(conn, clock, **made)
    assert [fault.pointer for fault in caught.value.faults] == pointers


def test_tokens_are_listed_page_by_page_and_by_party(database, clock):
    with database.transaction() as conn:
        made = sorted(tokens.id_of(supplier(conn, clock)) for _ in range(5))
        platform = tokens.id_of(tokens.issue(conn, clock, "operator", None, [Scope.REGISTRAR]))
        first = tokens.list_tokens(conn, party=7, limit=3)
        rest = tokens.list_tokens(conn, party=7, after=first[-1].id, limit=3)
        assert [token.id for token in first + rest] == made
        assert platform in [token.id for token in tokens.list_tokens(conn)]


def test_the_rights_of_a_token_never_change(database, clock):
    with database.transaction() as conn:
        supplier(conn, clock)
    for change in (
        update(table).values(scopes="registrar"),
        update(table).values(party=8),
        update(table).values(expires_at=NOW),
        delete(table),
    ):
        with pytest.raises(IntegrityError, match="append-only"), database.transaction() as conn:
            conn.execute(change)


REGISTRAR = Caller("t", "operator", None, frozenset({"registrar"}))
AUDITOR = Caller("t", "auditor", None, frozenset({"audit:read"}))
SUPPLIER = Caller("t", "ERP", 7, frozenset({"submissions:write", "submissions:read"}))


def test_a_supplier_speaks_and_sees_for_himself_alone():
    assert SUPPLIER.acts_for(7)
    assert SUPPLIER.sees(7)
    assert not SUPPLIER.acts_for(8)
    assert not SUPPLIER.sees(8)


def test_the_registrar_speaks_for_everybody_and_the_auditor_only_sees():
    assert REGISTRAR.acts_for(7)
    assert REGISTRAR.sees(7)
    assert not AUDITOR.acts_for(7)
    assert AUDITOR.sees(7)


@given(st.integers(1, 2**32 - 1), st.sets(st.sampled_from([str(scope) for scope in Scope])))
def test_no_scope_lets_a_partys_token_reach_another_party(other, scopes):
    caller = Caller("t", "ERP", 7, frozenset(scopes))
    assert caller.acts_for(other) == (other == 7)
    assert caller.sees(other) == (other == 7)
