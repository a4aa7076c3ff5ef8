"""Was each entry signed by its party, with a key that the registry called valid then."""

from __future__ import annotations

from collections.abc import Iterator

from suyuan.kernel.typed_data import address_bytes, recover, submission_digest
from suyuan.verify.bundle import BundleEntry
from suyuan.verify.calldata import NotSubmissions, Submission, submissions_in
from suyuan.verify.chain import SeenChain
from suyuan.verify.report import Check, Outcome
from suyuan.verify.rpc import Unreachable
from suyuan.verify.trust import Trust

_KEY_SIGNATURE = 65
_ADDRESS = 20


def check_signature(shown: BundleEntry, trust: Trust, chain: SeenChain) -> Iterator[Check]:
    """Find the submission in the transaction's calldata, rebuild what was signed, recover who signed it."""
    sent = chain.transaction(shown.transaction)
    if sent is None:
        yield Check("signature", Outcome.FAIL, "the chain has no such transaction", shown.subject)
        return
    if sent.to != trust.address("TraceLedger"):
        detail = "the transaction reaches the ledger through another contract; its calldata cannot be read"
        yield Check("signature", Outcome.UNSUPPORTED, detail, shown.subject)
        return
    try:
        candidates = [found for found in submissions_in(sent.calldata) if _carries(found, shown)]
    except NotSubmissions as trouble:
        yield Check("signature", Outcome.FAIL, f"the transaction {trouble}", shown.subject)
        return
    if not candidates:
        detail = "the transaction carries no submission of this party and sequence with this entry"
        yield Check("signature", Outcome.FAIL, detail, shown.subject)
        return
    # A relayer may have sent a refused copy beside the recorded one; one that holds is enough.
    judged = [_judge(found, shown, trust, chain) for found in candidates]
    yield min(judged, key=lambda check: check.outcome is not Outcome.PASS)


def _carries(found: Submission, shown: BundleEntry) -> bool:
    return (found.party, found.sequence) == (shown.party, shown.sequence) and shown.entry in found.entries


def _judge(found: Submission, shown: BundleEntry, trust: Trust, chain: SeenChain) -> Check:
    digest = submission_digest(
        trust.chain_id, trust.contracts["TraceLedger"], found.party, found.sequence, found.entries
    )
    if len(found.signature) > _KEY_SIGNATURE:
        return _judge_wallet(found, shown, chain, digest)
    signer = recover(digest, found.signature)
    if signer is None:
        return Check("signature", Outcome.FAIL, "is no valid signature", shown.subject)
    fault = _key_fault(address_bytes(signer), shown, chain)
    if fault:
        return Check("signature", Outcome.FAIL, f"{signer} {fault}", shown.subject)
    return Check("signature", Outcome.PASS, f"signed by party {shown.party} with {signer}", shown.subject)


def _judge_wallet(found: Submission, shown: BundleEntry, chain: SeenChain, digest: bytes) -> Check:
    """A contract wallet answers for its own signatures (EIP-1271); only a node that keeps old states can say
    what it answered then.
    """
    wallet, signature = found.signature[:_ADDRESS], found.signature[_ADDRESS:]
    fault = _key_fault(wallet, shown, chain)
    if fault:
        return Check("signature", Outcome.FAIL, f"wallet 0x{wallet.hex()} {fault}", shown.subject)
    if chain.wallet_accepts(wallet, digest, signature, shown.block):
        detail = f"accepted by the contract wallet 0x{wallet.hex()} of party {shown.party}"
        return Check("signature", Outcome.PASS, detail, shown.subject)
    detail = (
        f"contract wallet 0x{wallet.hex()}: the ledger accepted it; this node cannot show the wallet of then"
    )
    return Check("signature", Outcome.UNSUPPORTED, detail, shown.subject)


def _key_fault(address: bytes, shown: BundleEntry, chain: SeenChain) -> str:
    key, block = chain.key(address), chain.block(shown.block)
    if key.party != shown.party:
        return f"is not a key of party {shown.party}"
    if block is None:
        raise Unreachable(f"the node does not know block {shown.block}")
    if not key.valid_at(block.time):
        return f"was no valid key of party {shown.party} at the entry's block time"
    return ""
