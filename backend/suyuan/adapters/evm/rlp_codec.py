"""RLP, the encoding of transactions (yellow paper, appendix B): writing only.

By hand for the same reason as the ABI: the rlp package brings pydantic along at each start, and is the oracle
in the tests.
"""

from __future__ import annotations

from collections.abc import Sequence

SHORT = 55
STRING, LIST = 0x80, 0xC0

Item = bytes | int | Sequence["Item"]


def encode(item: Item) -> bytes:
    """A string of bytes, a number (big-endian without leading zeros; 0 is empty), or a list of such."""
    if isinstance(item, int):
        item = item.to_bytes((item.bit_length() + 7) // 8, "big")
    if not isinstance(item, bytes):
        return _with_length(LIST, b"".join(map(encode, item)))
    if len(item) == 1 and item[0] < STRING:
        return item
    return _with_length(STRING, item)


def _with_length(kind: int, content: bytes) -> bytes:
    if len(content) <= SHORT:
        return bytes([kind + len(content)]) + content
    size = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([kind + SHORT + len(size)]) + size + content
