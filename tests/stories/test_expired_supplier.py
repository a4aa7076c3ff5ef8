"""A supplier whose papers have run out opens no lot: the gateway refuses it, and the contract too."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

import qualification_world as world
from passport.recorded_world import STORE, RecordedWorld, event, handed, lot
from suyuan.anchoring.queries import operation_of
from suyuan.journal.errors import DocumentRefused
from suyuan.parties.queries import the_party
from suyuan.qualification import decide
from suyuan.qualification.model import Kind


@pytest.fixture
def firm(sqlite_database, tmp_path):
    """The world, and a processor that applied and was approved; its licence ends within a year."""
    found = RecordedWorld(sqlite_database, tmp_path)
    chain_now = datetime.fromtimestamp(chain_time(found), UTC)
    until = (max(chain_now, found.clock.now()) + timedelta(days=300)).date()
    papers = [
        (Kind.BUSINESS_LICENCE, world.LICENCE),
        (Kind.PRODUCTION_LICENCE, replace(world.PRODUCTION, valid_until=until)),
    ]
    with found.database.transaction() as conn:
        caller = world.applicant(conn, found.clock)
        application = world.filled_in(conn, found.clock, caller, papers=papers)
        world.apply.submit(conn, found.clock, caller, application)
        keyring = found.gateway.keyring
        party = decide.approve(conn, found.clock, keyring, world.registrar(), application)
    found.record()
    found.firm = party
    return found


def chain_time(found):
    return int(found.node.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16)


def opened(name):
    return event(6, "commissioning", lot(name), action="ADD")


def state_of(found, answer):
    with found.database.reading() as conn:
        return operation_of(conn, answer["id"])


def test_the_contract_itself_refuses_an_expired_suppliers_new_lot(firm):
    first = firm.tell(firm.firm.uri, opened("BEFORE"))
    firm.record()
    assert state_of(firm, first).state == "final"
    # The chain's time passes the end of the qualification; the gateway's clock has not, and lets it through.
    end = int(firm.firm.qualified_until.timestamp())
    firm.node.call("testing_timeTravel", end + 60)
    with firm.database.reading() as conn:
        assert the_party(conn, firm.firm.number).may_open(firm.clock.now())
    second = firm.tell(firm.firm.uri, opened("AFTER"))
    firm.record()
    refused = state_of(firm, second)
    assert refused.state == "rejected"
    assert "NotQualified" in refused.reason
    # What was opened before still moves.
    moved = firm.tell(firm.firm.uri, handed(2, "shipping", lot("BEFORE"), firm.firm.uri, STORE))
    firm.record()
    assert state_of(firm, moved).state == "final"


def test_the_gateway_refuses_it_before_the_chain_does(firm):
    firm.tell(firm.firm.uri, opened("BEFORE"))
    firm.record()
    firm.clock.set(firm.firm.qualified_until + timedelta(seconds=1))
    with pytest.raises(DocumentRefused) as refused:
        firm.tell(firm.firm.uri, opened("AFTER"))
    assert [fault.code for fault in refused.value.faults] == ["journal.party_not_qualified"]
    moved = firm.tell(firm.firm.uri, handed(2, "shipping", lot("BEFORE"), firm.firm.uri, STORE))
    firm.record()
    assert state_of(firm, moved).state == "final"
