"""An application's way: filled in, handed in, asked about, decided on; and everybody's part in it."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

import qualification_world as world
from qualification_world import CODE, CONTACT, FORM, applicant, filled_in, registrar
from suyuan.access import accounts
from suyuan.access.model import Seat
from suyuan.access.tables import trail
from suyuan.anchoring.tables import leaves, operations
from suyuan.files import store
from suyuan.kernel.ledger import Role
from suyuan.notices.tables import notices
from suyuan.parties.queries import keys_of, sites_of
from suyuan.parties.tables import profiles
from suyuan.qualification import apply, decide, queries
from suyuan.qualification.errors import (
    ApplicationRefused,
    ApplicationUnknown,
    ChecksFail,
    DocumentUnknown,
    OwnApplication,
    WrongState,
)
from suyuan.qualification.judge import judge
from suyuan.qualification.judging import Verdict
from suyuan.qualification.model import Contact, DocumentState, Form, Kind, Question, State
from suyuan.qualification.tables import applications, documents


def submitted(conn, clock, caller, **other):
    identifier = filled_in(conn, clock, caller, **other)
    return apply.submit(conn, clock, caller, identifier).id


def test_an_approved_firm_becomes_a_party_until_its_first_needed_paper_ends(database, clock, keyring):
    with database.transaction() as conn:
        caller = applicant(conn, clock)
        identifier = submitted(conn, clock, caller)
        party = decide.approve(conn, clock, keyring, registrar(), identifier)
        assert party.names == FORM.names
        assert party.credit_code == CODE
        assert party.uri == f"urn:suyuan:party:{CODE}"
        assert party.roles is Role.PROCESSOR
        assert party.qualified_until == datetime(2027, 4, 30, 16, 0, tzinfo=UTC)  # midnight in Beijing
        assert [each.number for each in party.licences] == [world.SC]
        assert [each.uri for each in sites_of(conn, party.number)] == [f"urn:suyuan:location:loc:{CODE}.1"]
        assert keys_of(conn, party.number)[0].custodial
        person = accounts.the_account(conn, caller.account)
        assert (person.party, person.seats) == (party.number, {Seat.ADMIN, Seat.SIGNER})
        found = queries.application_of(conn, identifier, registrar())
        assert (found.state, found.party) == (State.APPROVED, party.number)
        papers = queries.documents_of(conn, party.number)
        assert [each.state for each in papers] == [DocumentState.APPROVED] * 2
        for paper in papers:
            assert store.find(conn, paper.file, [store.party_holder(party.number)])
        assert conn.execute(select(notices.c.topic)).scalars().all() == ["qualification.changed"]
        kind, payload = conn.execute(select(operations.c.kind, operations.c.payload)).one()
        assert kind == "party.register"
        assert json.loads(payload)["qualifiedUntil"] == int(party.qualified_until.timestamp())


def test_a_firm_with_a_gln_and_a_key_of_its_own_keeps_both(database, clock, keyring):
    key = "0x" + "ab" * 20
    form = replace(FORM, gln="6901234000009", key_address=key)
    with database.transaction() as conn:
        party = world.approved(conn, clock, keyring, form=form)[0]
        assert party.uri == "https://id.gs1.org/417/6901234000009"
        (only,) = keys_of(conn, party.number)
        assert not only.custodial
        assert only.address.lower() == key


def test_every_fault_of_an_empty_application_is_named_with_its_field(database, clock):
    with database.transaction() as conn:
        caller = applicant(conn, clock)
        application = apply.open_application(conn, clock, caller, caller.account)
        with pytest.raises(ApplicationRefused) as refused:
            apply.submit(conn, clock, caller, application.id)
    named = {(fault.pointer, fault.code) for fault in refused.value.faults}
    assert named == {
        ("/names", "name.missing"),
        ("/creditCode", "form.credit-code"),
        ("/roles", "form.roles"),
        ("/contact/name", "contact.name"),
        ("/contact/phone", "contact.none"),
        ("/documents", "needed.business-licence"),
    }
    assert all(fault.fix for fault in refused.value.faults)


@pytest.mark.parametrize(
    ("kind", "changes", "fault"),
    [
        (Kind.PRODUCTION_LICENCE, {"valid_until": date(2026, 11, 22)}, ("/validUntil", "document.expired")),
        (Kind.PRODUCTION_LICENCE, {"valid_from": date(2026, 11, 24)}, ("/validFrom", "document.not-yet")),
        (Kind.PRODUCTION_LICENCE, {"valid_until": None}, ("/validUntil", "document.valid-until")),
        (Kind.PRODUCTION_LICENCE, {"number": "SC13231011200015"}, ("/number", "document.number-form")),
        (Kind.PRODUCTION_LICENCE, {"number": "JY11108071215650"}, ("/number", "document.number-form")),
        (Kind.PRODUCTION_LICENCE, {"issuer": " "}, ("/issuer", "document.issuer")),
        (Kind.BUSINESS_LICENCE, {"number": world.OTHER_CODE}, ("/number", "document.other-code")),
        (Kind.TEST_REPORT, {"lab_until": date(2026, 10, 9)}, ("/labUntil", "document.lab-expired")),
        (Kind.TEST_REPORT, {"cma": None}, ("/cma", "document.no-accreditation")),
        (Kind.TEST_REPORT, {"cma": "123"}, ("/cma", "document.cma")),
        (Kind.TEST_REPORT, {"cnas": "L12"}, ("/cnas", "document.cnas")),
        (Kind.TEST_REPORT, {"sample": None}, ("/sample", "document.sample")),
        (Kind.TEST_REPORT, {"valid_from": date(2020, 1, 1)}, ("/validFrom", "document.report-old")),
    ],
)
def test_a_wrong_paper_is_named_with_its_place_and_field(database, clock, kind, changes, fault):
    usual = {
        Kind.BUSINESS_LICENCE: world.LICENCE,
        Kind.PRODUCTION_LICENCE: world.PRODUCTION,
        Kind.TEST_REPORT: world.REPORT,
    }
    papers = [(each, replace(facts, **changes) if each is kind else facts) for each, facts in usual.items()]
    place = list(usual).index(kind)
    with database.transaction() as conn:
        caller = applicant(conn, clock)
        identifier = filled_in(conn, clock, caller, papers=papers)
        with pytest.raises(ApplicationRefused) as refused:
            apply.submit(conn, clock, caller, identifier)
    named = {(each.pointer, each.code) for each in refused.value.faults}
    assert (f"/documents/{place}{fault[0]}", fault[1]) in named


def test_what_is_only_doubtful_warns_the_registrar_and_keeps_nobody_out(database, clock, keyring):
    # The licence of another district, with a wrong check digit, and goods that it does not cover.
    facts = replace(world.PRODUCTION, number="SC11432010400102")
    papers = [(Kind.BUSINESS_LICENCE, world.LICENCE), (Kind.PRODUCTION_LICENCE, facts)]
    with database.transaction() as conn:
        caller = applicant(conn, clock)
        identifier = submitted(conn, clock, caller, papers=papers)
        found = queries.application_of(conn, identifier, registrar())
        warned = {check.code for check in judge(conn, clock, found) if check.verdict is Verdict.WARN}
        assert warned == {"licence.check-digit", "licence.region", "licence.goods"}
        assert decide.approve(conn, clock, keyring, registrar(), identifier).number == 1


def test_a_firm_that_is_registered_or_has_applied_cannot_apply_again(database, clock, keyring):
    with database.transaction() as conn:
        first, second = applicant(conn, clock), applicant(conn, clock, "13900139000")
        identifier = submitted(conn, clock, first)
        draft = filled_in(conn, clock, second)
        with pytest.raises(ApplicationRefused) as refused:
            apply.submit(conn, clock, second, draft)
        assert [each.code for each in refused.value.faults] == ["form.firm-applied"]
        decide.approve(conn, clock, keyring, registrar(), identifier)
        with pytest.raises(ApplicationRefused) as refused:
            apply.submit(conn, clock, second, draft)
        assert {each.code for each in refused.value.faults} == {"form.firm-registered", "licence.taken"}


def test_a_licence_of_another_party_is_refused(database, clock, keyring):
    form = replace(FORM, credit_code=world.OTHER_CODE)
    with database.transaction() as conn:
        world.approved(conn, clock, keyring)
        thief = applicant(conn, clock, "13900139000")
        identifier = filled_in(conn, clock, thief, form=form)
        with pytest.raises(ApplicationRefused) as refused:
            apply.submit(conn, clock, thief, identifier)
    assert [(each.pointer, each.code) for each in refused.value.faults] == [
        ("/documents/1/number", "licence.taken")
    ]


def test_the_same_file_with_another_party_is_for_the_registrars_eyes_only(database, clock, keyring):
    form = replace(FORM, credit_code=world.OTHER_CODE, roles=("producer",))
    papers = [(Kind.BUSINESS_LICENCE, replace(world.LICENCE, number=world.OTHER_CODE))]
    with database.transaction() as conn:
        party, _ = world.approved(conn, clock, keyring)
        (known, _) = queries.documents_of(conn, party.number)
        other = applicant(conn, clock, "13900139000")
        identifier = filled_in(conn, clock, other, form=form, papers=papers)
        copied = world.inspect(store.read(conn, known.file), "copy.pdf", world.PAPERS)
        apply.add_document(conn, clock, other, identifier, Kind.OTHER, world.LICENCE, copied)
        apply.submit(conn, clock, other, identifier)
        found = queries.application_of(conn, identifier, registrar())
        assert "document.file-elsewhere" not in {check.code for check in judge(conn, clock, found)}
        seen = judge(conn, clock, found, for_registrar=True)
        (warned,) = [check for check in seen if check.verdict is Verdict.WARN]
        assert (warned.code, warned.pointer) == ("document.file-elsewhere", "/documents/1/file")
        assert warned.values == {"holders": "party:1"}


def test_questions_send_it_back_and_it_comes_again(database, clock, keyring):
    with database.transaction() as conn:
        caller = applicant(conn, clock)
        identifier = submitted(conn, clock, caller)
        with pytest.raises(WrongState):
            apply.save(conn, clock, caller, identifier, FORM, CONTACT)
        asked = (Question("/names/en", "请补充英文名称。"), Question("/documents/1/file", "扫描件不清楚。"))
        found = decide.ask(conn, clock, registrar(), identifier, asked)
        assert (found.state, found.questions) == (State.ASKED, asked)
        with pytest.raises(WrongState):
            decide.approve(conn, clock, keyring, registrar(), identifier)
        old = queries.papers_of(conn, identifier)[1]
        apply.remove_document(conn, clock, caller, identifier, old.id)
        apply.add_document(
            conn, clock, caller, identifier, old.kind, old.facts, world.paper("a sharper scan")
        )
        again = apply.submit(conn, clock, caller, identifier)
        assert (again.state, again.questions) == (State.SUBMITTED, ())
        assert decide.approve(conn, clock, keyring, registrar(), identifier).number == 1


def test_a_refusal_has_a_reason_and_is_an_end(database, clock, keyring):
    with database.transaction() as conn:
        caller = applicant(conn, clock)
        identifier = submitted(conn, clock, caller)
        with pytest.raises(ApplicationRefused):
            decide.refuse(conn, clock, registrar(), identifier, "  ")
        found = decide.refuse(conn, clock, registrar(), identifier, "许可证与主体不符。")
        assert (found.state, found.reason) == (State.REFUSED, "许可证与主体不符。")
        for verb in (
            lambda: apply.submit(conn, clock, caller, identifier),
            lambda: apply.withdraw(conn, clock, caller, identifier),
            lambda: decide.approve(conn, clock, keyring, registrar(), identifier),
        ):
            with pytest.raises(WrongState):
                verb()
        assert apply.open_application(conn, clock, caller, caller.account).state is State.DRAFT


def test_nothing_is_approved_after_it_was_withdrawn(database, clock, keyring):
    with database.transaction() as conn:
        caller = applicant(conn, clock)
        identifier = submitted(conn, clock, caller)
        apply.withdraw(conn, clock, caller, identifier)
        with pytest.raises(WrongState):
            decide.approve(conn, clock, keyring, registrar(), identifier)


def test_of_two_registrars_who_approve_at_once_one_does(database, clock, keyring):
    with database.transaction() as conn:
        identifier = submitted(conn, clock, applicant(conn, clock))
    outcomes = []

    def decide_now(token):
        try:
            with database.transaction() as conn:
                outcomes.append(decide.approve(conn, clock, keyring, registrar(token), identifier).number)
        except WrongState:
            outcomes.append("too late")

    threads = [threading.Thread(target=decide_now, args=(f"{n:016x}",)) for n in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes)) == ["1", "too late"]


def test_nobody_decides_on_what_he_entered_himself(database, clock, keyring):
    entering = registrar()
    with database.transaction() as conn:
        caller = applicant(conn, clock)
        application = apply.open_application(conn, clock, entering, caller.account)
        apply.save(conn, clock, entering, application.id, FORM, CONTACT)
        for kind, facts in (
            (Kind.BUSINESS_LICENCE, world.LICENCE),
            (Kind.PRODUCTION_LICENCE, world.PRODUCTION),
        ):
            apply.add_document(conn, clock, entering, application.id, kind, facts, world.paper(str(kind)))
        apply.submit(conn, clock, entering, application.id)
        for verb in (
            lambda: decide.approve(conn, clock, keyring, entering, application.id),
            lambda: decide.refuse(conn, clock, entering, application.id, "x"),
            lambda: decide.ask(conn, clock, entering, application.id, (Question("", "x"),)),
        ):
            with pytest.raises(OwnApplication):
                verb()
        other = registrar("00000000000000bb")
        assert decide.approve(conn, clock, keyring, other, application.id).number == 1


def test_anothers_draft_does_not_exist(database, clock):
    with database.transaction() as conn:
        caller, stranger = applicant(conn, clock), applicant(conn, clock, "13900139000")
        identifier = filled_in(conn, clock, caller)
        paper = queries.papers_of(conn, identifier)[0]
        for verb in (
            lambda: queries.application_of(conn, identifier, stranger),
            lambda: apply.save(conn, clock, stranger, identifier, FORM, CONTACT),
            lambda: apply.submit(conn, clock, stranger, identifier),
            lambda: apply.withdraw(conn, clock, stranger, identifier),
            lambda: apply.remove_document(conn, clock, stranger, identifier, paper.id),
        ):
            with pytest.raises(ApplicationUnknown):
                verb()
        with pytest.raises(DocumentUnknown):
            queries.document_of(conn, paper.id, stranger)
        own = filled_in(conn, clock, stranger)
        with pytest.raises(DocumentUnknown):
            apply.remove_document(conn, clock, stranger, own, paper.id)


def test_what_has_run_out_while_it_waited_is_not_approved(database, clock, keyring):
    with database.transaction() as conn:
        caller = applicant(conn, clock)
        identifier = submitted(conn, clock, caller)
        clock.set(datetime(2027, 5, 1, tzinfo=UTC))
        with pytest.raises(ChecksFail):
            decide.approve(conn, clock, keyring, registrar(), identifier)


def test_a_form_that_somebody_else_changed_meanwhile_is_not_written_over(database, clock):
    with database.transaction() as conn:
        caller = applicant(conn, clock)
        application = apply.open_application(conn, clock, caller, caller.account)
        saved = apply.save(conn, clock, caller, application.id, FORM, CONTACT, application.revision)
        with pytest.raises(WrongState):
            apply.save(conn, clock, caller, application.id, Form(), Contact(), application.revision)
        assert saved.form == FORM


def test_the_contact_person_is_in_nothing_that_is_anchored_and_can_be_forgotten(database, clock, keyring):
    with database.transaction() as conn:
        caller = applicant(conn, clock)
        identifier = submitted(conn, clock, caller)
        decide.approve(conn, clock, keyring, registrar(), identifier)
        assert queries.contact_of(conn, identifier) == CONTACT
        written = [*conn.execute(select(leaves.c.data)).scalars()]
        written += [*conn.execute(select(profiles.c.document)).scalars()]
        written += [each.encode() for each in conn.execute(select(operations.c.payload)).scalars() if each]
        written += [each.encode() for each in conn.execute(select(trail.c.facts)).scalars()]
        written += [each.encode() for each in conn.execute(select(applications.c.form)).scalars()]
        for each in written:
            for secret in (CONTACT.name, CONTACT.phone, CONTACT.email):
                assert secret.encode() not in each
        apply.erase_contact(conn, clock, registrar(), identifier)
        assert queries.contact_of(conn, identifier) == Contact()


def test_every_act_stands_in_the_trail(database, clock, keyring):
    with database.transaction() as conn:
        caller = applicant(conn, clock)
        identifier = submitted(conn, clock, caller)
        decide.approve(conn, clock, keyring, registrar(), identifier)
        acts = conn.execute(select(trail.c.action, trail.c.caller).order_by(trail.c.number)).all()
    assert [act for act, _ in acts] == [
        "application.opened",
        "application.saved",
        "document.uploaded",
        "document.uploaded",
        "application.submitted",
        "application.approved",
    ]
    assert {who for _, who in acts[:-1]} == {caller.account}


def test_one_person_has_one_application_under_way_and_none_once_he_has_a_party(database, clock, keyring):
    with database.transaction() as conn:
        caller = applicant(conn, clock)
        apply.open_application(conn, clock, caller, caller.account)
        with pytest.raises(WrongState):
            apply.open_application(conn, clock, caller, caller.account)
        _, member = world.approved(conn, clock, keyring, login="13900139000")
        with pytest.raises(WrongState):
            apply.open_application(conn, clock, member, member.account)


def test_what_a_paper_says_never_changes(database, clock):
    with database.transaction() as conn:
        filled_in(conn, clock, applicant(conn, clock))
    for change in ({"number": "x"}, {"file": bytes(32)}, {"valid_until": clock.now() + timedelta(days=1)}):
        with pytest.raises(Exception, match="append-only"), database.transaction() as conn:
            conn.execute(update(documents).values(change))
