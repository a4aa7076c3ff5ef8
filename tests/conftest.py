"""Fixtures of every room: databases, and how thorough property tests are."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

pytest_plugins = ["chromium", "database_fixtures", "signed_in"]

# A test's examples share its database on purpose: each uses names of its own.
_CALM = (HealthCheck.function_scoped_fixture, HealthCheck.too_slow)
settings.register_profile("quick", max_examples=60, deadline=None, suppress_health_check=_CALM)
settings.register_profile(
    "ci", max_examples=200, deadline=None, derandomize=True, suppress_health_check=_CALM
)
settings.register_profile("thorough", max_examples=5000, deadline=None, suppress_health_check=_CALM)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "quick"))
