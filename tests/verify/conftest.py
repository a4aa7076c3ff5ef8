from __future__ import annotations

import pytest

from fakes.told_story import Story, tell


@pytest.fixture
def story() -> Story:
    return tell()
