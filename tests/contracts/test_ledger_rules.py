"""What an entry does to a lot, and what is refused: every rule once, every error with its values."""

import pytest

from contracts_world import Reverted, entry, lot
from suyuan.kernel.hashing import sha256
from suyuan.kernel.ledger import (
    OPENING,
    ROLES_FOR,
    TRADE,
    Kind,
    LotState,
    Role,
    extend_head,
)

QUIET = sorted(set(Kind) - {Kind.OFFERED, Kind.ACCEPTED, Kind.REFUSED, Kind.SOLD, Kind.DISPOSED})
INSPECTOR, LABORATORY = int(Role.INSPECTOR), int(Role.LABORATORY)


@pytest.fixture
def held_by(world, request):
    """A lot of this test's own, opened by the party that is given."""

    def make(party, name=""):
        lot_id = lot((request.node.name, name))
        world.record(party, entry(Kind.PRODUCED, lot_id))
        return lot_id

    return make


def state(world, lot_id):
    return LotState(*world.ledger.call("lot", lot_id))


def outcome(world, submission):
    """What the ledger would say, without saying it: nothing when it would record."""
    try:
        world.ledger.call("record", *submission.tuple())
    except Reverted as refused:
        return refused.args
    return ()


def refusal(world, party, *entries):
    with pytest.raises(Reverted) as refused:
        world.record(party, *entries)
    return refused.value.args


@pytest.mark.parametrize("kind", sorted(OPENING))
def test_an_opening_kind_opens_a_lot_with_the_signer_as_custodian(world, kind):
    party, lot_id = world.register(), lot(("opened", kind))
    first = entry(kind, lot_id)
    mined = world.record(party, first)
    assert state(world, lot_id) == LotState(party, 0, 1, extend_head(bytes(32), party, first))
    (log,) = mined.logs
    facts = kind | 1 << 8 | first.occurred_at << 48 | 1 << 120
    assert log.values == {"lotId": lot_id, "party": party, "eventHash": first.event_hash, "facts": facts}


@pytest.mark.parametrize("kind", sorted(set(Kind) - OPENING))
def test_any_other_kind_needs_a_lot_that_exists(world, kind):
    party, lot_id = world.register(), lot("never opened")
    assert refusal(world, party, entry(kind, lot_id)) == ("TraceLedger_LotUnknown", lot_id)


@pytest.mark.parametrize("kind", QUIET)
def test_a_further_entry_of_a_quiet_kind_moves_no_custody_whoever_signs(world, kind, held_by):
    holder, other = world.register(), world.register()
    lot_id = held_by(holder)
    before = state(world, lot_id)
    by_holder, by_other = entry(kind, lot_id, counterparty=other), entry(kind, lot_id, about="other")
    mined = [world.record(holder, by_holder), world.record(other, by_other)]
    head = extend_head(extend_head(before.head, holder, by_holder), other, by_other)
    assert state(world, lot_id) == LotState(holder, 0, 3, head)
    facts = [each.logs[0].values["facts"] for each in mined]
    assert [fact >> 8 & 0xFF for fact in facts] == [1, 0]
    assert [fact >> 88 & 0xFFFFFFFF for fact in facts] == [1, 2]
    assert [fact >> 16 & 0xFFFFFFFF for fact in facts] == [other, 0]


def test_custody_moves_when_the_offer_is_accepted(world, held_by):
    farm, cannery = world.register(), world.register()
    lot_id = held_by(farm)
    world.record(farm, entry(Kind.OFFERED, lot_id, counterparty=cannery))
    assert state(world, lot_id).custodian == farm
    assert state(world, lot_id).offered_to == cannery
    mined = world.record(cannery, entry(Kind.ACCEPTED, lot_id, counterparty=farm))
    assert (state(world, lot_id).custodian, state(world, lot_id).offered_to) == (cannery, 0)
    assert mined.logs[0].values["facts"] >> 8 & 0xFF == 1


def test_a_refused_offer_leaves_custody_where_it_was(world, held_by):
    farm, cannery = world.register(), world.register()
    lot_id = held_by(farm)
    world.record(farm, entry(Kind.OFFERED, lot_id, counterparty=cannery))
    mined = world.record(cannery, entry(Kind.REFUSED, lot_id, counterparty=farm))
    assert (state(world, lot_id).custodian, state(world, lot_id).offered_to) == (farm, 0)
    assert mined.logs[0].values["facts"] >> 8 & 0xFF == 0


