"""The harness as a fixture."""

from __future__ import annotations

import pytest

from anchoring_harness import Harness
from suyuan.database import Database


@pytest.fixture
def harness(database: Database) -> Harness:
    return Harness(database)
