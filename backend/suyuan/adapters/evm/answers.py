"""Reading a node's answers: what has the wrong type or a member missing tells nothing about the chain."""

from __future__ import annotations

from suyuan.anchoring.ports import Block, ChainUnavailable


def quantity(value: object, what: str) -> int:
    """A JSON-RPC quantity (`0x1f`); raises ChainUnavailable for anything else."""
    if isinstance(value, str) and value.startswith("0x"):
        try:
            return int(value, 16)
        except ValueError:
            pass
    raise ChainUnavailable(f"the node gave no number for {what}")


def octets(value: object, what: str, size: int | None = None) -> bytes:
    """JSON-RPC data (`0x…`) of `size` bytes, or any number of bytes when it is None."""
    if isinstance(value, str) and value.startswith("0x"):
        try:
            decoded = bytes.fromhex(value[2:])
        except ValueError:
            pass
        else:
            if size is None or len(decoded) == size:
                return decoded
    raise ChainUnavailable(f"the node gave no bytes for {what}")


def members(value: object, what: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise ChainUnavailable(f"the node gave no object for {what}")
    return value


def block(value: object) -> Block:
    """A block as `eth_getBlockBy…` gives it."""
    fields = members(value, "a block")
    return Block(
        number=quantity(fields.get("number"), "a block's number"),
        hash=octets(fields.get("hash"), "a block's hash", 32),
        timestamp=quantity(fields.get("timestamp"), "a block's time"),
    )


def optional_block(value: object) -> Block | None:
    return None if value is None else block(value)
