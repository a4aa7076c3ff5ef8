import pytest

from contracts_world import World


@pytest.fixture(scope="module")
def world():
    """One chain for a module: tests make their own parties and lots, and never look at others'."""
    return World()
