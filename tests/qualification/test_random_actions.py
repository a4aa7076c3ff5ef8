"""Whatever is tried, in whatever order: applications keep their invariants."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

import qualification_world as world
from suyuan.access.model import Seat
from suyuan.access.tables import accounts as accounts_table
from suyuan.kernel.clock import FixedClock
from suyuan.kernel.errors import SuyuanError
from suyuan.parties.custody import Keyring
from suyuan.parties.tables import parties
from suyuan.qualification import apply, decide, queries
from suyuan.qualification.model import LIVE, NEXT, DocumentState, Kind, Question, State
from suyuan.qualification.repository import load_applications, load_documents

LOGINS = ("a@example.com", "b@example.com", "c@example.com")
CODES = (world.CODE, world.OTHER_CODE)
WHO = st.integers(0, len(LOGINS) - 1)
REGISTRARS = ("00000000000000aa", "00000000000000bb")


class Applying(RuleBasedStateMachine):
    """Three people, two firms, two registrars; every action that is refused changes nothing."""

    @initialize()
    def begin(self):
        self.clock, self.keyring = FixedClock(world.NOW), Keyring(bytes(range(32)))
        self.engine = DATABASE
        self.context = self.engine.transaction()
        self.conn = self.context.__enter__()
        self.savepoint = self.conn.begin_nested()
        self.people = [world.applicant(self.conn, self.clock, login) for login in LOGINS]
        self.seen = {}

    def teardown(self):
        if hasattr(self, "savepoint"):
            self.savepoint.rollback()
            self.context.__exit__(None, None, None)

    def attempt(self, verb, *arguments):
        self.clock.advance(timedelta(milliseconds=3))
        before = self.states()
        inner = self.conn.begin_nested()
        try:
            verb(self.conn, self.clock, *arguments)
        except SuyuanError:
            inner.rollback()
            assert self.states() == before
        else:
            inner.commit()

    def states(self):
        return {each.id: each.state for each in load_applications(self.conn)}

    def one(self, pick):
        found = load_applications(self.conn)
        return found[pick % len(found)].id if found else "none"

    @rule(who=WHO)
    def open(self, who):
        self.attempt(apply.open_application, self.people[who], self.people[who].account)

    @rule(who=WHO, pick=st.integers(0, 9), code=st.sampled_from(CODES))
    def save(self, who, pick, code):
        form = world.replace(world.FORM, credit_code=code)
        self.attempt(apply.save, self.people[who], self.one(pick), form, world.CONTACT)

    @rule(who=WHO, pick=st.integers(0, 9), code=st.sampled_from(CODES), both=st.booleans())
    def add_papers(self, who, pick, code, both):
        facts = world.replace(world.LICENCE, number=code)
        target = self.one(pick)
        self.attempt(apply.add_document, self.people[who], target, Kind.BUSINESS_LICENCE, facts, PAPERS[code])
        if both:
            arguments = (target, Kind.PRODUCTION_LICENCE, world.PRODUCTION, PAPERS["production"])
            self.attempt(apply.add_document, self.people[who], *arguments)

    @rule(who=WHO, pick=st.integers(0, 9), which=st.integers(0, 5))
    def remove_paper(self, who, pick, which):
        target = self.one(pick)
        papers = queries.papers_of(self.conn, target)
        if papers:
            self.attempt(apply.remove_document, self.people[who], target, papers[which % len(papers)].id)

    @rule(who=WHO, pick=st.integers(0, 9))
    def submit(self, who, pick):
        self.attempt(apply.submit, self.people[who], self.one(pick))

    @rule(who=WHO, pick=st.integers(0, 9))
    def withdraw(self, who, pick):
        self.attempt(apply.withdraw, self.people[who], self.one(pick))

    @rule(pick=st.integers(0, 9), name=st.sampled_from(REGISTRARS))
    def ask(self, pick, name):
        self.attempt(decide.ask, world.registrar(name), self.one(pick), (Question("/names/zh", "？"),))

    @rule(pick=st.integers(0, 9), name=st.sampled_from(REGISTRARS))
    def refuse(self, pick, name):
        self.attempt(decide.refuse, world.registrar(name), self.one(pick), "no")

    @rule(pick=st.integers(0, 9), name=st.sampled_from(REGISTRARS))
    def approve(self, pick, name):
        self.attempt(decide.approve, self.keyring, world.registrar(name), self.one(pick))

    @invariant()
    def a_state_follows_only_a_state_that_leads_to_it(self):
        if not hasattr(self, "seen"):
            return
        now = self.states()
        for identifier, state in now.items():
            before = self.seen.get(identifier, State.DRAFT)
            assert state == before or state in NEXT[before], (before, state)
        self.seen = now

    @invariant()
    def no_firm_has_two_live_applications_nor_two_parties(self):
        if not hasattr(self, "seen"):
            return
        live = Counter(each.form.credit_code for each in load_applications(self.conn) if each.state in LIVE)
        assert all(count == 1 for count in live.values())
        firms = list(self.conn.execute(select(parties.c.credit_code)).scalars())
        assert len(firms) == len(set(firms))

    @invariant()
    def nothing_is_approved_without_its_papers_and_only_then_is_there_a_party(self):
        if not hasattr(self, "seen"):
            return
        approved = [each for each in load_applications(self.conn) if each.state is State.APPROVED]
        known = set(self.conn.execute(select(parties.c.number)).scalars())
        assert {each.party for each in approved} == known
        for each in approved:
            papers = queries.papers_of(self.conn, each.id)
            assert {Kind.BUSINESS_LICENCE, Kind.PRODUCTION_LICENCE} <= {paper.kind for paper in papers}
            assert {paper.state for paper in papers} == {DocumentState.APPROVED}
        for paper in load_documents(self.conn):
            assert (paper.party is not None) == (paper.state is DocumentState.APPROVED)

    @invariant()
    def whoever_was_approved_has_his_seats_and_nobody_else_has(self):
        if not hasattr(self, "seen"):
            return
        owners = {e.account: e.party for e in load_applications(self.conn) if e.state is State.APPROVED}
        for row in self.conn.execute(select(accounts_table)):
            assert row.party == owners.get(row.id)
            assert (row.seats == f"{Seat.ADMIN} {Seat.SIGNER}") == (row.id in owners)


PAPERS = {code: world.paper(code) for code in (*CODES, "production")}
DATABASE = None


def test_no_order_of_actions_breaks_an_application(sqlite_database):
    global DATABASE  # noqa: PLW0603 - a machine is made without arguments
    DATABASE = sqlite_database
    run_state_machine_as_test(Applying, settings=settings(max_examples=25, stateful_step_count=40))
