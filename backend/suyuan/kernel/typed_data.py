"""EIP-712 digests of what parties and the operator sign, and secp256k1 signatures over them.

Encoded by hand, because the types are fixed: abi.encode of fixed-size members is a row of 32-byte words.
`docs/formats/canonical.md` gives the type strings; the contract and eth_account are the oracles in the tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import coincurve

from suyuan.kernel.hashing import keccak256, to_hex
from suyuan.kernel.ledger import LedgerEntry

SIGNATURE_SIZE = 65
DOMAIN_TYPE = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
ENTRY_TYPE = "Entry(bytes32 lotId,bytes32 eventHash,uint40 occurredAt,uint32 counterparty,uint8 kind)"
SUBMISSION_TYPE = "Submission(uint32 party,uint64 sequence,Entry[] entries)" + ENTRY_TYPE
RECEIPT_TYPE = (
    "Receipt(string submission,uint32 party,bytes32 documentHash,bytes32 entriesHash,"
    "uint64 receivedAt,uint64 position)"
)
LEDGER_DOMAIN = ("Suyuan TraceLedger", "1")
RECEIPT_DOMAIN = ("Suyuan Receipt", "1")

_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
_HALF_ORDER = _ORDER // 2
_DOMAIN_HASH = keccak256(DOMAIN_TYPE.encode())
_ENTRY_HASH = keccak256(ENTRY_TYPE.encode())
_SUBMISSION_HASH = keccak256(SUBMISSION_TYPE.encode())
_RECEIPT_HASH = keccak256(RECEIPT_TYPE.encode())


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the operator promises to have taken in. `received_at` is milliseconds since 1970."""

    submission: str
    party: int
    document_hash: bytes
    entries_hash: bytes
    received_at: int
    position: int


def submission_digest(
    chain_id: int, ledger_address: str, party: int, sequence: int, entries: Sequence[LedgerEntry]
) -> bytes:
    """The 32 bytes that a party signs. Raises ValueError when a value does not fit its type."""
    struct = keccak256(_SUBMISSION_HASH + _word(party, 32) + _word(sequence, 64) + entries_hash(entries))
    return _digest(_domain(LEDGER_DOMAIN, chain_id, ledger_address), struct)


def submission_typed_data(
    chain_id: int, ledger_address: str, party: int, sequence: int, entries: Sequence[LedgerEntry]
) -> dict[str, Any]:
    """The same as the JSON that wallets sign with `eth_signTypedData_v4`."""
    name, version = LEDGER_DOMAIN
    return {
        "types": {
            "EIP712Domain": _members(DOMAIN_TYPE),
            "Entry": _members(ENTRY_TYPE),
            "Submission": _members(SUBMISSION_TYPE.removesuffix(ENTRY_TYPE)),
        },
        "primaryType": "Submission",
        "domain": {
            "name": name,
            "version": version,
            "chainId": chain_id,
            "verifyingContract": checksum_address(ledger_address),
        },
        "message": {
            "party": party,
            "sequence": sequence,
            "entries": [
                {
                    "lotId": to_hex(each.lot_id),
                    "eventHash": to_hex(each.event_hash),
                    "occurredAt": each.occurred_at,
                    "counterparty": each.counterparty,
                    "kind": int(each.kind),
                }
                for each in entries
            ],
        },
    }


def _members(declared: str) -> list[dict[str, str]]:
    """`Name(type member,...)` as wallets want it."""
    inside = declared[declared.index("(") + 1 : declared.rindex(")")]
    return [dict(zip(("type", "name"), each.split(" "), strict=True)) for each in inside.split(",")]


def entries_hash(entries: Sequence[LedgerEntry]) -> bytes:
    """keccak256 over the entries' struct hashes: the EIP-712 form of `Entry[]`, also what a receipt names."""
    return keccak256(b"".join(map(_entry_hash, entries)))


def _entry_hash(entry: LedgerEntry) -> bytes:
    return keccak256(
        _ENTRY_HASH
        + _bytes32(entry.lot_id)
        + _bytes32(entry.event_hash)
        + _word(entry.occurred_at, 40)
        + _word(entry.counterparty, 32)
        + _word(entry.kind, 8)
    )


