"""What the chain refuses does not stay foreseen: custody goes back to what the chain will have."""

from __future__ import annotations

import pytest

from anchoring_harness import Harness
from fakes.fake_chain import signature_by
from journal_world import World, amount, identifier, lot, made, seen, shipped
from suyuan.anchoring import outbox
from suyuan.anchoring.relay import RelayLoop
from suyuan.kernel.ledger import Role
from suyuan.lots.custody import put_back
from suyuan.parties.queries import keys_of


class RegisteredSigners:
    """Signs as the modelled chain checks it, for the addresses that the parties were registered with."""

    def __init__(self, world: World) -> None:
        self._world = world

    def key_of(self, party: int) -> str:
        with self._world.database.reading() as conn:
            return keys_of(conn, party)[0].address

    def sign(self, party: int, digest: bytes) -> bytes:
        return signature_by(self.key_of(party), digest)


@pytest.fixture
def harness(world):
    found = Harness(world.database)
    found.clock = world.clock
    found.loop = RelayLoop(
        world.database,
        found.chain,
        found.contracts,
        found.relayer,
        RegisteredSigners(world),
        world.clock,
        found.policy,
        put_back=put_back,
    )
    return found


def roles_on_chain(world: World, name: str, roles: Role) -> None:
    """The chain knows the party with other roles than we do: what it does next is foreseen and refused."""
    with world.database.transaction() as conn:
        outbox.enqueue_set_roles(conn, world.clock, world.numbers[name], roles)


def as_on_chain(world: World, harness: Harness, name: str) -> tuple[int, int, int, bytes]:
    state = world.lot(name).state
    assert harness.chain.lot(identifier(lot(name))) == (
        state.custodian,
        state.offered_to,
        state.count,
        state.head,
    )
    return state.custodian, state.offered_to, state.count, state.head


def test_an_offer_that_the_chain_refused_is_no_longer_foreseen(world, harness):
    world.send("farm", made(amount("rice", 1)))
    harness.settle()
    roles_on_chain(world, "farm", Role.LABORATORY)
    answer = world.send("farm", shipped("mill", amount("rice", 1), day=2))
    assert world.lot("rice").state.offered_to == world.numbers["mill"]
    harness.settle()
    assert harness.operation(answer["id"]).state == "rejected"
    assert as_on_chain(world, harness, "rice")[:3] == (world.numbers["farm"], 0, 1)


def test_a_lot_that_was_never_opened_can_be_made_by_another(world, harness):
    roles_on_chain(world, "farm", Role.LABORATORY)
    world.send("farm", made(amount("rice", 1)))
    harness.settle()
    assert (world.lot("rice").state.count, world.lot("rice").maker) == (0, 0)
    world.send("mill", seen("storing", amount("rice"), day=3))
    harness.settle()
    assert as_on_chain(world, harness, "rice")[:2] == (world.numbers["mill"], 0)


def test_a_worker_killed_while_it_sets_aside_puts_back_the_next_time(world, harness):
    roles_on_chain(world, "farm", Role.LABORATORY)
    world.send("farm", made(amount("rice", 1)))
    killed = []

    def cut_off(conn, lots):
        put_back(conn, lots)
        if not killed:
            killed.append(lots)
            raise RuntimeError("killed before the commit")

    harness.loop._way.put_back = cut_off
    with pytest.raises(RuntimeError):
        harness.settle()
    assert world.lot("rice").state.count == 1
    harness.settle()
    assert world.lot("rice").state.count == 0
