"""Measures contracts/gas.json on a chain in this process; the same numbers on every machine.

python tests/gas_table.py      writes the table anew
"""

import json
from pathlib import Path

from contracts_world import World, entry, lot
from suyuan.kernel.hashing import sha256
from suyuan.kernel.ledger import Kind

TABLE = Path(__file__).parents[1] / "contracts" / "gas.json"
BUNDLE = 100


def measure() -> dict[str, object]:
    """Gas per entry of submissions of 100 entries, and gas per transaction of the rest."""
    world = World()
    maker, taker = world.register(), world.register()
    lots = [lot(("gas", number)) for number in range(BUNDLE)]

    def about(kind, name, counterparty=0):
        return [
            entry(kind, each, about=(name, n), counterparty=counterparty, at=1_790_000_000 + n)
            for n, each in enumerate(lots)
        ]

    def submission(party, entries):
        return world.next(party, *entries)

    opened = world.record(maker, *about(Kind.PRODUCED, "open")).gas
    plain = world.record(maker, *about(Kind.OBSERVED, "plain")).gas
    many = world.record_many(submission(maker, about(Kind.OBSERVED, "many"))).gas
    received = world.record_many(submission(maker, about(Kind.RECEIVED, "received", taker))).gas
    offered = world.record_many(submission(maker, about(Kind.OFFERED, "offer", taker))).gas
    accepted = world.record_many(submission(taker, about(Kind.ACCEPTED, "accept", maker))).gas
    same = [entry(Kind.OBSERVED, lots[0], about=("same", n), at=1_790_000_000 + n) for n in range(BUNDLE)]
    one_lot = world.record_many(submission(maker, same)).gas
    ten = _ten_submissions(world, maker, about(Kind.OBSERVED, "ten"))
    single = world.record_many(submission(maker, about(Kind.OBSERVED, "single")[:1])).gas
    empty = world.record_many(submission(maker, [])).gas
    registered = _register(world)
    first, later = _anchor(world, 1, bytes(32)), _anchor(world, 2, sha256(b"root 1"))
    per_entry = {
        "existing lots, record": plain,
        "existing lots, recordMany": many,
        "existing lots, counterparty named, recordMany": received,
        "existing lots, offered, recordMany": offered,
        "existing lots, accepted, recordMany": accepted,
        "existing lots, ten submissions of ten, recordMany": ten,
        "new lots, record": opened,
        "one lot, recordMany": one_lot,
    }
    return {
        "entries in a submission": BUNDLE,
        "gas per entry": {name: gas / BUNDLE for name, gas in per_entry.items()},
        "gas per transaction": {
            "recordMany with one entry on an existing lot": single,
            "recordMany with an empty submission": empty,
            "register a party": registered,
            "first anchor": first,
            "further anchor": later,
        },
        "deployment": _deployment(world),
    }


def _ten_submissions(world: World, party: int, entries) -> int:
    first, size = world.ledger.call("nextSequence", party), BUNDLE // 10
    parts = [entries[start : start + size] for start in range(0, BUNDLE, size)]
    return world.record_many(*[world.sign(party, first + n, part) for n, part in enumerate(parts)]).gas


def _register(world: World) -> int:
    number = world.parties.call("partyCount") + 1
    return world.parties.send("register", number, sha256(b"p"), 5, 2**39, "0x" + "22" * 20).gas


def _anchor(world: World, number: int, previous: bytes) -> int:
    return world.anchors.send("anchor", sha256(b"root %d" % number), 1000, previous).gas


def _deployment(world: World) -> dict[str, int]:
    gas = {}
    for name, arguments in (
        ("AccessManager", [world.admin]),
        ("PartyRegistry", [world.manager.address]),
        ("TraceLedger", [world.manager.address, world.parties.address]),
        ("AnchorRegistry", [world.manager.address]),
    ):
        world.deploy(name, *arguments)
        gas[name] = world.deployment_gas
    return gas


if __name__ == "__main__":
    TABLE.write_text(json.dumps(measure(), indent=1) + "\n", encoding="utf-8")