def receipt_digest(chain_id: int, ledger_address: str, receipt: Receipt) -> bytes:
    """The 32 bytes that the operator signs for a submission taken in."""
    struct = keccak256(
        _RECEIPT_HASH
        + keccak256(receipt.submission.encode())
        + _word(receipt.party, 32)
        + _bytes32(receipt.document_hash)
        + _bytes32(receipt.entries_hash)
        + _word(receipt.received_at, 64)
        + _word(receipt.position, 64)
    )
    return _digest(_domain(RECEIPT_DOMAIN, chain_id, ledger_address), struct)


@lru_cache(maxsize=16)
def _domain(named: tuple[str, str], chain_id: int, contract: str) -> bytes:
    name, version = named
    return keccak256(
        _DOMAIN_HASH
        + keccak256(name.encode())
        + keccak256(version.encode())
        + _word(chain_id, 256)
        + bytes(12)
        + address_bytes(contract)
    )


def _digest(domain: bytes, struct: bytes) -> bytes:
    return keccak256(b"\x19\x01" + domain + struct)


def _word(value: int, bits: int) -> bytes:
    if not 0 <= value < 1 << bits:
        raise ValueError(f"{value} does not fit uint{bits}")
    return int(value).to_bytes(32, "big")


def _bytes32(value: bytes) -> bytes:
    if len(value) != 32:
        raise ValueError(f"expected 32 bytes, not {len(value)}")
    return value


def sign(digest: bytes, private_key: bytes) -> bytes:
    """65 bytes r, s, v: deterministic (RFC 6979), low s (EIP-2), v 27 or 28."""
    signature = _key(private_key).sign_recoverable(_bytes32(digest), hasher=None)
    return bytes(signature[:64]) + bytes([signature[64] + 27])


@lru_cache(maxsize=1)
def _key(private_key: bytes) -> coincurve.PrivateKey:
    """Kept for the next signature: working out the public key takes as long as signing does."""
    return coincurve.PrivateKey(private_key)


def personal_digest(message: str) -> bytes:
    """The 32 bytes that a wallet signs for a text (EIP-191, `personal_sign`)."""
    text = message.encode()
    return keccak256(b"\x19Ethereum Signed Message:\n" + str(len(text)).encode() + text)


def recover(digest: bytes, signature: bytes) -> str | None:
    """The checksummed address that signed, or None: wrong length, high s, v not 27/28, no point on the curve.

    A signature longer than 65 bytes is a contract wallet's (EIP-1271) and can only be asked of the chain.
    """
    if len(digest) != 32 or len(signature) != SIGNATURE_SIZE or signature[64] not in (27, 28):
        return None
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big")
    if not 0 < r < _ORDER or not 0 < s <= _HALF_ORDER:
        return None
    compact = signature[:64] + bytes([signature[64] - 27])
    try:
        key = coincurve.PublicKey.from_signature_and_message(compact, digest, hasher=None)
    except Exception:  # noqa: BLE001 - libsecp256k1's binding raises bare Exception for no such point
        return None
    return _address(key)


def address_of(private_key: bytes) -> str:
    """The checksummed address of a 32-byte private key; raises ValueError on zero or out of range."""
    return _address(coincurve.PrivateKey(private_key).public_key)


def _address(key: coincurve.PublicKey) -> str:
    return _checksummed(keccak256(key.format(compressed=False)[1:])[12:])


@lru_cache(maxsize=4096)
def _checksummed(address: bytes) -> str:
    """Kept, because the same few parties sign everything and the checksum is a good part of a recovery."""
    return checksum_address("0x" + address.hex())


def checksum_address(text: str) -> str:
    """EIP-55 form of an address; raises ValueError when it is none, or its mixed case is a wrong checksum."""
    digits = text[2:]
    if len(text) != 42 or text[:2] != "0x" or any(digit not in "0123456789abcdefABCDEF" for digit in digits):
        raise ValueError(f"not an address: {text!r}")
    lower = digits.lower()
    nibbles = keccak256(lower.encode("ascii")).hex()
    mixed = "".join(
        char.upper() if int(nibble, 16) >= 8 else char for char, nibble in zip(lower, nibbles, strict=False)
    )
    if digits not in (lower, lower.upper(), mixed):
        raise ValueError(f"wrong checksum in address {text!r}")
    return "0x" + mixed


def address_bytes(text: str) -> bytes:
    """The 20 bytes of an address; raises ValueError like `checksum_address`."""
    return bytes.fromhex(checksum_address(text)[2:])
