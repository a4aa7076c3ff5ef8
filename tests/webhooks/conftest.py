from __future__ import annotations

import pytest

from webhook_world import World


@pytest.fixture
def world(database):
    return World(database)
