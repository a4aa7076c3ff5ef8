"""Asking about drafts; every function reads only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from suyuan.access.model import Caller, Scope
from suyuan.files.store import find as find_file
from suyuan.kernel.hashing import leaf_hash, to_hex
from suyuan.kernel.merkle import Tree
from suyuan.sheets.judged import RowResult
from suyuan.uploads import codec, repository
from suyuan.uploads import tables as t
from suyuan.uploads.errors import DraftState
from suyuan.uploads.model import Draft, State

RECEIPT = "suyuan-upload-receipt/1"

#: A place in a draft's rows: block and index there, of the row before.
Place = tuple[int, int]
START: Place = (-1, 0)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows of a draft: those in one of `states`, with the fault (column, rule), where these are given;
    those behind the place `after`.
    """

    states: Sequence[str] = ()
    fault: tuple[str, str] | None = None
    after: Place = START

    def has(self, result: RowResult) -> bool:
        if self.states and result.state not in self.states:
            return False
        return self.fault is None or any((it.column, it.rule) == self.fault for it in result.faults)


def drafts_of(
    conn: Connection,
    caller: Caller,
    states: Sequence[State] = (),
    before: str | None = None,
    limit: int = 100,
) -> list[Draft]:
    """Drafts that the caller may see, the newest first."""
    c = t.drafts.c
    conditions: list[Any] = []
    if caller.party is not None:
        conditions.append(c.party == caller.party)
    elif not caller.scopes & {Scope.REGISTRAR, Scope.AUDIT}:
        return []
    if states:
        conditions.append(c.state.in_(states))
    if before is not None:
        conditions.append(c.id < before)
    return repository.drafts_where(conn, *conditions, limit=limit)


def rows_of(
    conn: Connection, identifier: str, wanted: Wanted, limit: int = 100
) -> list[tuple[Place, RowResult]]:
    """Rows in the file's order with their places."""
    found: list[tuple[Place, RowResult]] = []
    block, index = wanted.after
    for number, totals, _, _ in repository.block_facts(conn, identifier):
        if number < block or (wanted.states and not any(totals.get(state) for state in wanted.states)):
            continue
        (stored,) = repository.blocks_where(conn, identifier, t.blocks.c.number == number)
        for at, result in enumerate(codec.unpack_results(stored.results)):
            if (number > block or at > index) and wanted.has(result):
                found.append(((number, at), result))
                if len(found) == limit:
                    return found
    return found


def all_rows(conn: Connection, identifier: str) -> Iterator[RowResult]:
    """Every row as judged."""
    for number, _, _, _ in repository.block_facts(conn, identifier):
        (stored,) = repository.blocks_where(conn, identifier, t.blocks.c.number == number)
        yield from codec.unpack_results(stored.results)


def receipt_of(conn: Connection, draft: Draft) -> dict[str, Any]:
    """The upload's receipt: the manifest that was signed, and of each document its hash, its path to the
    manifest's root, and the journal's receipts. Raises DraftState before the first document is in.
    """
    if draft.state not in (State.SUBMITTED, State.SUBMITTING, State.SIGNING) or not draft.submitted:
        raise DraftState("There is no receipt before something was submitted.")
    stored = repository.documents_where(conn, draft.id)
    tree = Tree([leaf_hash(each.hash) for each in stored])
    file = find_file(conn, draft.file_hash, None)
    return {
        "format": RECEIPT,
        "upload": draft.id,
        "party": draft.party,
        "state": draft.state,
        "file": {"name": draft.file_name, "hash": to_hex(draft.file_hash), "leaf": to_hex(file.leaf)},
        "manifest": draft.summary,
        "root": to_hex(tree.root),
        "signedBy": draft.signer,
        "signedAt": draft.signed_at.isoformat() if draft.signed_at else None,
        "rows": sum(each.rows for each in stored if each.answer),
        "documents": [
            {
                "number": each.number,
                "hash": to_hex(each.hash),
                "events": each.events,
                "rows": each.rows,
                "path": [to_hex(node) for node in tree.path(each.number)],
                "submissions": _submissions(each.answer),
            }
            for each in stored
        ],
    }


def _submissions(answer: dict[str, Any] | None) -> list[dict[str, Any]]:
    listed = (answer or {}).get("submissions", [])
    return [{"id": each["id"], "entries": each["entries"], "receipt": each["receipt"]} for each in listed]
