"""What the verifier believes before it reads a bundle: one chain, three contracts, the code that runs there.

Trust is an input. It never comes from the bundle, nor from the server that gave the bundle.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

CONTRACTS = ("PartyRegistry", "TraceLedger", "AnchorRegistry")


class TrustMissing(Exception):
    """No usable deployment was found; the message names the file and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Trust:
    """`contracts`: name -> 0x address, any letter case. `code_hashes`: name -> keccak256 of the runtime code;
    a contract without one is reported UNSUPPORTED, never PASS. `first_block`: the contracts are no older;
    logs are asked from there on.
    """

    chain_id: int
    contracts: Mapping[str, str]
    code_hashes: Mapping[str, bytes] = field(default_factory=dict)
    first_block: int = 0

    def address(self, name: str) -> bytes:
        return bytes.fromhex(self.contracts[name].removeprefix("0x"))
