"""What the verifier believes before it reads a bundle: one chain, three contracts, the code that runs there.

Trust is an input. It never comes from the bundle, nor from the server that gave the bundle.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import orjson

from suyuan.kernel.hashing import from_hex
from suyuan.kernel.typed_data import checksum_address

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

    @classmethod
    def from_deployment(cls, folder: Path, chain_id: int | None = None) -> Self:
        """Trust in the contracts of `<folder>/<chain id>/`, as `suyuan deploy` wrote them; without a chain id
        in the only chain there is. `folder` may also be one chain's own, of any name. Raises TrustMissing.
        """
        place = folder / str(chain_id) if chain_id is not None else _only_chain(folder)
        chain = _read(place / "chain.json")
        files = {name: _read(place / f"{name}.json") for name in CONTRACTS}
        try:
            return cls(
                chain_id=int(chain["chainId"]),
                contracts={name: checksum_address(each["address"]) for name, each in files.items()},
                code_hashes={name: from_hex(each["runtimeCodeHash"]) for name, each in files.items()},
                first_block=min(int(each["block"]) for each in files.values()),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise TrustMissing(f"the deployment in {place} cannot be read: {error!r}") from error


def _only_chain(folder: Path) -> Path:
    if (folder / "chain.json").is_file():
        return folder
    found = [each.parent for each in folder.glob("*/chain.json") if each.parent.name.isdecimal()]
    if len(found) != 1:
        known = ", ".join(sorted(each.name for each in found)) or "none"
        raise TrustMissing(f"{folder} knows not one chain but {known}: say which one you trust")
    return found[0]


def _read(path: Path) -> dict[str, str]:
    try:
        found = orjson.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise TrustMissing(f"{path} cannot be read: {error}") from error
    if not isinstance(found, dict):
        raise TrustMissing(f"{path} is no deployment file")
    return found
