"""The words of the room as they stand in words/{zh,en}.json."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("zh", "en")


@cache
def tree(language: str) -> dict[str, Any]:
    """All words of one language."""
    text = files(__package__).joinpath("words", f"{language}.json").read_bytes()
    found: dict[str, Any] = json.loads(text)
    return found
