"""What the verifier says of honest, tampered, stale and hidden histories."""

from __future__ import annotations

import copy
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from fakes.model_chain import Signed
from fakes.told_story import KEYS, LOT_URI
from suyuan.kernel.canonical import canonical_json
from suyuan.kernel.hashing import keccak256, leaf_hash
from suyuan.kernel.identity import lot_id
from suyuan.kernel.ledger import Kind, LedgerEntry
from suyuan.kernel.typed_data import address_of, sign, submission_digest
from suyuan.verify import NodeRefused, Outcome, Unreachable, verify_bundle


def verify(story, bundle=None, trust=None):
    data = story.data if bundle is None else canonical_json(bundle)
    return verify_bundle(data, trust or story.trust, story.chain)


def outcomes(report, outcome):
    return [(check.name, check.subject) for check in report.having(outcome)]


LATER = {"eventTime": "2026-11-19T15:33:20Z", "type": "ObjectEvent"}


def another_entry():
    return LedgerEntry(lot_id(LOT_URI), leaf_hash(canonical_json(LATER)), 1_795_102_400, 0, Kind.OBSERVED)


def test_an_honest_bundle_passes_every_check(story):
    report = verify(story)
    assert [check for check in report.checks if check.outcome is not Outcome.PASS] == []
    assert report.exit_code == 0


def test_spelling_of_the_same_values_is_no_tampering(story):
    spelled = json.dumps(story.bundle, indent=2, ensure_ascii=True).encode() + b"\n"
    assert verify_bundle(spelled, story.trust, story.chain).exit_code == 0


def test_a_hidden_last_entry_fails_even_when_the_rest_is_consistent(story):
    bundle = copy.deepcopy(story.bundle)
    del bundle["entries"][3]
    state = {"custodian": 1, "offeredTo": 3, "count": 3}
    bundle["status"] |= state
    bundle["status"]["head"] = "0x" + _head_after(story, 3).hex()
    assert ("complete", "") in outcomes(verify(story, bundle), Outcome.FAIL)


def test_an_entry_hidden_in_the_middle_fails(story):
    bundle = copy.deepcopy(story.bundle)
    del bundle["entries"][1]
    for place, entry in enumerate(bundle["entries"]):
        entry["index"] = place
    bundle["parties"] = [party for party in bundle["parties"] if party["number"] != 2]
    assert verify(story, bundle).exit_code == 1


def _head_after(story, count):
    from suyuan.kernel.ledger import ANY_ROLE, LotState, record_entry

    state = LotState()
    for shown in story.bundle["entries"][:count]:
        entry = LedgerEntry(
            lot_id(LOT_URI), leaf_hash(canonical_json(shown["event"])), shown["occurredAt"],
            shown["counterparty"], Kind[shown["kind"]],
        )  # fmt: skip
        state, _ = record_entry(state, shown["party"], ANY_ROLE, entry, may_open=True)
    return state.head


def test_a_forged_signature_that_the_ledger_swallowed_fails(story):
    entry = another_entry()
    chain = story.chain
    digest = submission_digest(chain.chain_id, chain.contracts["TraceLedger"], 3, 2, (entry,))
    chain.record_many([Signed(3, 2, (entry,), sign(digest, KEYS[0]))])
    assert ("signature", "entry 4") in outcomes(verify(story, _extended(story, entry, 2)), Outcome.FAIL)


def test_a_refused_copy_beside_the_recorded_submission_does_no_harm(story):
    chain, entry = story.chain, another_entry()
    good = chain.signed(3, KEYS[2], [entry])
    bad = replace(good, signature=b"\x01" * 65)
    chain.record_many([bad, good], skip=[0])
    assert verify(story, _extended(story, entry, 2)).exit_code == 0


def test_a_key_that_was_revoked_later_was_valid_then(story):
    story.chain.revoke_key(1, address_of(KEYS[0]))
    assert verify(story).exit_code == 0


def test_a_key_that_was_revoked_before_fails(story):
    chain, entry = story.chain, another_entry()
    chain.revoke_key(3, address_of(KEYS[2]))
    chain.record_many([chain.signed(3, KEYS[2], [entry])])
    assert ("signature", "entry 4") in outcomes(verify(story, _extended(story, entry, 2)), Outcome.FAIL)


