"""A draft and its states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from suyuan.sheets.model import RecordKind

#: Rows of one block.
BLOCK_ROWS = 500
#: Events of one document, which is written in one transaction: more would keep other writers waiting for more
#: than a quarter of a second, fewer would have the clerk wait for others too often.
DOCUMENT_EVENTS = 1_000
#: Rows of one document where several are one event: far from the journal's most entries.
DOCUMENT_ROWS = 4_000
#: Whoever changed a draft last has it to himself for this long, unless somebody takes it over.
LOCKED_FOR = timedelta(minutes=10)
#: Rows that a correction mends at once; more of them are left to the clerk.
AT_ONCE = 2_000
#: Rows that the summary shows, chosen by the manifest's root.
SAMPLES = 5


class State(StrEnum):
    """`uploaded`, `checking`, `preparing`, `signed` and `submitting` are the clerk's to move on; at the
    others the party has the word, or the draft has ended.
    """

    UPLOADED = "uploaded"
    NEEDS_MAPPING = "needs_mapping"
    CHECKING = "checking"
    NEEDS_FIXES = "needs_fixes"
    PREPARING = "preparing"
    VALID = "valid"  # documents and manifest stand: it can be signed
    SIGNED = "signed"
    SIGNING = "signing"  # the party signs each document with its own key
    SUBMITTING = "submitting"
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"  # the file cannot be read


#: What the clerk takes in hand.
WORK = (State.UPLOADED, State.CHECKING, State.PREPARING, State.SIGNED, State.SUBMITTING)
#: What the party may still change or take back.
OPEN = (
    State.UPLOADED,
    State.NEEDS_MAPPING,
    State.CHECKING,
    State.NEEDS_FIXES,
    State.PREPARING,
    State.VALID,
)
EDITABLE = (State.NEEDS_FIXES, State.VALID)
ENDED = (State.SUBMITTED, State.WITHDRAWN, State.REFUSED)


class Choice(StrEnum):
    """Which rows are to be submitted: all of them, or only the good ones, the rest staying a draft."""

    ALL = "all"
    GOOD = "good"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the clerk is in the present state: `done` of `total` rows since `since`."""

    done: int = 0
    total: int = 0
    since: datetime | None = None
    at: datetime | None = None

    @property
    def rate(self) -> int:
        """Rows a second."""
        if self.since is None or self.at is None or self.at <= self.since:
            return 0
        return int(self.done / ((self.at - self.since) / timedelta(seconds=1)))

    @property
    def remaining(self) -> int | None:
        """Seconds that the rest will take at this rate, rounded up."""
        return -(-(self.total - self.done) // self.rate) if self.rate else None


@dataclass(frozen=True, slots=True)
class Draft:
    """One uploaded sheet on its way. `version` rises with every change that a person makes; `totals` counts
    rows by state; `notices` are what the reader said of the file; `signer` is an account or a token. `root`
    is the manifest's, `summary` what is signed (see `preparing`).
    """

    id: str
    party: int
    state: State
    version: int
    kind: RecordKind | None
    file_hash: bytes
    file_name: str
    file_size: int
    created_at: datetime
    updated_at: datetime
    uploader: str
    uploader_name: str
    owner: str
    owner_name: str
    owned_at: datetime
    totals: Mapping[str, int]
    rows: int
    progress: Progress
    columns: Mapping[int, str] | None
    header: Mapping[str, Any] | None
    notices: list[dict[str, Any]]
    edits: Mapping[str, Any]
    choice: Choice | None
    parent: str | None
    remainder: str | None
    compared: Mapping[str, Any] | None
    samples: list[dict[str, Any]] | None
    summary: Mapping[str, Any] | None
    root: bytes | None
    documents: int
    submitted: int
    signer: str | None
    signer_name: str | None
    signed_at: datetime | None
    trouble: Mapping[str, Any] | None

    @property
    def good(self) -> int:
        return self.totals.get("ok", 0)

    @property
    def faulty(self) -> int:
        """Rows that hinder the draft as a whole; what was told once before does not, it is left out."""
        return sum(self.totals.get(state, 0) for state in ("error", "fixable"))


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a person did to a draft; `version` is what the draft had afterwards."""

    version: int
    at: datetime
    who: str
    name: str
    what: Mapping[str, Any]

    @property
    def words(self) -> str:
        """What was done, in a few words: `act` and its facts."""
        facts = ", ".join(f"{name} {value}" for name, value in self.what.items() if name != "act")
        return f"{self.what.get('act', '')} {facts}".strip()
