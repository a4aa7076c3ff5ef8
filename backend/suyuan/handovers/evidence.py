"""Photos and files that a side names: what it holds itself, the other side sees too."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection

from suyuan.files.errors import FileUnknown
from suyuan.files.store import find, give, party_holder
from suyuan.kernel.clock import Clock
from suyuan.kernel.hashing import from_hex


def share(conn: Connection, clock: Clock, party: int, other: int, told: Any) -> None:
    """Let the `other` side see the files that an act names and its party holds. A hash of what is kept
    elsewhere, or of a stranger's file, opens nothing.
    """
    for each in sorted(set(_hashes(told))):
        with suppress(FileUnknown):
            held = find(conn, from_hex(each), [party_holder(party)])
            give(conn, clock, held, party_holder(other))


def _hashes(told: Any) -> Iterable[str]:
    """Every hash in the body of an act: photos, evidence, logger files."""
    if isinstance(told, dict):
        for name, value in told.items():
            if name in ("photos", "evidence"):
                yield from value
            elif name == "loggerFile" and value:
                yield value
            else:
                yield from _hashes(value)
    elif isinstance(told, list):
        for each in told:
            yield from _hashes(each)
