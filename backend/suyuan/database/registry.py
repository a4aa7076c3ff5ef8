"""Where the tables are: every room that has a `tables` module, from the lowest floor up.

Named, not imported: this room knows no other. `load()` is for those who create or compare the whole schema
(tests, migrations' authors); the running system knows it through the migrations alone.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from sqlalchemy import MetaData

from suyuan.database.metadata import metadata

ROOMS = (
    "notices",
    "anchoring",
    "access",
    "files",
    "parties",
    "qualification",
    "catalogue",
    "lots",
    "journal",
    "handovers",
    "inspections",
    "uploads",
    "webhooks",
)


def load() -> MetaData:
    """Import every room's tables, and return the metadata they filled."""
    for room in ROOMS:
        name = f"suyuan.{room}.tables"
        if find_spec(name):
            import_module(name)
    return metadata
