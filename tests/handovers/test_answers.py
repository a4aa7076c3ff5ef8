"""Accepting, refusing and taking back, on both databases; the ledger's model agrees with the room."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import func, select, update

from handover_world import PHOTO, measured
from journal_world import amount, transformed
from suyuan.anchoring.model import State as OperationState
from suyuan.anchoring.tables import operations
from suyuan.handovers.errors import (
    AlreadyAnswered,
    HandoverRefused,
    HandoverUnknown,
    NotYourPart,
    OutOfOrder,
    RulesBlock,
)
from suyuan.handovers.model import State
from suyuan.lots.custody import put_back
from suyuan.lots.queries import balance_of, contradictions_of


@pytest.fixture
def offered(world):
    world.make("farm", "A")
    return world.offer("farm", "carrier", world.line("A"))


def codes(raised) -> list[str]:
    return [each.code for each in raised.value.faults]


def test_custody_moves_with_the_acceptance_and_not_with_the_offer(world, offered):
    assert world.holder("A") == "farm"
    found = world.accept("carrier", offered.id)
    assert found.state is State.ACCEPTED
    assert world.holder("A") == "carrier"
    assert world.world.kinds("A")[-2:] == [("farm", "OFFERED"), ("carrier", "ACCEPTED")]


def test_a_refusal_leaves_custody_with_the_sender_and_says_so(world, offered):
    found = world.refuse("carrier", offered.id)
    assert found.state is State.REFUSED
    assert world.holder("A") == "farm"
    assert world.world.lot("A").state.offered_to == 0
    assert world.world.kinds("A")[-1] == ("carrier", "REFUSED")
    assert world.show(offered.id)["outcome"]["custodyWith"] == "sender"


def test_a_refusal_without_evidence_is_none(world, offered):
    with pytest.raises(RulesBlock) as raised:
        world.refuse("carrier", offered.id, evidence=[])
    assert codes(raised) == ["HA15.evidence_missing"]
    assert world.show(offered.id)["state"] == "offered"


@pytest.mark.parametrize(
    ("figures", "difference"),
    [(("80", "15", "0"), "5 is missing from"), (("80", "15", "5.1"), "0.1 is too much in")],
)
def test_figures_that_do_not_add_up_are_refused_with_the_difference(world, offered, figures, difference):
    accepted, refused, missing = figures
    line = {"line": 1, "accepted": accepted, "refused": refused, "missing": missing}
    with pytest.raises(HandoverRefused) as raised:
        world.accept("carrier", offered.id, line | {"reason": "wet", "evidence": [PHOTO]})
    assert codes(raised) == ["HA13.sums_differ"]
    assert difference in raised.value.faults[0].message


def test_of_a_lot_accepted_in_part_the_rest_comes_back_by_the_senders_own_acceptance(world, offered):
    line = {"line": 1, "accepted": "80", "refused": "15", "missing": "5", "reason": "wet"}
    line["evidence"] = [PHOTO]
    found = world.accept("carrier", offered.id, line)
    assert found.state is State.IN_PART
    shown = world.show(offered.id)
    [result] = shown["outcome"]["lines"]
    back = world.show(shown["returnedBy"])
    assert (result["accepted"], result["refused"], result["missing"]) == ("80", "15", "5")
    assert world.holder("A") == "carrier"
    rest = result["returnLot"]
    assert back["lines"][0]["lot"] == rest
    assert back["returns"] == offered.id
    assert world.holder(rest) == "carrier"  # it stands with the carrier until the farm takes it
    world.accept("farm", back["id"])
    assert world.holder(rest) == "farm"
    assert world.world.kinds(rest) == [
        ("carrier", "INTRODUCED"),
        ("carrier", "OFFERED"),
        ("farm", "ACCEPTED"),
    ]


def test_a_part_refused_makes_no_false_overdraft(world, offered):
    line = {"line": 1, "accepted": "85", "refused": "15", "reason": "wet", "evidence": [PHOTO]}
    rest = world.accept("carrier", offered.id, line).outcome.results[0].return_lot
    onward = world.offer("carrier", "mill", world.line("A", "85"))
    world.accept("mill", onward.id)
    world.world.send("mill", transformed([amount("A", 85)], [amount("B", 80)], day=20))
    with world.database.reading() as conn:
        for name in ("A", "B", rest):
            lot = world.world.lot(name)
            assert contradictions_of(conn, lot.lot_id) == []
        from_origin = balance_of(conn, world.world.lot("A").lot_id)
    assert {direction.name: total for (direction, _), total in from_origin.items()}["USED"] == Decimal(100)


def test_where_nobody_stated_what_was_made_a_part_refused_makes_no_false_overdraft(world):
    world.world.send("farm", {**made_without_amount("C")})
    found = world.offer("farm", "mill", world.line("C"))
    line = {"line": 1, "accepted": "85", "refused": "15", "reason": "wet", "evidence": [PHOTO]}
    world.accept("mill", found.id, line)
    world.world.send("mill", transformed([amount("C", 85)], [amount("D", 80)], day=20))
    with world.database.reading() as conn:
        assert contradictions_of(conn, world.world.lot("C").lot_id) == []


def made_without_amount(name):
    from journal_world import made

    return made(amount(name))


def test_the_refused_part_is_a_child_of_its_lot(world, offered):
    line = {"line": 1, "accepted": "85", "refused": "15", "reason": "wet", "evidence": [PHOTO]}
    rest = world.accept("carrier", offered.id, line).outcome.results[0].return_lot
    from suyuan.lots.model import TraceDirection
    from suyuan.lots.trace import trace

    with world.database.reading() as conn:
        graph = trace(conn, world.world.lot(rest).lot_id, TraceDirection.BACK, 10)
    assert [lot.uri for lot in graph.lots] == [rest, "urn:example:lot:A"]


def test_of_several_lots_one_may_go_back_whole(world):
    world.make("farm", "A")
    world.make("farm", "B")
    found = world.offer("farm", "carrier", world.line("A"), world.line("B"))
    world.accept(
        "carrier",
        found.id,
        {"line": 1, "accepted": "100"},
        {"line": 2, "accepted": "0", "refused": "100", "reason": "damaged", "evidence": [PHOTO]},
    )
    assert (world.holder("A"), world.holder("B")) == ("carrier", "farm")
    assert world.show(found.id)["returnedBy"] is None
    assert world.show(found.id)["state"] == "accepted_in_part"


def test_what_never_came_stays_with_the_sender_and_visible(world, offered):
    world.accept("carrier", offered.id, {"line": 1, "accepted": "0", "missing": "100"})
    shown = world.show(offered.id, "carrier")
    assert shown["state"] == "refused"
    assert shown["outcome"]["lines"][0]["reason"] == "not_arrived"
    assert shown["outcome"]["missing"] is True
    assert world.holder("A") == "farm"


def test_units_that_fit_are_converted_exactly_and_others_refused(world, offered):
    line = {"line": 1, "accepted": "0.1", "uom": "TNE"}
    assert world.accept("carrier", offered.id, line).state is State.ACCEPTED
    world.make("farm", "B")
    other = world.offer("farm", "carrier", world.line("B"))
    with pytest.raises(HandoverRefused) as raised:
        world.accept("carrier", other.id, {"line": 1, "accepted": "100", "uom": "LTR"})
    assert codes(raised) == ["handover.unit"]


def test_the_sender_cannot_accept_for_the_receiver_nor_the_receiver_withdraw(world, offered):
    with pytest.raises(NotYourPart):
        world.accept("farm", offered.id)
    with pytest.raises(NotYourPart):
        world.withdraw("carrier", offered.id)


def test_for_others_it_does_not_exist(world, offered):
    with pytest.raises(HandoverUnknown):
        world.accept("store", offered.id)
    with pytest.raises(HandoverUnknown):
        world.show(offered.id, "store")


def test_nobody_offers_what_he_does_not_hold_or_offered_already(world, offered):
    with pytest.raises(HandoverRefused) as raised:
        world.offer("mill", "carrier", world.line("A"))
    assert codes(raised) == ["handover.not_held"]
    with pytest.raises(OutOfOrder) as twice:
        world.offer("farm", "store", world.line("A"))
    assert twice.value.code == "handover.already_offered"


def test_what_is_withdrawn_cannot_be_accepted_and_may_be_offered_anew(world, offered):
    world.withdraw("farm", offered.id)
    with pytest.raises(AlreadyAnswered):
        world.accept("carrier", offered.id)
    anew = world.offer("farm", "store", world.line("A"))
    world.accept("store", anew.id)
    assert world.holder("A") == "store"


def test_of_two_phones_one_wins_and_the_other_hears_what_stands(world, offered):
    first = world.accept("carrier", offered.id, actId="phone-1", device="-1")
    again = world.accept("carrier", offered.id, actId="phone-2", device="-2")
    assert (first.outcome, first.state) == (again.outcome, again.state)
    with pytest.raises(AlreadyAnswered, match="already accepted"):
        world.refuse("carrier", offered.id, actId="phone-3")
    assert [each["act"] for each in world.show(offered.id)["acts"]] == ["offer", "accept"]


def test_the_same_act_again_changes_nothing(world, offered):
    for _ in range(2):
        world.measure("carrier", offered.id, measured(1, "1", "2", "3"), actId="m-1")
        world.accept("carrier", offered.id, actId="a-1")
    assert [each["act"] for each in world.show(offered.id)["acts"]] == ["offer", "measure", "accept"]


def test_a_disputed_figure_stays_beside_the_answer_for_both(world, offered):
    world.accept("carrier", offered.id, {"line": 1, "accepted": "95", "missing": "5"})
    world.answer("farm", offered.id, agrees=False, lines=[{"line": 1, "accepted": "100"}], note="称重单为证")
    for name in ("farm", "carrier"):
        shown = world.show(offered.id, name)
        assert shown["disputed"] is True
        assert shown["state"] == "accepted_in_part"
        assert shown["outcome"]["lines"][0]["missing"] == "5"
        assert shown["disputes"][0]["said"]["lines"][0]["accepted"] == "100"
    world.answer("farm", offered.id, agrees=True)
    assert world.show(offered.id)["disputed"] is False


def test_goods_that_were_moved_by_another_record_are_not_accepted_here(world, offered):
    from journal_world import shipped

    world.world.send("farm", shipped("store", amount("A", 100), day=20))
    with pytest.raises(OutOfOrder) as raised:
        world.accept("carrier", offered.id)
    assert raised.value.code == "handover.overtaken"


def test_a_pallet_goes_over_with_what_lies_in_it(world):
    from journal_world import packed

    world.make("farm", "A")
    pallet = "urn:epc:id:sscc:0614141.1234567890"
    world.world.send("farm", packed(pallet, amount("A", 100), day=2))
    found = world.offer("farm", "carrier", {"lot": pallet, "quantity": "1"})
    with pytest.raises(HandoverRefused):
        world.accept("carrier", found.id, {"line": 1, "accepted": "0.5", "refused": "0.5"})
    world.accept("carrier", found.id)
    assert world.holder("A") == "carrier"


PALLET = "urn:epc:id:sscc:0614141.1234567890"


def test_what_lies_in_another_line_is_no_line_of_its_own(world):
    from journal_world import packed

    world.make("farm", "A")
    world.world.send("farm", packed("urn:epc:id:sscc:0614141.1234567891", amount("A", 100), day=2))
    case = {"childEPCs": ["urn:epc:id:sscc:0614141.1234567891"]}
    world.world.send("farm", packed(PALLET, day=3, **case))
    with pytest.raises(HandoverRefused) as raised:
        world.offer("farm", "carrier", {"lot": PALLET, "quantity": "1"}, world.line("A"))
    assert codes(raised) == ["handover.nested"]
    assert world.world.lot("A").state.offered_to == 0


def test_a_pallet_cannot_be_accepted_while_what_was_packed_into_it_is_refused(world):
    from journal_world import packed

    for name in ("A", "B"):
        world.make("farm", name)
    world.world.send("farm", packed(PALLET, amount("B", 100), day=2))
    found = world.offer("farm", "carrier", {"lot": PALLET, "quantity": "1"}, world.line("A"))
    world.world.send("farm", packed(PALLET, amount("A", 100), day=3))
    refused = {"line": 2, "accepted": "0", "refused": "100", "reason": "wet", "evidence": [PHOTO]}
    with pytest.raises(OutOfOrder) as raised:
        world.accept("carrier", found.id, {"line": 1, "accepted": "1"}, refused)
    assert raised.value.code == "handover.overtaken"
    assert (world.holder("A"), world.holder("B")) == ("farm", "farm")


def test_an_answer_that_the_ledger_refused_moved_nothing_and_says_so(world, offered):
    world.accept("carrier", offered.id)
    assert world.show(offered.id)["outcome"]["ledger"] == "received"
    with world.database.transaction() as conn:
        newest = select(func.max(operations.c.id)).scalar_subquery()
        refused = {"state": OperationState.REJECTED, "reason": "LotHeld"}
        conn.execute(update(operations).where(operations.c.id == newest).values(refused))
        put_back(conn, [world.world.lot("A").lot_id])
    outcome = world.show(offered.id, "carrier")["outcome"]
    assert (outcome["ledger"], outcome["ledgerReason"], outcome["custodyWith"]) == (
        "rejected",
        "LotHeld",
        "sender",
    )
    assert world.holder("A") == "farm"
    anew = world.offer("farm", "carrier", world.line("A"))
    assert world.accept("carrier", anew.id).state is State.ACCEPTED
