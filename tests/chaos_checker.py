"""A checker that trusts the chain's own logs alone, in the shape of Jepsen's total queue."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

from suyuan.adapters.evm.rpc import HttpRpc
from suyuan.kernel.hashing import keccak256

ENTRY_RECORDED = "0x" + keccak256(b"EntryRecorded(bytes32,uint32,bytes32,uint256)").hex()


@dataclass
class Acknowledged:
    """What clients were promised. `tried` also has what nobody promised, which may be there or not."""

    tried: set[bytes] = field(default_factory=set)
    lots: dict[str, list[bytes]] = field(
        default_factory=dict
    )  # party -> its lots in the order of the answers
    ids: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def count(self) -> int:
        return sum(map(len, self.lots.values()))


@dataclass
class Verdict:
    """Jepsen's total queue: everything acknowledged comes out once, and nothing else does."""

    acknowledged: int
    recorded: int
    lost: int
    duplicated: int
    unexpected: int
    disordered: int
    gaps: int
    differences: list[str] = field(default_factory=list)
    kills: dict[str, int] = field(default_factory=dict)

    @property
    def clean(self) -> bool:
        bad = self.lost + self.duplicated + self.unexpected + self.disordered + self.gaps
        return bad == 0 and not self.differences


Recorded = tuple[bytes, int, int]  # lot, party, sequence


def entry_logs(rpc: HttpRpc, ledger: str) -> list[Recorded]:
    """Every entry on the chain, in its order, read without any of our decoders."""
    asked = {"address": ledger, "fromBlock": "0x0", "toBlock": "latest", "topics": [ENTRY_RECORDED]}
    found = []
    for log in rpc.call("eth_getLogs", asked):
        facts = int(log["data"][66:130], 16)
        found.append(
            (bytes.fromhex(log["topics"][1][2:]), int(log["topics"][2], 16), facts >> 120 & 2**64 - 1)
        )
    return found


def judge(acknowledged: Acknowledged, logs: list[Recorded]) -> Verdict:
    counts = Counter(lot for lot, _, _ in logs)
    order = {lot: at for at, (lot, _, _) in enumerate(logs)}
    promised = {lot for lots in acknowledged.lots.values() for lot in lots}
    disordered = 0
    for lots in acknowledged.lots.values():
        places = [order[lot] for lot in lots if lot in order]
        disordered += sum(later < earlier for earlier, later in pairwise(places))
    sequences: dict[int, set[int]] = {}
    for _, party, sequence in logs:
        sequences.setdefault(party, set()).add(sequence)
    return Verdict(
        acknowledged=len(promised),
        recorded=len(logs),
        lost=len(promised - counts.keys()),
        duplicated=sum(count - 1 for count in counts.values()),
        unexpected=len(counts.keys() - acknowledged.tried),
        disordered=disordered,
        gaps=sum(max(numbers) - len(numbers) for numbers in sequences.values()),
    )
