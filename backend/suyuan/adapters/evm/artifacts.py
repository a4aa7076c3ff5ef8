"""What the compiler made of contracts/: committed, so that running needs no compiler.

`scripts/build-contracts` writes the files and proves them fresh; the copy that is read stands in this
package.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

#: Contracts that a deployment consists of, in the order in which they are deployed.
DEPLOYED = ("AccessManager", "PartyRegistry", "TraceLedger", "AnchorRegistry")


@dataclass(frozen=True, slots=True)
class Artifact:
    """One compiled contract. `immutable_references` are (start, length) in bytes of `deployed_bytecode` that
    hold zeros here and values on the chain.
    """

    name: str
    abi: tuple[Mapping[str, Any], ...]
    bytecode: bytes
    deployed_bytecode: bytes
    immutable_references: tuple[tuple[int, int], ...]
    source_hash: str

    def masked(self, code: bytes) -> bytes:
        """Runtime code with zeros for the immutable values: equal to `deployed_bytecode` if it is ours."""
        masked = bytearray(code)
        for start, length in self.immutable_references:
            masked[start : start + length] = bytes(len(masked[start : start + length]))
        return bytes(masked)


@cache
def artifact(name: str) -> Artifact:
    """The artifact of one of `DEPLOYED`. Raises KeyError for any other name."""
    if name not in DEPLOYED:
        raise KeyError(name)
    content = json.loads((files(__package__) / "compiled" / f"{name}.json").read_text(encoding="utf-8"))
    return Artifact(
        name=name,
        abi=tuple(content["abi"]),
        bytecode=_octets(content["bytecode"]),
        deployed_bytecode=_octets(content["deployedBytecode"]),
        immutable_references=tuple((at["start"], at["length"]) for at in content["immutableReferences"]),
        source_hash=content["sourceHash"],
    )


def _octets(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))
