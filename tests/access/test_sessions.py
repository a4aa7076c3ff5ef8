"""Sessions at the level of the room: what opens, what ends, and what a copied secret is worth."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from suyuan.access import accounts, callers, sessions
from suyuan.access.errors import SessionEnded, SessionReplayed
from suyuan.access.model import Scope, Seat
from suyuan.access.tables import sessions as table
from suyuan.kernel.clock import FixedClock

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock():
    return FixedClock(NOW)


@pytest.fixture
def conn(database):
    with database.transaction() as found:
        yield found


def person(conn, clock, seats=(Seat.SIGNER,), party=7, login="li@example.com"):
    return accounts.add(conn, clock, login, "李梅", party, seats)


def use(conn, clock, secret):
    """A request with this cookie, as the gateway handles it; the new secret when there is one."""
    found = sessions.find(conn, clock, secret)
    return sessions.touch(conn, clock, found, secret)


def test_who_holds_the_cookie_is_known_with_his_seats(conn, clock):
    account = person(conn, clock)
    found = sessions.find(conn, clock, sessions.open_session(conn, clock, account))
    assert (found.caller.account, found.caller.party, found.name) == (account, 7, "李梅")
    assert found.caller.scopes == {Scope.READ, Scope.DRAFT, Scope.SUBMIT, Scope.HANDOVER}
    assert found.caller.fresh_at == NOW


def test_the_secret_is_kept_nowhere(conn, clock):
    secret = sessions.open_session(conn, clock, person(conn, clock))
    assert secret not in repr(conn.execute(select(table)).one())


@pytest.mark.parametrize("other", ["", "x", "A" * 43, "溯源", "\x00", "\ud800"])
def test_what_is_no_secret_opens_nothing(conn, clock, other):
    sessions.open_session(conn, clock, person(conn, clock))
    assert sessions.find(conn, clock, other) is None


def test_staff_are_out_after_half_an_hour_without_a_request(conn, clock):
    secret = sessions.open_session(conn, clock, person(conn, clock, [Seat.REGISTRAR], None))
    clock.advance(29 * MINUTE)
    use(conn, clock, secret)
    clock.advance(29 * MINUTE)
    assert sessions.find(conn, clock, secret)
    clock.advance(MINUTE)
    assert sessions.find(conn, clock, secret) is None


def test_a_suppliers_day_is_longer_but_ends_too(conn, clock):
    secret = sessions.open_session(conn, clock, person(conn, clock))
    for _ in range(3):
        clock.advance(timedelta(hours=7, minutes=50))
        assert sessions.find(conn, clock, secret)
        secret = use(conn, clock, secret) or secret
    clock.advance(timedelta(minutes=30))
    assert sessions.find(conn, clock, secret) is None


def test_requests_on_their_way_survive_the_change_of_the_secret(conn, clock):
    first = sessions.open_session(conn, clock, person(conn, clock))
    clock.advance(timedelta(hours=1))
    second = use(conn, clock, first)
    assert second not in (None, first)
    clock.advance(timedelta(seconds=59))
    assert sessions.find(conn, clock, first).id == sessions.find(conn, clock, second).id
    assert use(conn, clock, first) is None


def test_a_secret_that_was_changed_long_ago_gives_a_thief_away(conn, clock):
    first = sessions.open_session(conn, clock, person(conn, clock))
    clock.advance(timedelta(hours=1))
    second = use(conn, clock, first)
    clock.advance(MINUTE)
    with pytest.raises(SessionReplayed) as caught:
        sessions.find(conn, clock, first)
    assert caught.value.session == sessions.find(conn, clock, second).id


def test_two_requests_change_the_secret_once(conn, clock):
    first = sessions.open_session(conn, clock, person(conn, clock))
    clock.advance(timedelta(hours=1))
    both = [sessions.find(conn, clock, first) for _ in range(2)]
    changed = [sessions.touch(conn, clock, each, first) for each in both]
    assert changed[0] is not None
    assert changed[1] is None


def test_a_new_proof_is_not_shared_with_who_copied_the_cookie(conn, clock):
    first = sessions.open_session(conn, clock, person(conn, clock))
    clock.advance(20 * MINUTE)
    second = sessions.prove_again(conn, clock, sessions.find(conn, clock, first), first)
    assert sessions.find(conn, clock, second).caller.fresh_at == NOW + 20 * MINUTE
    with pytest.raises(SessionReplayed):
        sessions.find(conn, clock, first)


def test_the_forms_of_an_open_page_stay_good_when_the_secret_changes(conn, clock):
    first = sessions.open_session(conn, clock, person(conn, clock))
    before = sessions.find(conn, clock, first)
    second = sessions.prove_again(conn, clock, before, first)
    assert sessions.find(conn, clock, second).csrf == before.csrf


def test_each_sign_in_has_a_secret_and_a_csrf_token_of_its_own(conn, clock):
    account = person(conn, clock)
    found = [sessions.find(conn, clock, sessions.open_session(conn, clock, account)) for _ in range(5)]
    assert len({each.id for each in found}) == len({each.csrf for each in found}) == 5


def test_what_was_closed_opens_no_more(conn, clock):
    account = person(conn, clock)
    here, there = (sessions.open_session(conn, clock, account) for _ in range(2))
    sessions.close(conn, clock, sessions.find(conn, clock, here).id)
    assert sessions.find(conn, clock, here) is None
    assert sessions.find(conn, clock, there)


def test_disabling_a_person_ends_his_sessions_at_once(conn, clock):
    account = person(conn, clock)
    secret = sessions.open_session(conn, clock, account)
    caller = sessions.find(conn, clock, secret).caller
    accounts.disable(conn, clock, account)
    assert sessions.find(conn, clock, secret) is None
    with pytest.raises(SessionEnded):
        callers.confirm(conn, clock, caller)
    with pytest.raises(SessionEnded):
        sessions.open_session(conn, clock, account)


def test_a_person_of_a_moment_ago_is_held_against_his_seats_of_now(conn, clock):
    account = person(conn, clock)
    caller = sessions.find(conn, clock, sessions.open_session(conn, clock, account)).caller
    callers.confirm(conn, clock, caller)
    accounts.take_seats(conn, clock, account, 7, [Seat.ENTRY])
    with pytest.raises(SessionEnded, match="seats"):
        callers.confirm(conn, clock, caller)


def test_other_seats_change_the_secret_with_the_next_request(conn, clock):
    account = person(conn, clock)
    secret = sessions.open_session(conn, clock, account)
    accounts.take_seats(conn, clock, account, 7, [Seat.ENTRY, Seat.SIGNER])
    assert use(conn, clock, secret) not in (None, secret)


def test_the_list_shows_open_sessions_only_and_no_secret(conn, clock):
    account = person(conn, clock)
    secret = sessions.open_session(conn, clock, account, agent="Browser\x00 1")
    other = sessions.open_session(conn, clock, account)
    sessions.close(conn, clock, sessions.find(conn, clock, other).id)
    (seen,) = sessions.list_sessions(conn, clock, account)
    assert seen.agent == "Browser 1"
    assert secret not in repr(seen)


def test_long_ended_sessions_are_dropped(conn, clock):
    sessions.open_session(conn, clock, person(conn, clock))
    sessions.sweep(conn, clock)
    assert conn.execute(select(table)).all()
    clock.advance(timedelta(days=92))
    sessions.sweep(conn, clock)
    assert not conn.execute(select(table)).all()
