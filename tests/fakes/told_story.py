"""A small lot's life on a ModelChain, and the bundle that tells it: farm, laboratory, dairy, one handover."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fakes.model_chain import ModelChain
from suyuan.kernel.canonical import canonical_json
from suyuan.kernel.hashing import keccak256, leaf_hash
from suyuan.kernel.identity import lot_id
from suyuan.kernel.ledger import Kind, LedgerEntry
from suyuan.kernel.merkle import Tree
from suyuan.kernel.typed_data import checksum_address
from suyuan.verify import Trust

LOT_URI = "https://id.gs1.org/01/06901234567892/10/M2611-07"
PRODUCT_URI = "https://id.gs1.org/01/06901234567892"
NAMES = (
    {"en": "Clear Lake Farm", "zh": "清湖牧场"},
    {"en": "Metro Lab", "zh": "城市检测"},
    {"en": "Dawn Dairy", "zh": "晨曦乳业"},
)
KEYS = tuple(keccak256(f"key of party {number}".encode()) for number in (1, 2, 3))
STEPS = (
    # kind, party, counterparty, bizStep
    (Kind.PRODUCED, 1, 0, "commissioning"),
    (Kind.TESTED, 2, 0, "inspecting"),
    (Kind.OFFERED, 1, 3, "shipping"),
    (Kind.ACCEPTED, 3, 1, "receiving"),
)


@dataclass
class Story:
    chain: ModelChain
    trust: Trust
    bundle: dict

    @property
    def data(self) -> bytes:
        return canonical_json(self.bundle)


def profile(number: int) -> dict:
    return {"identifiers": [f"urn:suyuan:party:{number}"], "names": NAMES[number - 1]}


def event(place: int, biz_step: str) -> dict:
    moment = datetime(2026, 11, 20, 8, tzinfo=UTC) + timedelta(hours=place)
    return {
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "action": "ADD" if place == 0 else "OBSERVE",
        "bizStep": biz_step,
        "eventID": f"ni:///sha-256;{place:064x}?ver=CBV2.0",
        "eventTime": moment.isoformat().replace("+00:00", ".250Z"),
        "eventTimeZoneOffset": "+08:00",
        "quantityList": [{"epcClass": LOT_URI, "quantity": 120.5, "uom": "KGM"}],
        "type": "ObjectEvent",
    }


def tell() -> Story:
    """Play the story; the third submission is bundled with another lot's, as a relayer would."""
    chain = ModelChain()
    for number, key in enumerate(KEYS, start=1):
        chain.register(leaf_hash(canonical_json(profile(number))), key)
    other = LedgerEntry(lot_id("urn:example:other"), keccak256(b"other"), 1_795_000_000, 0, Kind.PRODUCED)
    events = []
    for place, (kind, party, counterparty, biz_step) in enumerate(STEPS):
        told = event(place, biz_step)
        events.append(told)
        occurred_at = int(datetime.fromisoformat(told["eventTime"]).timestamp())
        entry = LedgerEntry(lot_id(LOT_URI), leaf_hash(canonical_json(told)), occurred_at, counterparty, kind)
        submissions = [chain.signed(party, KEYS[party - 1], [entry])]
        if place == 2:
            submissions.insert(0, chain.signed(2, KEYS[1], [other]))
        chain.record_many(submissions)
    product = canonical_json({"names": {"en": "Whole milk", "zh": "全脂牛奶"}, "uri": PRODUCT_URI})
    tree = Tree([leaf_hash(product), leaf_hash(b"another leaf"), leaf_hash(b"a third")])
    chain.anchor(1, tree.root, tree.size)
    trust = Trust(
        chain.chain_id,
        chain.contracts,
        {name: keccak256(chain.code[address.lower()]) for name, address in chain.contracts.items()},
    )
    return Story(chain, trust, bundle_of(chain, events, product, tree))


def bundle_of(chain: ModelChain, events: list[dict], product: bytes, tree: Tree) -> dict:
    """Written by hand after docs/formats/bundle.md, not by the code that serves bundles."""
    lot = lot_id(LOT_URI)
    logs = [log for log in chain.logs if log["topics"][1] == "0x" + lot.hex()]
    state = chain.lots[lot]
    last = chain.blocks[int(logs[-1]["blockNumber"], 16)]
    return {
        "format": "suyuan-bundle/1",
        "lot": {"uri": LOT_URI, "lotId": "0x" + lot.hex()},
        "chain": {
            "chainId": chain.chain_id,
            "contracts": {name: checksum_address(each) for name, each in chain.contracts.items()},
        },
        "parties": [{"number": number, "profile": profile(number)} for number in (1, 2, 3)],
        "entries": [
            _entry(chain, place, told, log)
            for place, (told, log) in enumerate(zip(events, logs, strict=True))
        ],
        "anchors": [
            {
                "number": 1,
                "root": "0x" + tree.root.hex(),
                "leafCount": tree.size,
                "leaves": [
                    {
                        "data": product.decode(),
                        "index": 0,
                        "path": ["0x" + node.hex() for node in tree.path(0)],
                    }
                ],
            }
        ],
        "status": {
            "custodian": state.custodian,
            "offeredTo": state.offered_to,
            "count": state.count,
            "head": "0x" + state.head.hex(),
        },
        "asOf": {
            "block": int(last["number"], 16),
            "blockHash": last["hash"],
            "time": int(last["timestamp"], 16),
        },
    }


def _entry(chain: ModelChain, place: int, told: dict, log: dict) -> dict:
    kind, party, counterparty, _ = STEPS[place]
    block = int(log["blockNumber"], 16)
    return {
        "event": told,
        "kind": kind.name,
        "party": party,
        "sequence": int(log["data"][66:], 16) >> 120,
        "occurredAt": int(datetime.fromisoformat(told["eventTime"]).timestamp()),
        "counterparty": counterparty,
        "index": place,
        "inCustody": kind is not Kind.TESTED,
        "transaction": log["transactionHash"],
        "block": block,
        "blockTime": int(chain.blocks[block]["timestamp"], 16),
        "logIndex": int(log["logIndex"], 16),
    }
