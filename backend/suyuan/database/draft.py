"""`scripts/migration`: drafts a migration by comparing the rooms' tables with the newest migration."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from alembic import command

from suyuan.database import registry
from suyuan.database.engine import Database
from suyuan.database.schema import config, upgrade


def draft(words: str, include: Callable[..., bool] | None = None) -> None:
    """Write the next file of migrations/versions; `include` is Alembic's include_object."""
    registry.load()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/draft.db")
        upgrade(database)
        with database.transaction() as conn:
            settings = config(conn)
            if include is not None:
                settings.attributes["include_object"] = include
            slug = "_".join(words.split())
            revision = f"{datetime.now(UTC):%Y%m%d}_{slug}"[:32]
            command.revision(settings, message=words, autogenerate=True, rev_id=revision)
        database.close()


if __name__ == "__main__":
    if len(sys.argv) != 2 or not Path.cwd().joinpath("pyproject.toml").exists():
        sys.exit('usage: scripts/migration "what changes"')
    draft(sys.argv[1])
