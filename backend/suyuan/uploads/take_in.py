"""A file arrives: kept by its hash, recognised when it comes again, and left to the clerk."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from suyuan.access.model import Caller
from suyuan.access.trail import note
from suyuan.database.locks import hold
from suyuan.files.model import CheckedFile
from suyuan.files.store import give, keep, party_holder
from suyuan.journal.errors import NotForThisParty
from suyuan.kernel.clock import Clock
from suyuan.kernel.hashing import to_hex
from suyuan.kernel.ids import new_id
from suyuan.parties.queries import the_party
from suyuan.sheets.model import RecordKind
from suyuan.uploads import repository
from suyuan.uploads import tables as t
from suyuan.uploads.model import Draft, State

#: Bytes of one file.
MOST_BYTES = 10_000_000


@dataclass(frozen=True, slots=True)
class Taken:
    """`is_new` is false when the party had handed the very same file in before: that draft is the answer."""

    draft: Draft
    is_new: bool


def take_in(  # noqa: PLR0913, PLR0917 - whose file of what
    conn: Connection,
    clock: Clock,
    caller: Caller,
    party: int,
    file: CheckedFile,
    kind: RecordKind | None = None,
) -> Taken:
    """Keep the file as a draft of `party`; `kind` None: the file says what it tells of.

    A file that the party handed in before leads to its draft, unless that was withdrawn or another kind is
    meant. Raises NotForThisParty, PartyUnknown.
    """
    if not caller.acts_for(party):
        raise NotForThisParty(f"You may not speak for party {party}.")
    the_party(conn, party)
    hold(conn, "uploads", party, file.hash)
    earlier = _earlier(conn, party, file.hash, kind)
    if earlier is not None:
        return Taken(earlier, is_new=False)
    stored = keep(conn, clock, file)
    give(conn, clock, stored, party_holder(party))
    now, identifier = clock.now(), new_id(clock)
    values = {
        "id": identifier,
        "party": party,
        "state": State.UPLOADED,
        "version": 1,
        "kind": kind,
        "file_hash": stored.hash,
        "file_name": stored.name,
        "file_size": stored.size,
        "created_at": now,
        "updated_at": now,
        "uploader": caller.token,
        "uploader_name": caller.name,
        "owner": caller.token,
        "owner_name": caller.name,
        "owned_at": now,
        **BLANK,
    }
    repository.insert_draft(conn, values)
    draft = repository.lock_draft(conn, identifier)
    note(conn, clock, caller, "upload.received", draft.id, {"party": party, "file": to_hex(stored.hash)})
    return Taken(draft, is_new=True)


#: What a draft holds before its rows were looked at.
BLANK = {
    "totals": {},
    "rows": 0,
    "done": 0,
    "total": 0,
    "notices": [],
    "edits": {"cells": [], "replaced": [], "accepted": []},
    "documents": 0,
    "submitted": 0,
}


def _earlier(conn: Connection, party: int, digest: bytes, kind: RecordKind | None) -> Draft | None:
    c = t.drafts.c
    whole = c.parent.is_(None) & c.state.not_in([State.WITHDRAWN, State.REFUSED])
    found = repository.drafts_where(conn, c.party == party, c.file_hash == digest, whole)
    return next((each for each in found if kind is None or each.kind in (None, kind)), None)
