"""Writes bundle.json: a lot told to a gateway, recorded by the real contracts, and tampered with.

    .venv/bin/python tests/vectors/make_bundle.py

Each run makes other salts, keys and times, so run it only when the form changes.
"""

from __future__ import annotations

import copy
import json
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from fakes.recorded_rpc import Recorder
from passport.recorded_world import GTIN, RecordedWorld, lot, tell_whole_story, whole_story
from suyuan.database import Database, upgrade
from suyuan.kernel.canonical import canonical_json
from suyuan.kernel.identity import lot_id
from suyuan.verify import verify_bundle

HERE = Path(__file__).parent
HASH = "0x" + "ab" * 32
TOO_OLD = "an older state, fetched after the quarter of an hour"
ANOTHER = "as served, where another lot was asked for"
GRACE, STALE = 15 * 60, 24 * 60 * 60


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        database = Database(f"sqlite:///{name}/suyuan.db")
        upgrade(database)
        world = RecordedWorld(database, Path(name))
        states = []
        for party, event in whole_story(lot("M2611-07")):
            world.tell(party, event)
            world.record()
            states.append(world.get(f"/01/{GTIN}/10/M2611-07", accept="application/json").content.decode())
        tell_whole_story(world, "M2611-08")  # the chain goes on with another lot
        world.record()
        database.close()
        vectors = judge(world, states[-1], states[-2])
    text = json.dumps(vectors, ensure_ascii=True, indent=1) + "\n"
    (HERE / "bundle.json").write_text(text, encoding="ascii")


def judge(world: RecordedWorld, served: str, older: str) -> dict[str, object]:
    recorder = Recorder(world.rpc)
    bundle = json.loads(served)
    texts = {"as served": served, "spelled otherwise": json.dumps(bundle, indent=2) + "\n"}
    found = {name: (text, None, None) for name, text in texts.items()}
    found |= fetched(world, served, older)
    found |= {name: (text, None, None) for name, text in tampered(served).items()}
    cases = {"valid": [], "broken": []}
    for name, (text, seconds, asked) in found.items():
        moment = None if seconds is None else datetime.fromtimestamp(seconds, UTC)
        expected = None if asked is None else bytes.fromhex(asked[2:])
        report = verify_bundle(text.encode(), world.trust, recorder, moment, expected)
        case = {"name": name, "edits": edits(served, text), "fetchedAt": seconds, "expectedLot": asked}
        cases["broken" if report.exit_code else "valid"].append(case | outcome(report))
    broken = {case["name"] for case in cases["broken"]}
    assert broken == {*tampered(served), TOO_OLD, ANOTHER}
    trust = {
        "chainId": world.trust.chain_id,
        "contracts": dict(world.trust.contracts),
        "codeHashes": {name: "0x" + found.hex() for name, found in world.trust.code_hashes.items()},
        "firstBlock": world.trust.first_block,
    }
    return {"trust": trust, "bundle": served, **cases, "answers": recorder.answers}


def fetched(world: RecordedWorld, served: str, older: str) -> dict[str, tuple[str, int | None, str | None]]:
    """What a live page gave, when, in Unix seconds, and which lot it was asked for: all of the lot, or the
    state before the last entry.
    """
    its = json.loads(served)["lot"]["lotId"]
    another = "0x" + lot_id(lot("M2611-08")).hex()
    last = json.loads(served)["entries"][-1]["blockTime"]
    after = world.rpc.ask("eth_getBlockByNumber", [hex(json.loads(served)["asOf"]["block"] + 1), False])
    left = int(after["timestamp"], 16)
    return {
        "as served, fetched at once": (served, last, its),
        "as served, fetched from an address that names no lot": (served, last, None),
        "as served, fetched a day later": (served, left + STALE, its),
        "as served, fetched more than a day later": (served, left + STALE + 1, its),
        "an older state, in a file": (older, None, None),
        "an older state, fetched within the quarter of an hour": (older, last + GRACE, its),
        TOO_OLD: (older, last + GRACE + 1, its),
        ANOTHER: (served, last, another),
    }


def outcome(report) -> dict[str, object]:
    def names(word: str) -> list[str]:
        return sorted({check.name for check in report.checks if check.outcome.value == word})

    return {"exitCode": report.exit_code, "failed": names("FAIL"), "partial": names("PARTIAL")}


def edits(before: str, after: str) -> list[str]:
    """[find, replace]: the first occurrence of `find` in the bundle's text; nothing for the text itself."""
    if before == after:
        return []
    start = 0
    while before[start : start + 1] == after[start : start + 1]:
        start += 1
    end = 0
    while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
        end += 1
    while True:
        find = before[start : len(before) - end]
        if find and before.find(find) == start:
            return [find, after[start : len(after) - end]]
        start = max(0, start - 1)


def tampered(served: str) -> dict[str, str]:
    found = dict(_texts(served))
    for name, change in CHANGES.items():
        bundle = copy.deepcopy(json.loads(served))
        change(bundle)
        found[name] = canonical_json(bundle).decode()
    return found


