"""Papers after the approval: renewals, warnings, the end of the qualification, and the passport."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

import qualification_world as world
from qualification_world import registrar
from suyuan.access.model import Caller, Scope
from suyuan.anchoring.tables import operations
from suyuan.kernel.clock import FixedClock
from suyuan.kernel.ledger import Role
from suyuan.notices.tables import notices
from suyuan.parties.errors import QualificationRefused
from suyuan.parties.model import NewParty
from suyuan.parties.queries import the_party
from suyuan.parties.register import register_party
from suyuan.qualification import arriving, expiry, queries, renew, standing
from suyuan.qualification.errors import (
    DocumentRefused,
    DocumentUnknown,
    OwnApplication,
    TooManyApplications,
    WrongState,
)
from suyuan.qualification.model import DocumentState, Kind, end_of

NEXT = replace(world.PRODUCTION, valid_from=date(2026, 11, 1), valid_until=date(2031, 4, 30))


def told(conn, *topics):
    rows = conn.execute(select(notices.c.topic, notices.c.facts).order_by(notices.c.id)).all()
    return [json.loads(row.facts) for row in rows if row.topic in topics]


def licence_of(conn, party):
    (found,) = [
        each
        for each in queries.documents_of(conn, party, (DocumentState.APPROVED,))
        if each.kind is Kind.PRODUCTION_LICENCE
    ]
    return found


def renewed(conn, clock, member, old, facts=NEXT):
    return renew.hand_in(
        conn, clock, member, member.party, old.kind, facts, world.paper(f"{facts.valid_until}"), old.id
    )


def test_a_renewal_stands_beside_the_old_paper_until_it_is_approved(database, clock, keyring):
    with database.transaction() as conn:
        party, member = world.approved(conn, clock, keyring)
        old = licence_of(conn, party.number)
        new = renewed(conn, clock, member, old)
        assert (new.series, new.version, new.state) == (old.series, 2, DocumentState.SUBMITTED)
        assert the_party(conn, party.number).qualified_until == party.qualified_until
        assert licence_of(conn, party.number).id == old.id
        renew.approve(conn, clock, registrar(), new.id)
        assert licence_of(conn, party.number).id == new.id
        assert queries.document_of(conn, old.id, member).state is DocumentState.REPLACED
        assert the_party(conn, party.number).qualified_until == end_of(date(2031, 4, 30))
        kind, payload = conn.execute(
            select(operations.c.kind, operations.c.payload).order_by(operations.c.id.desc()).limit(1)
        ).one()
        assert kind == "party.qualification"
        assert json.loads(payload)["qualifiedUntil"] == int(end_of(date(2031, 4, 30)).timestamp())


def test_the_first_of_the_needed_papers_to_end_ends_the_qualification(database, clock, keyring):
    with database.transaction() as conn:
        party, member = world.approved(conn, clock, keyring)
        (business,) = [
            each for each in queries.documents_of(conn, party.number) if each.kind is Kind.BUSINESS_LICENCE
        ]
        shorter = replace(world.LICENCE, valid_until=date(2027, 1, 31))
        new = renewed(conn, clock, member, business, shorter)
        renew.approve(conn, clock, registrar(), new.id)
        assert the_party(conn, party.number).qualified_until == end_of(date(2027, 1, 31))


def test_a_paper_that_no_role_needs_moves_nothing(database, clock, keyring):
    with database.transaction() as conn:
        party, member = world.approved(conn, clock, keyring)
        haccp = replace(world.PRODUCTION, number="HACCP-1", valid_until=date(2026, 12, 31))
        new = renew.hand_in(conn, clock, member, party.number, Kind.HACCP, haccp, world.paper("haccp"))
        renew.approve(conn, clock, registrar(), new.id)
        assert the_party(conn, party.number).qualified_until == party.qualified_until


def test_a_refused_renewal_leaves_the_old_paper_in_force(database, clock, keyring):
    with database.transaction() as conn:
        party, member = world.approved(conn, clock, keyring)
        new = renewed(conn, clock, member, licence_of(conn, party.number))
        with pytest.raises(DocumentRefused):
            renew.refuse(conn, clock, registrar(), new.id, "")
        assert renew.refuse(conn, clock, registrar(), new.id, "看不清楚。").reason == "看不清楚。"
        with pytest.raises(WrongState):
            renew.approve(conn, clock, registrar(), new.id)
        assert the_party(conn, party.number).qualified_until == party.qualified_until


def test_a_renewal_is_decided_on_by_somebody_else(database, clock, keyring):
    with database.transaction() as conn:
        party, _ = world.approved(conn, clock, keyring)
        new = renew.hand_in(conn, clock, registrar(), party.number, Kind.HACCP,
                            replace(NEXT, number="H-1"), world.paper("x"))  # fmt: skip
        with pytest.raises(OwnApplication):
            renew.approve(conn, clock, registrar(), new.id)
        assert renew.approve(conn, clock, registrar("00000000000000bb"), new.id)


def test_a_wrong_paper_of_a_party_is_refused_with_every_fault(database, clock, keyring):
    wrong = replace(NEXT, number="SC1", issuer="", valid_until=date(2026, 1, 1), valid_from=None)
    with database.transaction() as conn:
        party, member = world.approved(conn, clock, keyring)
        with pytest.raises(DocumentRefused) as refused:
            renew.hand_in(conn, clock, member, party.number, Kind.PRODUCTION_LICENCE, wrong, world.paper("x"))
    assert [each.pointer for each in refused.value.faults] == [
        "/number", "/issuer", "/validFrom", "/validUntil",
    ]  # fmt: skip


def test_a_foreign_document_is_neither_renewed_nor_shown_nor_read(database, clock, keyring):
    stranger = Caller("00000000000000cc", "x", 99, frozenset({Scope.PARTY_ADMIN, Scope.READ}))
    with database.transaction() as conn:
        party, _ = world.approved(conn, clock, keyring)
        old = licence_of(conn, party.number)
        register_party(conn, clock, keyring, NewParty({"zh": "别家"}, ("urn:party:2",), Role.PROCESSOR))
        stranger = replace(stranger, party=2)
        for verb in (
            lambda: queries.document_of(conn, old.id, stranger),
            lambda: renew.show(conn, clock, stranger, old.id, shown=True),
            lambda: renew.hand_in(
                conn, clock, stranger, 2, Kind.HACCP, replace(NEXT, number="H-1"), world.paper("x"), old.id
            ),
        ):
            with pytest.raises(DocumentUnknown):
                verb()
        with pytest.raises(DocumentRefused) as refused:
            renew.hand_in(conn, clock, stranger, 2, Kind.PRODUCTION_LICENCE, NEXT, world.paper("stolen"))
        assert [each.code for each in refused.value.faults] == ["licence.taken"]


def test_each_warning_is_told_once_at_its_time(database, clock, keyring):
    with database.transaction() as conn:
        party, _ = world.approved(conn, clock, keyring)
        end = party.qualified_until
        days = []
        moment = clock.now()
        while moment < end + timedelta(days=2):
            clock.set(moment)
            before = len(told(conn, "qualification.expiring"))
            expiry.expire(conn, clock)
            expiry.expire(conn, clock)
            new = told(conn, "qualification.expiring")[before:]
            days += [(each["days"], (end - moment).days) for each in new]
            moment += timedelta(days=1)
        assert [each for each, _ in days] == [60, 30, 7, 0]
        assert [left for _, left in days][:3] == [59, 29, 6]  # the first look within each span


def test_after_a_standstill_only_the_most_urgent_warning_is_told(database, clock, keyring):
    with database.transaction() as conn:
        party, _ = world.approved(conn, clock, keyring)
        clock.set(party.qualified_until - timedelta(days=5))
        assert expiry.expire(conn, clock) == 1
        assert [each["days"] for each in told(conn, "qualification.expiring")] == [7]
        assert expiry.expire(conn, clock) == 0
        clock.set(party.qualified_until)
        assert expiry.expire(conn, clock) == 1
        assert not the_party(conn, party.number).may_open(clock.now())


def test_a_renewal_is_warned_of_anew_and_the_paper_before_it_no_more(database, clock, keyring):
    with database.transaction() as conn:
        party, member = world.approved(conn, clock, keyring)
        clock.set(party.qualified_until - timedelta(days=20))
        expiry.expire(conn, clock)
        new = renewed(conn, clock, member, licence_of(conn, party.number))
        renew.approve(conn, clock, registrar(), new.id)
        clock.set(party.qualified_until + timedelta(days=1))
        assert expiry.expire(conn, clock) == 0
        clock.set(end_of(NEXT.valid_until) - timedelta(days=60))
        assert expiry.expire(conn, clock) == 1


def test_a_renewal_lifts_the_block_of_a_party_that_had_run_out(database, clock, keyring):
    with database.transaction() as conn:
        party, member = world.approved(conn, clock, keyring)
        clock.set(party.qualified_until + timedelta(days=3))
        assert not the_party(conn, party.number).may_open(clock.now())
        new = renewed(conn, clock, member, licence_of(conn, party.number))
        renew.approve(conn, clock, registrar(), new.id)
        assert the_party(conn, party.number).may_open(clock.now())


def test_suspension_and_reinstatement_have_a_reason_that_the_party_reads(database, clock, keyring):
    with database.transaction() as conn:
        party, _ = world.approved(conn, clock, keyring)
        with pytest.raises(QualificationRefused):
            standing.suspend(conn, clock, registrar(), party.number, " ")
        suspended = standing.suspend(conn, clock, registrar(), party.number, "抽检不合格。")
        assert not suspended.may_open(clock.now())
        standing.suspend(conn, clock, registrar(), party.number, "again")  # changes and tells nothing
        assert standing.reinstate(conn, clock, registrar(), party.number, "复检合格。").may_open(clock.now())
        facts = [each for each in told(conn, "qualification.changed") if "suspended" in each]
    assert facts == [
        {"reason": "抽检不合格。", "suspended": True},
        {"reason": "复检合格。", "suspended": False},
    ]


def test_a_paper_is_named_only_while_its_party_wants_it(database, clock, keyring):
    with database.transaction() as conn:
        party, member = world.approved(conn, clock, keyring)
        old = licence_of(conn, party.number)
        assert queries.shown_of(conn, party.number) == []
        assert not queries.is_shown(conn, old.file)
        renew.show(conn, clock, member, old.id, shown=True)
        assert [each.id for each in queries.shown_of(conn, party.number)] == [old.id]
        assert queries.is_shown(conn, old.file)
        new = renewed(conn, clock, member, old)
        with pytest.raises(WrongState):
            renew.show(conn, clock, member, new.id, shown=True)
        renew.approve(conn, clock, registrar(), new.id)
        assert {each.id for each in queries.shown_of(conn, party.number)} == {old.id, new.id}
        for each in (old, new):
            renew.show(conn, clock, member, each.id, shown=False)
        assert not queries.is_shown(conn, old.file)


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_a_paper_is_valid_through_its_last_day_in_beijing_and_not_longer(day):
    end = end_of(day)
    assert end.astimezone(UTC) == datetime(day.year, day.month, day.day, 16, tzinfo=UTC)
    assert world_day(end - timedelta(seconds=1)) == day
    assert world_day(end) == day + timedelta(days=1)


def world_day(moment):
    return moment.astimezone(end_of(date(2000, 1, 1)).tzinfo).date()


def test_one_place_begins_few_applications_an_hour_and_its_address_is_not_kept(database, clock):
    with database.transaction() as conn:
        for _ in range(arriving.FROM_ONE):
            arriving.arrive(conn, clock, "203.0.113.7")
        with pytest.raises(TooManyApplications):
            arriving.arrive(conn, clock, "203.0.113.7")
        arriving.arrive(conn, clock, "203.0.113.8")
        later = FixedClock(clock.now() + timedelta(hours=1, seconds=1))
        arriving.arrive(conn, later, "203.0.113.7")
        rows = conn.execute(select(arriving.arrivals)).all()
        assert all(b"203.0.113" not in bytes(row.place) for row in rows)
        later.advance(timedelta(days=3))
        expiry.expire(conn, later)
        assert conn.execute(select(arriving.arrivals)).all() == []