def test_a_new_offer_takes_the_place_of_the_old_one(world, held_by):
    farm, first, second = world.register(), world.register(), world.register()
    lot_id = held_by(farm)
    for receiver in (first, second):
        world.record(farm, entry(Kind.OFFERED, lot_id, counterparty=receiver))
    assert refusal(world, first, entry(Kind.ACCEPTED, lot_id, counterparty=farm)) == (
        "TraceLedger_NotOffered",
        lot_id,
        first,
        second,
    )


def test_a_receipt_that_nobody_offered_is_recorded_and_moves_no_custody(world, held_by):
    farm, shop = world.register(), world.register()
    lot_id = held_by(farm)
    world.record(shop, entry(Kind.RECEIVED, lot_id, counterparty=farm))
    assert state(world, lot_id).custodian == farm


@pytest.mark.parametrize("kind", [Kind.OFFERED, Kind.SOLD, Kind.DISPOSED])
def test_only_the_custodian_gives_a_lot_away(world, kind, held_by):
    holder, other = world.register(), world.register()
    lot_id = held_by(holder)
    assert refusal(world, other, entry(kind, lot_id, counterparty=holder)) == (
        "TraceLedger_NotCustodian",
        lot_id,
        other,
        holder,
    )
    world.record(holder, entry(kind, lot_id, counterparty=other))
    assert state(world, lot_id).count == 2


@pytest.mark.parametrize("kind", [Kind.ACCEPTED, Kind.REFUSED])
def test_only_the_party_that_it_is_offered_to_answers(world, kind, held_by):
    holder, other = world.register(), world.register()
    lot_id = held_by(holder)
    assert refusal(world, other, entry(kind, lot_id, counterparty=holder)) == (
        "TraceLedger_NotOffered",
        lot_id,
        other,
        0,
    )


@pytest.mark.parametrize("kind", [Kind.ACCEPTED, Kind.REFUSED])
@pytest.mark.parametrize("named", ["nobody", "itself"])
def test_the_answer_names_the_custodian(world, kind, named, held_by):
    holder, other = world.register(), world.register()
    lot_id = held_by(holder)
    world.record(holder, entry(Kind.OFFERED, lot_id, counterparty=other))
    counterparty = {"nobody": 0, "itself": other}[named]
    assert refusal(world, other, entry(kind, lot_id, counterparty=counterparty)) == (
        "TraceLedger_BadCounterparty",
        lot_id,
        counterparty,
    )


@pytest.mark.parametrize("named", ["nobody", "itself"])
def test_an_offer_names_another_party(world, named, held_by):
    holder = world.register()
    lot_id = held_by(holder)
    counterparty = {"nobody": 0, "itself": holder}[named]
    assert refusal(world, holder, entry(Kind.OFFERED, lot_id, counterparty=counterparty)) == (
        "TraceLedger_BadCounterparty",
        lot_id,
        counterparty,
    )


@pytest.mark.parametrize("role", list(Role))
def test_each_kind_is_written_in_the_roles_that_may_write_it(world, role, held_by):
    holder, other = world.register(), world.register(roles=int(role))
    lot_id = held_by(holder)
    said = {kind: outcome(world, world.next(other, entry(kind, lot_id))) for kind in Kind}
    refused = {kind for kind, args in said.items() if args[:1] == ("TraceLedger_RoleMissing",)}
    assert all(said[kind][1:] == (lot_id, other, int(kind)) for kind in refused)
    assert refused == {kind for kind in Kind if not ROLES_FOR[kind] & role}


def test_the_custodian_and_the_receiver_inspect_without_being_inspectors(world, held_by):
    trade = int(TRADE)
    holder, receiver, third = (world.register(roles=trade) for _ in range(3))
    lot_id = held_by(holder)
    world.record(holder, entry(Kind.OFFERED, lot_id, counterparty=receiver))
    for party in (holder, receiver):
        world.record(party, entry(Kind.INSPECTED, lot_id))
    assert refusal(world, third, entry(Kind.INSPECTED, lot_id)) == (
        "TraceLedger_RoleMissing",
        lot_id,
        third,
        int(Kind.INSPECTED),
    )


def test_nobody_inspects_an_unknown_lot_by_being_party_zero_of_it(world):
    party = world.register(roles=int(TRADE))
    lot_id = lot("not there")
    assert refusal(world, party, entry(Kind.INSPECTED, lot_id))[0] == "TraceLedger_RoleMissing"


@pytest.mark.parametrize("number", [0, 17, 31, 32, 255])
def test_a_kind_that_does_not_exist_is_refused(world, number, held_by):
    party = world.register()
    known, new = held_by(party), lot("new")
    for lot_id in (known, new):
        assert refusal(world, party, entry(number, lot_id)) == ("TraceLedger_KindUnknown", number)


