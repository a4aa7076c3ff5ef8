"""Papers, applications, records and webhooks of the planted world."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from sqlalchemy import insert

import qualification_world
from file_samples import pdf
from roles import planted
from suyuan.access.model import Caller, Scope
from suyuan.files import store
from suyuan.files.inspect import inspect
from suyuan.files.model import PAPERS
from suyuan.inspections import queries
from suyuan.inspections.event import Occasion
from suyuan.inspections.model import Comparator, Examination, Item, RecordKind, Sample, Stage, Verdict
from suyuan.inspections.record import Told, record
from suyuan.journal.model import Limits
from suyuan.qualification import apply, renew
from suyuan.qualification.model import Contact, Kind
from suyuan.webhooks import register
from suyuan.webhooks import tables as webhook_tables
from suyuan.webhooks.addresses import Allowed
from suyuan.webhooks.register import Wanted


def applications(conn, world):
    """X is still writing; Y has handed in and waits."""
    clock = world.gateway.clock
    for side in "XY":
        word = planted.WORDS[side]
        caller = qualification_world.applicant(conn, clock, f"{word}@example.com")
        code = qualification_world.CODE if side == "X" else qualification_world.OTHER_CODE
        form = replace(qualification_world.FORM, names={"zh": f"{word} 食品", "en": word}, credit_code=code)
        contact = Contact(word, "13800138000", f"{word}@example.com")
        licence = replace(qualification_world.LICENCE, number=code, issuer=word)
        kinds = [
            (Kind.BUSINESS_LICENCE, licence),
            (Kind.PRODUCTION_LICENCE, qualification_world.PRODUCTION),
        ]
        made = qualification_world.filled_in(conn, clock, caller, form=form, contact=contact, papers=kinds)
        paper = _marked(word)
        facts = replace(qualification_world.REPORT, issuer=word)
        added = apply.add_document(conn, clock, caller, made, Kind.TEST_REPORT, facts, paper)
        world.add(side, application=made, account=caller.token, paper=added.id, file="0x" + paper.hash.hex())
        if side == "Y":
            apply.submit(conn, clock, caller, made)


def _marked(word):
    return inspect(pdf(word), f"{word}.pdf", PAPERS)


def of_party(conn, world, side):
    """One paper that is approved, one that waits, and a file of its own."""
    clock, word, party = world.gateway.clock, planted.WORDS[side], world.numbers[side]
    own = Caller("000000000000000f", "x", party, frozenset({Scope.PARTY_ADMIN, Scope.READ}))
    facts = replace(
        qualification_world.PRODUCTION, number=f"{word}-1", issuer=word, valid_until=date(2027, 1, 1)
    )
    paper = inspect(pdf(f"{word} paper"), f"{word}.pdf", PAPERS)
    approved = renew.hand_in(conn, clock, own, party, Kind.HACCP, facts, paper)
    renew.approve(conn, clock, qualification_world.registrar("00000000000000ad"), approved.id)
    later = replace(facts, number=f"{word}-2")
    waiting = renew.hand_in(conn, clock, own, party, Kind.ORGANIC, later, paper)
    kept = store.keep(conn, clock, inspect(pdf(f"{word} own"), f"{word}.pdf", PAPERS))
    store.give(conn, clock, kept, store.party_holder(party))
    world.add(side, approved=approved.id, waiting=waiting.id, file=kept.hex)


def records(conn, world, side):
    """A failed test report of the party's first lot, and the hold that it proposes; public with the lot."""
    word = planted.SHOWN[side]
    for kind, number in ((RecordKind.INSPECTION, "inspection"), (RecordKind.TEST, "report")):
        items = (
            Item(
                word,
                "0.31",
                Verdict.FAIL,
                "GB 5009.12",
                "mg/kg",
                Comparator.AT_MOST,
                "0.2",
            ),
        )
        sample = Sample(word, date(2026, 11, 1), word) if kind is RecordKind.TEST else None
        found = Examination(
            kind,
            f"{word} {number}",
            Verdict.FAIL,
            items,
            issued=date(2026, 11, 2) if sample else None,
            sample=sample,
            stage=None if sample else Stage.RECEIVING,
        )
        told = Told(found, Occasion(planted.lot_of(side), datetime(2026, 11, 20, tzinfo=UTC)))
        caller = world.caller(side, Scope.SUBMIT)
        record(conn, world.gateway.clock, caller, told, Limits(), world.gateway.receipt_signer)
        noted = queries.records_of_party(conn, world.numbers[side], None, 1)[0]
        world.add(side, **{number: noted.id})
    proposals = queries.proposals_in(conn, "open", 10, None)
    world.add(side, proposal=proposals[0].id)


def webhook(conn, world, side):
    """An endpoint, and a delivery that failed once."""
    gateway, word, party = world.gateway, planted.WORDS[side], world.numbers[side]
    wanted = Wanted(word, f"https://{word}.example.com/in", ("handover.*",))
    made, secret = register.add_endpoint(conn, gateway.clock, gateway.keyring, Allowed(), party, wanted)
    sent = register.ping(conn, gateway.clock, party, made)
    tried = {"delivery": sent, "number": 1, "at": gateway.clock.now(), "milliseconds": 12}
    said = {"outcome": "status", "status": 500, "address": "93.184.215.14", "answer": word}
    conn.execute(insert(webhook_tables.attempts).values(tried | said))
    world.add(side, endpoint=made, delivery=sent, endpoint_secret=secret)
