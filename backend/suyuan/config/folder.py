"""The data folder is its owner's alone: the originals of documents and confidential members lie in it."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

#: One of these makes a folder that exists already a data folder: never is a foreign one shut to others.
_MARKS = ("keys", "suyuan.db", "run.json", "logs", "chain")


def private_folder(folder: Path) -> None:
    """Make the data folder where there is none, and have it readable by its owner alone."""
    with suppress(FileExistsError):
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700)
    tighten(folder)


def tighten(folder: Path) -> None:
    """Take away from others what an earlier version, or a hand, gave them; where the folder is ours."""
    try:
        found = folder.stat()
    except OSError:
        return
    loose = stat.S_IMODE(found.st_mode) & 0o077
    if not loose or found.st_uid != os.getuid() or found.st_mode & stat.S_ISVTX:
        return
    if any((folder / mark).exists() for mark in _MARKS) or not any(folder.iterdir()):
        folder.chmod(0o700)


def write_privately() -> None:
    """What this process makes from now on is readable by its owner alone."""
    os.umask(0o077)