def test_a_party_whose_qualification_ran_out_opens_no_lots_but_goes_on_with_those_it_has(world, held_by):
    until = world.now() + 10_000
    party, other = world.register(qualified_until=until), world.register()
    lot_id, new = held_by(party), lot("too late")
    world.move_to(until)
    assert refusal(world, party, entry(Kind.PRODUCED, new)) == ("TraceLedger_NotQualified", new, party)
    world.record(party, entry(Kind.OFFERED, lot_id, counterparty=other), entry(Kind.PRODUCED, lot_id))
    assert state(world, lot_id).count == 3


def test_a_suspended_party_opens_no_lots_but_answers_for_those_it_has(world, held_by):
    party, other = world.register(), world.register()
    lot_id, new = held_by(party), lot("suspended")
    world.parties.send("setSuspended", party, True)
    assert refusal(world, party, entry(Kind.INTRODUCED, new)) == ("TraceLedger_NotQualified", new, party)
    world.record(party, entry(Kind.OFFERED, lot_id, counterparty=other))
    world.parties.send("setSuspended", party, False)
    world.record(party, entry(Kind.INTRODUCED, new))
    assert state(world, new).custodian == party


def test_one_refused_entry_undoes_the_whole_submission(world, held_by):
    party = world.register()
    lot_id, unknown = held_by(party), lot("unknown")
    before = state(world, lot_id)
    good, bad = entry(Kind.OBSERVED, lot_id), entry(Kind.OBSERVED, unknown)
    assert refusal(world, party, good, bad) == ("TraceLedger_LotUnknown", unknown)
    assert state(world, lot_id) == before
    assert world.ledger.call("nextSequence", party) == 2


def test_entries_on_one_lot_in_one_submission_follow_one_another(world):
    farm, lot_id = world.register(), lot("together")
    entries = [
        entry(Kind.PRODUCED, lot_id),
        entry(Kind.OFFERED, lot_id, counterparty=9),
        entry(Kind.SOLD, lot_id),
    ]
    mined = world.record(farm, *entries)
    head = bytes(32)
    for each in entries:
        head = extend_head(head, farm, each)
    assert state(world, lot_id) == LotState(farm, 9, 3, head)
    assert [log.values["facts"] >> 88 & 0xFFFFFFFF for log in mined.logs] == [0, 1, 2]


def test_the_greatest_values_keep_their_places_in_the_facts(world, held_by):
    party = world.register()
    lot_id = held_by(party)
    last = entry(Kind.CORRECTED, lot_id, counterparty=2**32 - 1, at=2**40 - 1)
    before = state(world, lot_id)
    mined = world.record(party, last)
    facts = Kind.CORRECTED | 1 << 8 | (2**32 - 1) << 16 | (2**40 - 1) << 48 | 1 << 88 | 2 << 120
    assert mined.logs[0].values["facts"] == facts
    assert state(world, lot_id).head == extend_head(before.head, party, last)


def test_a_held_lot_is_neither_offered_nor_sold_and_everything_else_goes_on(world, held_by):
    party, other = world.register(), world.register()
    lot_id = held_by(party)
    world.record(party, entry(Kind.OFFERED, lot_id, counterparty=other))
    status = world.deploy("test/LotStatus")
    world.ledger.send("bindLotStatus", status.address)
    status.send("hold", lot_id, True)
    for kind in (Kind.OFFERED, Kind.SOLD):
        assert refusal(world, party, entry(kind, lot_id, counterparty=other)) == (
            "TraceLedger_LotHeld",
            lot_id,
        )
        # Who does not hold it hears that first.
        assert refusal(world, other, entry(kind, lot_id, counterparty=9))[0] == "TraceLedger_NotCustodian"
    world.record(party, entry(Kind.TESTED, lot_id), entry(Kind.DISPOSED, lot_id))
    world.record(other, entry(Kind.ACCEPTED, lot_id, counterparty=party))
    status.send("hold", lot_id, False)
    world.record(other, entry(Kind.SOLD, lot_id))
    assert state(world, lot_id).custodian == other


def test_lots_are_told_apart_by_every_byte_of_their_ids(world):
    party = world.register()
    first = sha256(b"neighbour")
    second = (int.from_bytes(first, "big") ^ 1).to_bytes(32, "big")
    world.record(party, entry(Kind.PRODUCED, first))
    assert state(world, second) == LotState()
