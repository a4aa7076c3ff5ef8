from __future__ import annotations

import pytest

from suyuan.kernel.ledger import TRADE, Kind, LedgerEntry, LedgerRefusal, LotState, record_entry

FARM, TRUCK, SHOP = 1, 2, 3


def write(state: LotState, party: int, kind: Kind, counterparty: int = 0, *, held: bool = False) -> LotState:
    entry = LedgerEntry(bytes(32), bytes(32), 0, counterparty, kind)
    return record_entry(state, party, TRADE, entry, may_open=True, held=held)[0]


@pytest.fixture
def made() -> LotState:
    return write(LotState(), FARM, Kind.PRODUCED)


def test_custody_moves_when_the_offer_is_accepted_and_not_before(made):
    offered = write(made, FARM, Kind.OFFERED, TRUCK)
    assert (offered.custodian, offered.offered_to) == (FARM, TRUCK)
    accepted = write(offered, TRUCK, Kind.ACCEPTED, FARM)
    assert (accepted.custodian, accepted.offered_to) == (TRUCK, 0)


def test_a_refusal_leaves_the_lot_with_its_custodian(made):
    refused = write(write(made, FARM, Kind.OFFERED, TRUCK), TRUCK, Kind.REFUSED, FARM)
    assert (refused.custodian, refused.offered_to) == (FARM, 0)


@pytest.mark.parametrize("kind", [Kind.OFFERED, Kind.SOLD, Kind.DISPOSED])
def test_only_the_custodian_offers_sells_and_disposes(made, kind):
    with pytest.raises(LedgerRefusal, match="NotCustodian"):
        write(made, SHOP, kind, TRUCK)


def test_what_was_not_offered_cannot_be_accepted(made):
    with pytest.raises(LedgerRefusal, match="NotOffered"):
        write(made, SHOP, Kind.ACCEPTED, FARM)


def test_a_held_lot_is_not_offered(made):
    with pytest.raises(LedgerRefusal, match="LotHeld"):
        write(made, FARM, Kind.OFFERED, TRUCK, held=True)
