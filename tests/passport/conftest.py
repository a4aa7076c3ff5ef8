from __future__ import annotations

import pytest

from passport.recorded_world import RecordedWorld, tell_whole_story
from suyuan.database import Database, upgrade


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A world for tests that only look; the kind of database plays no part in them."""
    folder = tmp_path_factory.mktemp("world")
    database = Database(f"sqlite:///{folder / 'suyuan.db'}")
    upgrade(database)
    found = RecordedWorld(database, folder)
    tell_whole_story(found)
    found.record()
    yield found
    database.close()
