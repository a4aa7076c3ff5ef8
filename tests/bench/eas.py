"""The limit for P6: gas of one EAS attestation, on the node our own entries are measured on.

The contracts are the published ones (the npm package in `peers/`), deployed as they come.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from web3 import Web3

PACKAGE = "@ethereum-attestation-service/eas-contracts"
ARTIFACTS = Path(__file__).parent / "peers/node_modules" / PACKAGE / "artifacts/contracts"
SENDER = Web3.to_checksum_address("0x" + "ea50" * 10)
NOBODY = "0x" + "00" * 20
#: As long as what an entry tells: two words, looking like hashes.
DATA = hashlib.sha512(b"two words").digest()


def attestation_gas(rpc: str) -> int:
    """Gas used by `attest` with 64 bytes of data, the second of its schema and sender."""
    web3 = Web3(Web3.HTTPProvider(rpc))
    web3.provider.make_request("anvil_setBalance", [SENDER, hex(10**21)])
    web3.provider.make_request("anvil_impersonateAccount", [SENDER])
    registry = _deployed(web3, "SchemaRegistry")
    eas = _deployed(web3, "EAS", registry.address)
    registered = _mined(web3, registry.functions.register("bytes32 lot,bytes32 event", NOBODY, True))
    schema = registered["logs"][0]["topics"][1]
    request = (schema, (NOBODY, 0, True, bytes(32), DATA, 0))
    _mined(web3, eas.functions.attest(request))
    return int(_mined(web3, eas.functions.attest(request))["gasUsed"])


def _deployed(web3: Web3, name: str, *arguments: object) -> Any:
    artifact = json.loads((ARTIFACTS / f"{name}.sol" / f"{name}.json").read_text("utf-8"))
    contract = web3.eth.contract(abi=artifact["abi"], bytecode=artifact["bytecode"])
    receipt = _mined(web3, contract.constructor(*arguments))
    return web3.eth.contract(receipt["contractAddress"], abi=artifact["abi"])


def _mined(web3: Web3, call: Any) -> Any:
    receipt = web3.eth.wait_for_transaction_receipt(call.transact({"from": SENDER}), poll_latency=0.05)
    if receipt["status"] != 1:
        raise RuntimeError("a transaction of the EAS measure failed")
    return receipt
