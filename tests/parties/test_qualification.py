from __future__ import annotations

import json
from datetime import timedelta

import pytest

from suyuan.kernel.ledger import Role
from suyuan.parties import qualification
from suyuan.parties.errors import PartyUnknown, QualificationRefused
from suyuan.parties.model import NO_END, role_names, roles_of


def last(queued, conn):
    kind, party, payload, _ = queued(conn)[-1]
    return kind, party, json.loads(payload)


def test_a_suspended_party_opens_nothing_until_it_is_reinstated(database, register, clock, queued):
    with database.transaction() as conn:
        register(conn)
        assert not qualification.suspend(conn, clock, 1).may_open(clock.now())
        assert last(queued, conn) == ("party.suspended", 1, {"suspended": True})
        assert qualification.reinstate(conn, clock, 1).may_open(clock.now())
        assert last(queued, conn) == ("party.suspended", 1, {"suspended": False})


def test_a_qualification_is_renewed_and_unbound(database, register, clock, queued):
    until = clock.now() + timedelta(days=30)
    with database.transaction() as conn:
        register(conn)
        assert qualification.set_qualification(conn, clock, 1, until).qualified_until == until
        assert last(queued, conn)[2] == {"qualifiedUntil": int(until.timestamp())}
        assert qualification.set_qualification(conn, clock, 1, None).qualified_until is None
        assert last(queued, conn)[2] == {"qualifiedUntil": NO_END}


def test_roles_are_set_as_a_whole(database, register, clock, queued):
    with database.transaction() as conn:
        register(conn)
        assert qualification.set_roles(conn, clock, 1, Role.LABORATORY).roles == Role.LABORATORY
        assert last(queued, conn) == ("party.roles", 1, {"roles": 32})


def test_what_is_so_already_is_not_queued_again(database, register, clock, queued):
    with database.transaction() as conn:
        register(conn)
        qualification.reinstate(conn, clock, 1)
        qualification.set_qualification(conn, clock, 1, None)
        qualification.set_roles(conn, clock, 1, Role.PRODUCER | Role.PROCESSOR)
        assert len(queued(conn)) == 1


def test_what_makes_no_sense_is_refused(database, register, clock):
    with database.transaction() as conn:
        register(conn)
        with pytest.raises(QualificationRefused):
            qualification.set_qualification(conn, clock, 1, clock.now())
        with pytest.raises(QualificationRefused):
            qualification.set_roles(conn, clock, 1, Role(0))
        with pytest.raises(PartyUnknown):
            qualification.suspend(conn, clock, 9)


def test_roles_have_names():
    for value in range(128):
        assert roles_of(role_names(Role(value))) == Role(value)
    with pytest.raises(KeyError):
        roles_of(["king"])
