"""The embedded chain on disk: three generations of its state, each either whole or not there.

anvil writes its own state file in place and without fsync, so a kill or a full disk can leave half a file
and no older one. Here the state that the node hands out over RPC (gzip, whose checksum tells a torn file)
goes to a temporary file, is synced and renamed, and only then named in `saved.json`.
"""

from __future__ import annotations

import gzip
import json
import logging
import os
import zlib
from pathlib import Path
from typing import Any

from suyuan.adapters.evm.errors import ChainMisconfigured
from suyuan.adapters.evm.policy import SavedPoint

GENERATIONS = 3
SAVED = "saved.json"

log = logging.getLogger(__name__)


class StateFiles:
    """`folder` holds `state-<n>.json.gz`, n growing, and `saved.json` {block, hash} of the newest."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.saved = folder / SAVED

    def write(self, compressed: bytes, point: SavedPoint) -> None:
        """Make this state the newest generation. Raises OSError; the older generations stay."""
        names = self.generations()
        number = _number(names[0]) + 1 if names else 1
        write_synced(self.folder / f"state-{number:012d}.json.gz", compressed)
        self.mark(point)
        for old in self.generations()[GENERATIONS:]:
            old.unlink()

    def mark(self, point: SavedPoint) -> None:
        """Write `saved.json`: everything up to this block survives whatever happens to the node."""
        text = json.dumps({"block": point.block, "hash": "0x" + point.hash.hex()})
        write_synced(self.saved, text.encode())

    def generations(self) -> list[Path]:
        """Newest first."""
        return sorted(self.folder.glob("state-*.json.gz"), key=_number, reverse=True)

    def newest_whole(self) -> bytes | None:
        """The newest state that can be read, as JSON text; None when none was ever saved.

        Unreadable generations are set aside with a line in the log. Raises ChainMisconfigured when there are
        generations and not one can be read: to start an empty chain then would hide the loss.
        """
        found = self.generations()
        for path in found:
            state = _read(path)
            if state is not None:
                return state
            log.error("the chain's state file %s cannot be read; falling back to the one before", path.name)
            path.rename(path.with_name(path.name.replace("state-", "broken-")))
        if found or list(self.folder.glob("broken-*")):
            raise ChainMisconfigured(
                f"none of the embedded chain's state files in {self.folder} can be read; "
                "restore them from a backup, or move the folder away to start an empty chain",
                code="chain.state_unreadable",
            )
        return None


def write_synced(path: Path, content: bytes) -> None:
    """Replace `path` so that after a crash it holds either the old content or all of the new."""
    temporary = path.with_name(path.name + ".tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _read(path: Path) -> bytes | None:
    try:
        state = gzip.decompress(path.read_bytes())
        content = json.loads(state)
    except (OSError, EOFError, ValueError, zlib.error):
        return None
    if not isinstance(content, dict) or "blocks" not in content:
        return None
    return json.dumps(content).encode() if _keep_one_genesis(content) else state


def _keep_one_genesis(content: dict[str, Any]) -> bool:
    """Leave only the oldest block 0, and say whether there were more.

    anvil makes a new one at each start and dumps it beside those that it loaded, in no order; after two
    restarts any of them may come out as the first block, and the chain looks like another.
    """
    firsts = [block for block in content["blocks"] if _hex(block["header"]["number"]) == 0]
    if len(firsts) < 2:
        return False
    true = min(firsts, key=lambda block: _hex(block["header"]["timestamp"]))
    content["blocks"] = [block for block in content["blocks"] if block is true or block not in firsts]
    return True


def _hex(value: str) -> int:
    return int(value, 16)


def _number(path: Path) -> int:
    digits = path.name.removeprefix("state-").removesuffix(".json.gz")
    return int(digits) if digits.isdecimal() else 0
