"""Reads tests/vectors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

VECTORS = Path(__file__).parents[1] / "vectors"


def load(name: str) -> dict[str, list[dict[str, Any]]]:
    loaded: dict[str, list[dict[str, Any]]] = json.loads((VECTORS / f"{name}.json").read_text("utf-8"))
    return loaded


def raw(text: str) -> bytes:
    """Bytes of 0x-hex of any length."""
    return bytes.fromhex(text.removeprefix("0x"))
