"""Hashes: SHA-256 for everything we commit to, keccak-256 for what the EVM computes.

Leaves and nodes carry the prefixes of RFC 6962, section 2.1, so that neither can be passed off as the other.
"""

from __future__ import annotations

import hashlib

import sha3

HASH_SIZE = 32
_LEAF = b"\x00"
_NODE = b"\x01"


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def keccak256(data: bytes) -> bytes:
    """Keccak with the original padding, as the EVM has it; not SHA3-256."""
    digest: bytes = sha3.keccak_256(data).digest()
    return digest


def leaf_hash(data: bytes) -> bytes:
    """SHA-256(0x00 || data)."""
    return hashlib.sha256(_LEAF + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return hashlib.sha256(_NODE + left + right).digest()


def to_hex(data: bytes) -> str:
    """Lower-case hex with 0x, the only text form of hashes outside."""
    return "0x" + data.hex()


def from_hex(text: str, size: int = HASH_SIZE) -> bytes:
    """Bytes of 0x-hex text of exactly `size` bytes; raises ValueError."""
    if len(text) != 2 + 2 * size or text[:2] != "0x":
        raise ValueError(f"expected 0x and {2 * size} hex digits")
    data = bytes.fromhex(text[2:])
    if len(data) != size:  # bytes.fromhex skips blanks
        raise ValueError(f"expected 0x and {2 * size} hex digits")
    return data