def _texts(served: str) -> dict[str, str]:
    return {
        "a name given twice": served.replace('"format":', '"format":"suyuan-bundle/1","format":', 1),
        "an integer with a fraction": served.replace('"sequence":1', '"sequence":1.5', 1),
        "a hash in capitals": served.replace('"lotId":"0x', '"lotId":"0X', 1),
        "cut short": served[:-1],
        "something behind it": served + "{}",
    }


def put(*path_and_value):
    *path, last, value = path_and_value

    def change(bundle):
        for step in path:
            bundle = bundle[step]
        bundle[last] = value

    return change


def _add(*path_and_number):
    *path, last, number = path_and_number

    def change(bundle):
        for step in path:
            bundle = bundle[step]
        bundle[last] += number

    return change


def _hide_last(bundle):
    """An operator hides the newest entry and makes all else agree by telling the state before it."""
    from suyuan.kernel.hashing import leaf_hash
    from suyuan.kernel.ledger import ANY_ROLE, Kind, LedgerEntry, LotState, record_entry

    bundle["entries"].pop()
    state = LotState()
    for each in bundle["entries"]:
        entry = LedgerEntry(
            bytes.fromhex(bundle["lot"]["lotId"][2:]), leaf_hash(canonical_json(each["event"])),
            each["occurredAt"], each["counterparty"], Kind[each["kind"]],
        )  # fmt: skip
        state, _ = record_entry(state, each["party"], ANY_ROLE, entry, may_open=True)
    bundle["status"] = {
        "custodian": state.custodian, "offeredTo": state.offered_to, "count": state.count,
        "head": "0x" + state.head.hex(),
    }  # fmt: skip


def _hide_middle(bundle):
    del bundle["entries"][1]
    for place, entry in enumerate(bundle["entries"]):
        entry["index"] = place
    named = {each["party"] for each in bundle["entries"]} | {
        each["counterparty"] for each in bundle["entries"]
    }
    bundle["parties"] = [each for each in bundle["parties"] if each["number"] in named]


def _swap(bundle):
    entries = bundle["entries"]
    entries[1], entries[2] = entries[2], entries[1]
    for place, entry in enumerate(entries):
        entry["index"] = place


CHANGES = {
    "another format": put("format", "suyuan-bundle/2"),
    "one member more": put("note", "x"),
    "one member less": lambda bundle: bundle["entries"][0].pop("logIndex"),
    "a string for a number": put("entries", 0, "party", "1"),
    "a negative number": put("entries", 0, "logIndex", -1),
    "no entries": put("entries", []),
    "another lot's name": put("lot", "uri", f"https://id.gs1.org/01/{GTIN}/10/M2611-08"),
    "a name that is not canonical": put("lot", "uri", f"https://example.com/01/{GTIN}/10/M2611-07"),
    "another lot id": put("lot", "lotId", HASH),
    "another chain": _add("chain", "chainId", 1),
    "other contracts": put("chain", "contracts", "TraceLedger", "0x5FbDB2315678afecb367f032d93F642f64180aa3"),
    "a quantity in an event": put("entries", 0, "event", "quantityList", 0, "quantity", 481),
    "a place in an event": put(
        "entries", 2, "event", "readPoint", "id", "https://id.gs1.org/414/9521321000010"
    ),
    "a member added to an event": put("entries", 0, "event", "ex:organic", True),
    "another kind": put("entries", 1, "kind", "INSPECTED"),
    "an unknown kind": put("entries", 1, "kind", "BLESSED"),
    "another party": put("entries", 1, "party", 1),
    "another sequence": _add("entries", 0, "sequence", 1),
    "an earlier time": _add("entries", 0, "occurredAt", -86400),
    "another counterparty": put("entries", 2, "counterparty", 2),
    "custody claimed": put("entries", 1, "inCustody", True),
    "another transaction": put("entries", 0, "transaction", HASH),
    "another entry's transaction": lambda b: b["entries"][0].update(
        transaction=b["entries"][1]["transaction"]
    ),
    "an earlier block": _add("entries", 3, "block", -1),
    "an earlier block time": _add("entries", 3, "blockTime", -3600),
    "another place in the block": _add("entries", 0, "logIndex", 1),
    "entries in another order": _swap,
    "the last entry hidden": _hide_last,
    "an entry in the middle hidden": _hide_middle,
    "a party renamed": put("parties", 0, "profile", "names", "zh", "别家牧场"),
    "a party left out": lambda bundle: bundle["parties"].pop(),
    "a product renamed": lambda b: b["anchors"][0]["leaves"][0].update(
        data=b["anchors"][0]["leaves"][0]["data"].replace("鸡蛋", "鸭蛋")
    ),
    "another root": put("anchors", 0, "root", HASH),
    "another number of leaves": _add("anchors", 0, "leafCount", 1),
    "another anchor": _add("anchors", 0, "number", 1),
    "another custodian": put("status", "custodian", 1),
    "an offer that is not open": put("status", "offeredTo", 1),
    "another count": _add("status", "count", 1),
    "another head": put("status", "head", HASH),
    "a later block than it speaks of": _add("asOf", "block", 1),
    "another block hash": put("asOf", "blockHash", HASH),
    "another time of the block": _add("asOf", "time", 1),
}


if __name__ == "__main__":
    main()
