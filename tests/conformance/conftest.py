"""Real vectors lie beside the project, not in it: their licences differ."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

REAL_DATA = Path(__file__).parents[3] / "shared" / "data"

ReadReal = Callable[[str], Any]


@pytest.fixture(scope="session")
def real_path() -> Callable[[str], Path]:
    """The path of a real file; skips where the folder is absent."""

    def find(name: str) -> Path:
        path = REAL_DATA / name
        if not path.exists():
            pytest.skip(f"real data are not here: ../shared/data/{name}")
        return path

    return find


@pytest.fixture(scope="session")
def real(real_path: Callable[[str], Path]) -> ReadReal:
    """A real JSON file, read; skips where the folder is absent."""

    def read(name: str) -> Any:
        return json.loads(real_path(name).read_text("utf-8"))

    return read