def _extended(story, entry, sequence):
    """The bundle with one more entry by party 3, shown as the chain has it."""
    chain, bundle = story.chain, copy.deepcopy(story.bundle)
    log = chain.logs[-1]
    block = chain.blocks[-1]
    entry_shown = {
        "event": LATER, "kind": entry.kind.name, "party": 3, "sequence": sequence,
        "occurredAt": entry.occurred_at, "counterparty": 0, "index": 4, "inCustody": True,
        "transaction": log["transactionHash"], "block": int(block["number"], 16),
        "blockTime": int(block["timestamp"], 16), "logIndex": int(log["logIndex"], 16),
    }  # fmt: skip
    bundle["entries"].append(entry_shown)
    state = chain.lots[lot_id(LOT_URI)]
    bundle["status"] = {
        "custodian": state.custodian, "offeredTo": state.offered_to, "count": state.count,
        "head": "0x" + state.head.hex(),
    }  # fmt: skip
    bundle["asOf"] = {
        "block": int(block["number"], 16), "blockHash": block["hash"], "time": int(block["timestamp"], 16),
    }  # fmt: skip
    return bundle


def test_a_changed_profile_is_told_and_an_invented_one_fails(story):
    story.chain.set_profile(2, keccak256(b"new profile"))
    assert outcomes(verify(story), Outcome.PARTIAL) == [("profile", "party 2")]
    bundle = copy.deepcopy(story.bundle)
    bundle["parties"][1]["profile"]["names"]["zh"] = "别家检测"
    assert outcomes(verify(story, bundle), Outcome.FAIL) == [("profile", "party 2")]


def test_a_leaf_of_another_product_fails(story):
    other = canonical_json({"names": {}, "uri": "https://id.gs1.org/01/09506000134352"})
    story.chain.anchor(2, leaf_hash(other), 1)
    bundle = copy.deepcopy(story.bundle)
    bundle["anchors"] = [
        {
            "number": 2, "root": "0x" + leaf_hash(other).hex(), "leafCount": 1,
            "leaves": [{"data": other.decode(), "index": 0, "path": []}],
        }
    ]  # fmt: skip
    assert outcomes(verify(story, bundle), Outcome.FAIL) == [("product", "leaf 0 of anchor 2")]


@pytest.mark.parametrize("contract", ["PartyRegistry", "TraceLedger", "AnchorRegistry"])
def test_other_code_or_none_at_a_pinned_address_fails(story, contract):
    address = story.trust.contracts[contract].lower()
    story.chain.code[address] += b"!"
    assert ("code", contract) in outcomes(verify(story), Outcome.FAIL)
    story.chain.code[address] = b""
    assert ("code", contract) in outcomes(verify(story), Outcome.FAIL)


def test_without_a_code_hash_to_compare_it_could_not_be_checked(story):
    report = verify(story, trust=replace(story.trust, code_hashes={}))
    assert outcomes(report, Outcome.UNSUPPORTED) == [
        ("code", "PartyRegistry"), ("code", "TraceLedger"), ("code", "AnchorRegistry"),
    ]  # fmt: skip
    assert report.exit_code == 2


def test_a_bundle_of_another_chain_fails_and_a_node_of_another_chain_is_unreachable(story):
    assert verify(story, trust=replace(story.trust, chain_id=1)).exit_code == 1
    story.chain.chain_id = 1
    assert verify(story).exit_code == 2


def test_a_node_that_is_behind_is_unreachable_not_wrong(story):
    del story.chain.blocks[-2:]
    story.chain.logs = [
        log for log in story.chain.logs if int(log["blockNumber"], 16) < len(story.chain.blocks)
    ]
    report = verify(story)
    assert ("asOf", "") in outcomes(report, Outcome.UNREACHABLE)
    assert report.exit_code == 2


def test_a_block_that_was_reorganised_away_fails(story):
    story.chain.blocks[story.bundle["asOf"]["block"]]["hash"] = "0x" + "ab" * 32
    assert ("asOf", "") in outcomes(verify(story), Outcome.FAIL)


