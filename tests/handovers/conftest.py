from __future__ import annotations

import pytest

from handover_world import HandoverWorld
from journal_world import World


@pytest.fixture
def world(database):
    return HandoverWorld(World(database).populate()).populate()


@pytest.fixture
def quick_world(sqlite_database):
    return HandoverWorld(World(sqlite_database).populate()).populate()
