from __future__ import annotations

import pytest

from journal_world import World


@pytest.fixture
def world(database):
    return World(database).populate()
