"""typed_data.json, by eth_account: digests, signatures and signers of submissions and receipts."""

from __future__ import annotations

from typing import Any

from eth_account import Account
from eth_account.messages import encode_typed_data

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
LEDGER = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
KEY = bytes(range(1, 33))

_DOMAIN = [
    {"name": "name", "type": "string"},
    {"name": "version", "type": "string"},
    {"name": "chainId", "type": "uint256"},
    {"name": "verifyingContract", "type": "address"},
]
_ENTRY = [
    {"name": "lotId", "type": "bytes32"},
    {"name": "eventHash", "type": "bytes32"},
    {"name": "occurredAt", "type": "uint40"},
    {"name": "counterparty", "type": "uint32"},
    {"name": "kind", "type": "uint8"},
]
_SUBMISSION = [
    {"name": "party", "type": "uint32"},
    {"name": "sequence", "type": "uint64"},
    {"name": "entries", "type": "Entry[]"},
]
_RECEIPT = [
    {"name": "submission", "type": "string"},
    {"name": "party", "type": "uint32"},
    {"name": "documentHash", "type": "bytes32"},
    {"name": "entriesHash", "type": "bytes32"},
    {"name": "receivedAt", "type": "uint64"},
    {"name": "position", "type": "uint64"},
]


def _sign(types: dict[str, Any], name: str, chain_id: int, message: dict[str, Any]) -> dict[str, Any]:
    domain = {"name": name, "version": "1", "chainId": chain_id, "verifyingContract": LEDGER}
    full = {
        "types": {"EIP712Domain": _DOMAIN, **types},
        "primaryType": list(types)[-1],
        "domain": domain,
        "message": message,
    }
    signed = Account.sign_message(encode_typed_data(full_message=full), KEY)
    return {
        "chainId": chain_id,
        "ledger": LEDGER,
        "message": message,
        "digest": "0x" + bytes(signed.message_hash).hex(),
        "signature": "0x" + bytes(signed.signature).hex(),
        "signer": Account.from_key(KEY).address,
    }


def _entry(n: int, kind: int, counterparty: int = 0) -> dict[str, Any]:
    return {
        "lotId": f"0x{n:064x}",
        "eventHash": f"0x{(1 << 255) + n:064x}",
        "occurredAt": 1_761_955_200 + n,
        "counterparty": counterparty,
        "kind": kind,
    }


def _submission(chain_id: int, party: int, sequence: int, entries: list[dict[str, Any]]) -> dict[str, Any]:
    message = {"party": party, "sequence": sequence, "entries": entries}
    return _sign({"Entry": _ENTRY, "Submission": _SUBMISSION}, "Suyuan TraceLedger", chain_id, message)


def _receipt(position: int) -> dict[str, Any]:
    message = {
        "submission": "019ac6f0-0000-7000-8000-000000000001",
        "party": 7,
        "documentHash": "0x" + "ab" * 32,
        "entriesHash": "0x" + "cd" * 32,
        "receivedAt": 1_763_877_600_123,
        "position": position,
    }
    return _sign({"Receipt": _RECEIPT}, "Suyuan Receipt", 31337, message)


def _bad_signatures(good: dict[str, Any]) -> list[dict[str, Any]]:
    raw = bytes.fromhex(good["signature"][2:])
    r, s, v = raw[:32], int.from_bytes(raw[32:64], "big"), raw[64]
    high = (ORDER - s).to_bytes(32, "big")
    variants = [
        ("high s", r + high + bytes([55 - v])),
        ("v of 0/1", raw[:64] + bytes([v - 27])),
        ("v of 29", raw[:64] + bytes([29])),
        ("other v", raw[:64] + bytes([55 - v])),
        ("64 bytes", raw[:64]),
        ("66 bytes", raw + b"\0"),
        ("empty", b""),
        ("all zero", bytes(65)),
        ("r of zero", bytes(32) + raw[32:]),
        ("s of zero", raw[:32] + bytes(32) + raw[64:]),
        ("r beyond the order", ORDER.to_bytes(32, "big") + raw[32:]),
        ("one bit of r", bytes([raw[0] ^ 1]) + raw[1:]),
    ]
    return [
        {"why": why, "digest": good["digest"], "signature": "0x" + bad.hex(), "signer": good["signer"]}
        for why, bad in variants
    ]


def typed_data() -> dict[str, Any]:
    """Broken: what must not be taken as the signer's (refused, or another address)."""
    first = _submission(31337, 1, 1, [_entry(1, 2)])
    other_chain = _submission(1, 1, 1, [_entry(1, 2)])
    submissions = [
        first,
        _submission(31337, 3, 9, [_entry(1, 9, 4), _entry(2, 16), _entry(2**20, 1)]),
        _submission(31337, 2**32 - 1, 2**64 - 1, []),
        other_chain,
        _submission(2**200, 7, 2, [{**_entry(3, 255, 2**32 - 1), "occurredAt": 2**40 - 1}]),
    ]
    replay = {"why": "wrong chain", "digest": other_chain["digest"], "signature": first["signature"]}
    return {
        "submissions": submissions,
        "receipts": [_receipt(0), _receipt(2**64 - 1)],
        "broken": [*_bad_signatures(first), {**replay, "signer": first["signer"]}],
    }
