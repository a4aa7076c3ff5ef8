"""Parties that keep their own keys: every act is prepared, signed outside, and done with the signature."""

from __future__ import annotations

import pytest

from handover_world import PHOTO, HandoverWorld
from own_keys import IDENTITY, OwnKeys, signed
from suyuan.handovers import schemas
from suyuan.handovers.errors import AlreadyAnswered, OutOfOrder
from suyuan.handovers.model import Act, State
from suyuan.handovers.signing import perform, perform_prepared, prepare_act
from suyuan.journal.errors import PreparedUnknown, SignatureNeeded
from suyuan.parties.errors import SignatureRefused


@pytest.fixture
def world(database):
    return HandoverWorld(OwnKeys(database).populate())


@pytest.fixture
def found(world):
    world.make("farm", "A")
    return world.offer("farm", "own", world.line("A"))


def prepare(world, act, named, form, name="own"):
    with world.database.transaction() as conn:
        return prepare_act(conn, world.clock, world.desk(name), IDENTITY, act, named, form)


def hand_in(world, prepared, signatures=None, name="own"):
    given = [signed(part) for part in prepared.parts] if signatures is None else signatures
    with world.database.transaction() as conn:
        return perform_prepared(conn, world.clock, world.desk(name), IDENTITY, prepared.id, given)


PART = schemas.Accept.model_validate(
    {"lines": [{"line": 1, "accepted": "85", "refused": "15", "reason": "wet", "evidence": [PHOTO]}]}
)


def test_nothing_is_accepted_without_its_own_signature(world, found):
    with pytest.raises(SignatureNeeded), world.database.transaction() as conn:
        perform(conn, world.clock, world.desk("own"), Act.ACCEPT, found.id, PART)
    prepared = prepare(world, Act.ACCEPT, found.id, PART)
    assert world.show(found.id)["state"] == "offered"
    assert world.holder("A") == "farm"
    with pytest.raises(SignatureRefused):
        hand_in(world, prepared, [signed(part, 8) for part in prepared.parts])
    assert world.show(found.id)["state"] == "offered"


def test_a_part_is_refused_with_its_own_signature_and_handed_in_twice(world, found):
    prepared = prepare(world, Act.ACCEPT, found.id, PART)
    world.later(minutes=5)
    done = hand_in(world, prepared)
    assert done.state is State.IN_PART
    assert world.holder("A") == "own"
    rest = done.outcome.results[0].return_lot
    assert world.holder(rest) == "own"
    assert hand_in(world, prepared).outcome == done.outcome
    world.accept("farm", world.show(found.id)["returnedBy"])
    assert world.holder(rest) == "farm"


def test_what_changed_in_between_is_signed_anew(world, found):
    prepared = prepare(world, Act.ACCEPT, found.id, PART)
    world.withdraw("farm", found.id)
    with pytest.raises(AlreadyAnswered):
        hand_in(world, prepared)
    assert world.holder("A") == "farm"


def test_it_is_the_partys_own_and_not_for_others(world, found):
    prepared = prepare(world, Act.REFUSE, found.id, schemas.Refuse(reason="wet", evidence=(PHOTO,)))
    with pytest.raises(PreparedUnknown):
        hand_in(world, prepared, name="farm")
    assert hand_in(world, prepared).state is State.REFUSED


def test_an_offer_of_its_own_is_prepared_and_keeps_its_name(world, found):
    hand_in(world, prepare(world, Act.ACCEPT, found.id, schemas.Accept()))
    form = schemas.Offer.model_validate({"receiver": str(world.numbers["farm"]), "lines": [world.line("A")]})
    prepared = prepare(world, Act.OFFER, "", form)
    offered = hand_in(world, prepared)
    assert hand_in(world, prepared).id == offered.id
    with pytest.raises(OutOfOrder):  # the lot is in an open handover now
        prepare(world, Act.OFFER, "", form)