class Broken:
    """A node that gives one answer to everything, or none."""

    def __init__(self, answer):
        self.answer = answer

    def ask(self, method, params):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.mark.parametrize(
    "answer", [Unreachable("refused"), NodeRefused("no"), None, "0x", [], {}, "<html>", 7, "0x" + "f" * 70]
)
def test_silence_and_nonsense_are_unreachable_never_pass_or_fail(story, answer):
    report = verify_bundle(story.data, story.trust, Broken(answer))
    assert not [check for check in report.having(Outcome.FAIL) if check.name != "code"]
    assert report.having(Outcome.UNREACHABLE)


class Surprising:
    """A node behind which the verifier itself breaks."""

    def ask(self, method, params):
        raise ZeroDivisionError


def test_surprise_is_a_fail_never_a_pass(story):
    assert verify_bundle(story.data, story.trust, Surprising()).exit_code == 1


def test_a_fail_wins_over_what_could_not_be_checked(story):
    bundle = copy.deepcopy(story.bundle)
    bundle["entries"][0]["occurredAt"] += 1
    assert verify_bundle(canonical_json(bundle), story.trust, Broken(Unreachable("no"))).exit_code == 1


@pytest.mark.parametrize(
    ("answers", "outcome", "exit_code"),
    [
        ([(0, True)], Outcome.PASS, 0),
        ([(10**6, True)], Outcome.UNSUPPORTED, 2),
        ([(0, False)], Outcome.UNSUPPORTED, 2),
    ],
    ids=["accepts", "state forgotten", "answers otherwise"],
)
def test_a_contract_wallet_is_asked_as_of_the_entrys_block(story, answers, outcome, exit_code):
    chain, entry = story.chain, another_entry()
    wallet = "0x" + "77" * 20
    chain.add_key(3, wallet)
    chain.wallets[wallet] = answers
    chain.record_many([Signed(3, 2, (entry,), bytes.fromhex(wallet[2:]) + b"whatever the wallet wants" * 4)])
    report = verify(story, _extended(story, entry, 2))
    assert [check.outcome for check in report.checks if check.name == "signature"][-1] is outcome
    assert report.exit_code == exit_code


def test_a_wallet_that_is_no_key_of_the_party_fails(story):
    chain, entry = story.chain, another_entry()
    chain.record_many([Signed(3, 2, (entry,), b"\x77" * 20 + bytes(80))])
    assert ("signature", "entry 4") in outcomes(verify(story, _extended(story, entry, 2)), Outcome.FAIL)


def test_a_transaction_through_another_contract_cannot_be_judged(story):
    transaction = story.bundle["entries"][3]["transaction"]
    story.chain.transactions[transaction]["to"] = "0x" + "55" * 20
    report = verify(story)
    assert outcomes(report, Outcome.UNSUPPORTED) == [("signature", "entry 3")]
    assert report.exit_code == 2


def test_a_node_that_hides_a_log_is_unreachable_or_the_bundle_fails_never_passes(story):
    story.chain.logs.pop(-2)
    assert verify(story).exit_code != 0


def test_spans_that_a_node_refuses_are_asked_in_halves(story):
    class Sparing:
        def ask(self, method, params):
            if method == "eth_getLogs":
                span = params[0]
                if int(span["toBlock"], 16) - int(span["fromBlock"], 16) > 600:
                    raise NodeRefused("query exceeds max block range")
            return story.chain.ask(method, params)

    for _ in range(2000):
        story.chain.mine(1)
    assert verify_bundle(story.data, story.trust, Sparing()).exit_code == 0


def test_the_documentation_names_every_check(story):
    text = Path(__file__).parents[2].joinpath("docs", "formats", "bundle.md").read_text("utf-8")
    story.chain.record_many([story.chain.signed(3, KEYS[2], [another_entry()])])
    names = {check.name for check in verify(story).checks} | {"history"}
    documented = set(
        re.findall(r"^\| `(\w+)` \| (?:entry|leaf|contract|party|anchor|) ?\|", text, re.MULTILINE)
    )
    assert names == documented
