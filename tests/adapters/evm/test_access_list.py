from __future__ import annotations

from eth_account import Account
from eth_account.typed_transactions import TypedTransaction
from hexbytes import HexBytes

from suyuan.adapters.evm.access_list import ListedCall, packed_entries, slots_of
from suyuan.adapters.evm.relayer import LocalRelayer
from suyuan.anchoring.ports import Fees
from suyuan.kernel.hashing import keccak256, sha256
from suyuan.kernel.ledger import Kind, LedgerEntry

LOTS = [sha256(b"lot %d" % number) for number in range(20)]


def test_an_entry_is_packed_in_the_order_of_its_type():
    entry = LedgerEntry(b"\x01" * 32, b"\x02" * 32, 0x0304050607, 0x08090A0B, Kind.CORRECTED)
    packed = b"\x01" * 32 + b"\x02" * 32 + bytes([3, 4, 5, 6, 7, 8, 9, 10, 11, 16])
    assert packed_entries([entry, entry]) == packed * 2


def test_each_lot_has_two_slots_and_is_named_once():
    slots = slots_of([*LOTS, *LOTS])
    assert len(slots) == 40
    assert slots[0] == keccak256(LOTS[0])
    assert int.from_bytes(slots[1], "big") == int.from_bytes(slots[0], "big") + 1


def test_few_lots_are_not_named_because_that_would_cost_more():
    assert slots_of(LOTS[:12]) == ()
    assert len(slots_of(LOTS[:13])) == 26


def test_the_relayer_signs_the_list():
    relayer = LocalRelayer(sha256(b"relayer"))
    call = ListedCall("0x" + "22" * 20, b"data", slots_of(LOTS))
    raw = relayer.sign(call, nonce=7, gas=30_000, fees=Fees(9, 2), chain_id=31337).raw
    assert Account.recover_transaction(raw) == relayer.address
    (listed,) = TypedTransaction.from_bytes(HexBytes(raw)).as_dict()["accessList"]
    assert HexBytes(listed["address"]) == HexBytes(call.to)
    assert tuple(bytes(HexBytes(key)) for key in listed["storageKeys"]) == call.slots
