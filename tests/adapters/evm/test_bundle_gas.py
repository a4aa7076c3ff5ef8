"""What a bundle costs on a real chain when our own relayer sends it."""

from __future__ import annotations

import pytest

from fakes.anvil import anvil, until
from suyuan.adapters.evm.client import EvmChain
from suyuan.adapters.evm.connect import contract_abis
from suyuan.adapters.evm.contracts import EvmContracts
from suyuan.adapters.evm.deploy import deploy
from suyuan.adapters.evm.policy import Depth
from suyuan.anchoring.ports import Call, SendOutcome, SignedSubmission, SubmissionRefused
from suyuan.kernel import typed_data
from suyuan.kernel.hashing import sha256, to_hex
from suyuan.kernel.ledger import TRADE, Kind, LedgerEntry

pytestmark = pytest.mark.node
KEYS = {number: sha256(b"key of %d" % number) for number in (1, 2)}
LOTS = [sha256(b"lot %d" % number) for number in range(100)]
LIMIT = 13_000


class Sender:
    """Sends as the worker does, and says what it cost."""

    def __init__(self, node, folder) -> None:
        self.node, self.purse = node, node.purse()
        found = deploy(node.rpc, self.purse, Depth(1), folder)
        abis = contract_abis()
        self.chain = EvmChain(node.rpc, Depth(1), found.addresses, abis)
        self.contracts = EvmContracts(found.chain_id, found.addresses, abis)

    def send(self, call: Call):
        """Receipt and gas."""
        estimate = self.chain.estimate(self.purse.address, call)
        assert isinstance(estimate, int), estimate
        nonce, fees = self.chain.nonce(self.purse.address), self.chain.fees()
        gas = estimate * 5 // 4
        signed = self.purse.sign(call, nonce=nonce, gas=gas, fees=fees, chain_id=31337)
        assert self.chain.send(signed.raw).outcome is SendOutcome.ACCEPTED
        receipt = until(lambda: self.chain.receipt(signed.hash))
        assert receipt.succeeded
        used = int(self.node.rpc.call("eth_getTransactionReceipt", to_hex(signed.hash))["gasUsed"], 16)
        assert used <= estimate
        return receipt, used

    def bundle(self, lots, kind=Kind.COLD_CHAIN, party=1) -> Call:
        sequence = self.chain.next_sequence(party)
        entries = tuple(
            LedgerEntry(lot, sha256(lot + kind.to_bytes(1, "big") + b"%d" % sequence), 1_780_000_000, 0, kind)
            for lot in lots
        )
        digest = self.contracts.submission_digest(party, sequence, entries)
        signature = typed_data.sign(digest, KEYS[party])
        return self.contracts.record_many([SignedSubmission(party, sequence, entries, signature)])


@pytest.fixture(scope="module")
def sender(tmp_path_factory):
    with anvil() as node:
        made = Sender(node, tmp_path_factory.mktemp("deployments"))
        for number, key in KEYS.items():
            profile, owner = sha256(b"profile"), typed_data.address_of(key)
            made.send(made.contracts.register_party(number, profile, int(TRADE), 2**40 - 1, owner))
        made.send(made.bundle(LOTS, Kind.PRODUCED))
        yield made


def test_a_hundred_entries_sent_by_the_relayer_cost_at_most_13000_gas_each(sender):
    receipt, used = sender.send(sender.bundle(LOTS))

    assert len(receipt.logs) == len(LOTS)
    assert used / len(LOTS) <= LIMIT


def test_the_estimate_covers_a_submission_that_is_refused(sender):
    call = sender.bundle(LOTS, Kind.DISPOSED, party=2)  # they are all in party 1's custody

    receipt, _ = sender.send(call)

    assert isinstance(receipt.logs[0], SubmissionRefused)
