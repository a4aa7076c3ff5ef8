"""EvmChain and EvmContracts against the real contracts, on anvil and on eth-tester."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import pytest

from fakes.anvil import anvil
from suyuan.adapters.evm.client import EvmChain
from suyuan.adapters.evm.connect import contract_abis
from suyuan.adapters.evm.contracts import EvmContracts
from suyuan.adapters.evm.deploy import deploy
from suyuan.adapters.evm.policy import Depth
from suyuan.adapters.evm.relayer import LocalRelayer
from suyuan.adapters.evm.tester import MemoryRpc
from suyuan.anchoring.ports import (
    AnchorRecorded,
    Call,
    EntryRecorded,
    PartyChanged,
    Receipt,
    SendOutcome,
    SignedSubmission,
    SubmissionRefused,
)
from suyuan.kernel import typed_data
from suyuan.kernel.hashing import sha256
from suyuan.kernel.ledger import TRADE, Kind, LedgerEntry, extend_head

KEY = b"\x41" * 32
FAR = 2**40 - 1
ROOTS = [sha256(bytes([n])) for n in range(3)]


@dataclass
class World:
    chain: EvmChain
    contracts: EvmContracts
    relayer: LocalRelayer
    chain_id: int
    stranger: str  # an address with money and without a role
    keys: dict[int, bytes] = field(default_factory=dict)

    def send(self, call: Call, gas: int | None = None) -> Receipt:
        if gas is None:
            estimate = self.chain.estimate(self.relayer.address, call)
            assert isinstance(estimate, int), estimate
            gas = estimate * 5 // 4
        signed = self.relayer.sign(
            call,
            nonce=self.chain.nonce(self.relayer.address),
            gas=gas,
            fees=self.chain.fees(),
            chain_id=self.chain_id,
        )
        sent = self.chain.send(signed.raw)
        assert sent.outcome is SendOutcome.ACCEPTED, sent
        deadline = time.monotonic() + 10
        while (receipt := self.chain.receipt(signed.hash)) is None:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        return receipt

    def party(self) -> int:
        """A new party with all trade roles."""
        number = self.chain.party_count() + 1
        key = sha256(b"party" + bytes([number]))
        call = self.contracts.register_party(
            number, sha256(b"profile"), int(TRADE), FAR, typed_data.address_of(key)
        )
        receipt = self.send(call)
        assert receipt.succeeded
        assert set(receipt.logs) == {
            PartyChanged("PartyRegistered", number),
            PartyChanged("KeyAdded", number),
        }
        self.keys[number] = key
        return number

    def submission(self, party: int, *entries: LedgerEntry, sequence: int | None = None) -> SignedSubmission:
        sequence = sequence or self.chain.next_sequence(party)
        digest = self.contracts.submission_digest(party, sequence, entries)
        return SignedSubmission(party, sequence, entries, typed_data.sign(digest, self.keys[party]))


@pytest.fixture(scope="module", params=["tester", pytest.param("anvil", marks=pytest.mark.node)])
def world(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("deployments")
    if request.param == "tester":
        rpc, relayer = MemoryRpc(), LocalRelayer(KEY)
        rpc.fund(relayer.address)
        stranger = LocalRelayer(b"\x42" * 32)
        rpc.fund(stranger.address)
        yield deployed(rpc, relayer, stranger, folder)
    else:
        with anvil() as node:
            yield deployed(node.rpc, node.purse(), node.purse(), folder)


def deployed(rpc, relayer, stranger, folder) -> World:
    found = deploy(rpc, relayer, Depth(1), folder)
    abis = contract_abis()
    chain = EvmChain(rpc, Depth(1), found.addresses, abis)
    contracts = EvmContracts(found.chain_id, found.addresses, abis)
    return World(chain, contracts, relayer, found.chain_id, stranger.address)


def entry(lot: bytes, kind: Kind, counterparty: int = 0, at: int = 1_700_000_000) -> LedgerEntry:
    return LedgerEntry(lot, sha256(lot + bytes([kind])), at, counterparty, kind)


def test_entries_come_back_as_they_were_signed(world):
    party = world.party()
    lot = sha256(b"a lot")
    made, seen = entry(lot, Kind.PRODUCED), entry(lot, Kind.COLD_CHAIN, at=1_700_000_999)
    submission = world.submission(party, made, seen)

    receipt = world.send(world.contracts.record_many([submission]))

    assert receipt.succeeded
    assert receipt.block == world.chain.block(receipt.block.number)
    assert [log for log in receipt.logs if isinstance(log, EntryRecorded)] == [
        EntryRecorded(lot, party, 1, Kind.PRODUCED, made.event_hash, 0, made.occurred_at, 0, True, 0),
        EntryRecorded(lot, party, 1, Kind.COLD_CHAIN, seen.event_hash, 1, seen.occurred_at, 0, True, 1),
    ]
    head = extend_head(extend_head(bytes(32), party, made), party, seen)
    assert world.chain.lot(lot) == (party, 0, 2, head)
    assert world.chain.next_sequence(party) == 2


def test_every_fact_of_an_entry_has_its_place_in_the_word(world):
    maker, receiver = world.party(), world.party()
    lot = sha256(b"an offered lot")
    offer = entry(lot, Kind.OFFERED, receiver, at=2**40 - 1)
    calls = world.contracts.record_many(
        [
            world.submission(maker, entry(lot, Kind.PRODUCED), offer),
            world.submission(receiver, entry(lot, Kind.OBSERVED)),
        ]
    )

    logs = world.send(calls).logs

    assert logs[1] == EntryRecorded(
        lot, maker, 1, Kind.OFFERED, offer.event_hash, 1, 2**40 - 1, receiver, True, 1
    )
    assert (logs[2].index, logs[2].in_custody, logs[2].party) == (2, False, receiver)
    assert world.chain.lot(lot)[:2] == (maker, receiver)


def test_a_refused_submission_names_its_reason_and_the_others_stand(world):
    holder, stranger = world.party(), world.party()
    lot = sha256(b"a coveted lot")
    good = world.submission(holder, entry(lot, Kind.PRODUCED))
    bad = world.submission(stranger, entry(lot, Kind.SOLD))

    receipt = world.send(world.contracts.record_many([good, bad]), gas=500_000)

    recorded, refused = receipt.logs
    assert recorded.lot_id == lot
    assert refused == SubmissionRefused(
        stranger, 1, f"NotCustodian(lotId=0x{lot.hex()}, party={stranger}, custodian={holder})"
    )
    assert world.chain.next_sequence(stranger) == 1


def test_an_empty_submission_fills_a_number(world):
    party = world.party()

    assert world.send(world.contracts.record_many([world.submission(party)])).succeeded
    assert world.chain.next_sequence(party) == 2


def test_a_call_that_would_revert_says_why_in_words(world):
    missing = world.chain.party_count() + 2
    call = world.contracts.register_party(missing, bytes(32), 1, 0, "0x" + "55" * 20)

    assert world.chain.estimate(world.relayer.address, call) == (
        f"NumberNotNext(number={missing}, expected={missing - 1})"
    )


def test_only_the_relayer_may_write_the_registries(world):
    stranger = world.stranger
    for call in (
        world.contracts.set_suspended(1, True),
        world.contracts.anchor(ROOTS[0], 1, bytes(32)),
    ):
        assert world.chain.estimate(stranger, call) == f"AccessManagedUnauthorized(caller={stranger})"


def test_each_change_of_a_party_is_a_log_of_its_name(world):
    party = world.party()
    key = typed_data.checksum_address("0x" + "77" * 20)
    build = world.contracts
    for call, event in [
        (build.add_key(party, key), "KeyAdded"),
        (build.revoke_key(party, key), "KeyRevoked"),
        (build.set_roles(party, 1), "RolesChanged"),
        (build.set_qualification(party, 1), "QualificationChanged"),
        (build.set_suspended(party, True), "SuspensionChanged"),
        (build.set_profile(party, sha256(b"new")), "ProfileChanged"),
    ]:
        assert world.send(call).logs == (PartyChanged(event, party),)


def test_anchors_are_numbered_and_chained(world):
    number, newest = world.chain.anchor_head()
    for root in ROOTS:
        number += 1
        receipt = world.send(world.contracts.anchor(root, 7, newest))
        assert receipt.logs == (AnchorRecorded(number, root, 7),)
        assert world.chain.anchor_head() == (number, root)
        newest = root
    stale = world.contracts.anchor(sha256(b"x"), 7, ROOTS[0])
    assert "NotNewest" in world.chain.estimate(world.relayer.address, stale)


def test_a_mined_revert_is_a_receipt_that_did_not_succeed(world):
    call = world.contracts.anchor(sha256(b"y"), 7, sha256(b"never"))

    receipt = world.send(call, gas=200_000)

    assert not receipt.succeeded
    assert receipt.logs == ()


def test_what_does_not_exist_is_none(world):
    assert world.chain.receipt(b"\x99" * 32) is None
    assert world.chain.block(10**9) is None
    assert world.chain.receipts([]) == {}
    assert world.chain.lot(b"\x98" * 32) == (0, 0, 0, bytes(32))


def test_many_receipts_are_fetched_together(world):
    party = world.party()
    calls = [world.contracts.set_profile(party, sha256(bytes([n]))) for n in range(3)]
    hashes = [world.send(call).transaction_hash for call in calls]

    found = world.chain.receipts([*hashes, b"\x97" * 32])

    assert [each is not None for each in found.values()] == [True, True, True, False]
    assert found[hashes[1]] == world.chain.receipt(hashes[1])


def test_the_transaction_that_recorded_a_submission_is_found_whoever_sent_it(world):
    party, other = world.party(), world.party()
    sent = {}
    for sequence in (1, 2, 3):
        lots = [entry(sha256(b"%d of %d" % (sequence, n)), Kind.PRODUCED) for n in range(2)]
        bundle = [world.submission(party, *lots), world.submission(other, lots[0])]
        sent[sequence] = world.send(world.contracts.record_many(bundle)).transaction_hash

    assert {n: world.chain.submission_transaction(party, n) for n in sent} == sent
    assert world.chain.submission_transaction(party, 4) is None
    assert world.chain.submission_transaction(other + 1, 1) is None


def test_a_value_that_does_not_fit_its_type_is_refused_before_the_chain(world):
    with pytest.raises(ValueError, match="setRoles"):
        world.contracts.set_roles(1, 256)
    with pytest.raises(ValueError, match="addKey"):
        world.contracts.add_key(2**32, "0x" + "11" * 20)


def test_money_head_and_finality_are_read(world):
    assert world.chain.balance(world.relayer.address) > 0
    head = world.chain.head()
    assert world.chain.finalized() == head.number
    assert world.chain.fees().max_fee >= world.chain.fees().priority_fee
    assert abs(head.timestamp - time.time()) < 600
