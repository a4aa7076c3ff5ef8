from __future__ import annotations

import pytest

from qualification_world import NOW
from suyuan.kernel.clock import FixedClock
from suyuan.parties.custody import Keyring


@pytest.fixture
def clock():
    return FixedClock(NOW)


@pytest.fixture
def keyring():
    return Keyring(bytes(range(32)))
