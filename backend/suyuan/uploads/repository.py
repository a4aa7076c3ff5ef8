"""Reading and writing the tables of drafts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Row, delete, insert, select, update

from suyuan.database.prepared import Prepared
from suyuan.kernel.canonical import canonical_json
from suyuan.kernel.clock import Clock
from suyuan.sheets.model import RecordKind
from suyuan.uploads import tables as t
from suyuan.uploads.errors import DraftUnknown
from suyuan.uploads.model import Change, Choice, Draft, Progress, State

_INSERT_BLOCKS = Prepared(insert(t.blocks), t.blocks.c)
_INSERT_DOCUMENTS = Prepared(insert(t.documents), t.documents.c)

#: Columns of drafts that hold JSON.
_JSON = frozenset(
    {"totals", "columns", "header", "notices", "edits", "compared", "samples", "summary", "trouble"}
)


class Block(NamedTuple):
    """A row of `uploads_blocks`; the bytes are those of `codec`."""

    number: int
    rows: int
    raw: bytes
    results: bytes
    marks: bytes
    totals: Mapping[str, int]
    faults: bytes


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A prepared document; `answer` is the journal's once it is in."""

    number: int
    hash: bytes
    body: bytes | None
    events: int
    rows: int
    marks: bytes
    places: bytes
    answer: dict[str, Any] | None


def as_columns(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values of a draft as its row holds them."""
    return {
        name: orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()
        if name in _JSON and value is not None
        else value
        for name, value in values.items()
    }


def insert_draft(conn: Connection, values: Mapping[str, Any]) -> None:
    conn.execute(insert(t.drafts).values(as_columns(values)))


def update_draft(conn: Connection, identifier: str, values: Mapping[str, Any], *conditions: Any) -> bool:
    """Whether the draft met the conditions and was changed."""
    change = update(t.drafts).where(t.drafts.c.id == identifier, *conditions).values(as_columns(values))
    return bool(conn.execute(change).rowcount)


def lock_draft(conn: Connection, identifier: str) -> Draft:
    """The draft, and nobody else changes it until the transaction ends. Raises DraftUnknown."""
    query = select(t.drafts).where(t.drafts.c.id == identifier).with_for_update()
    row = conn.execute(query).one_or_none()
    if row is None:
        raise DraftUnknown("There is no such upload.")
    return draft_of(row)


def drafts_where(conn: Connection, *conditions: Any, limit: int | None = None) -> list[Draft]:
    """Drafts, the newest first."""
    query = select(t.drafts).where(*conditions).order_by(t.drafts.c.id.desc()).limit(limit)
    return [draft_of(row) for row in conn.execute(query)]


def draft_of(row: Row[Any]) -> Draft:
    """A row as a value."""
    found = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name
    for name in _JSON:
        if found[name] is not None:
            found[name] = orjson.loads(found[name])
    progress = Progress(found["done"], found["total"], found["work_since"], found["work_at"])
    columns = found["columns"]
    for name in ("done", "total", "work_since", "work_at", "clerk", "until"):
        del found[name]
    found |= {
        "state": State(found["state"]),
        "kind": RecordKind(found["kind"]) if found["kind"] else None,
        "choice": Choice(found["choice"]) if found["choice"] else None,
        "columns": None if columns is None else {int(index): name for index, name in columns.items()},
        "progress": progress,
    }
    return Draft(**found)


def note_change(
    conn: Connection, clock: Clock, draft: Draft, who: tuple[str, str], what: Mapping[str, Any]
) -> None:
    """Write down that `who` (account or token, name) made the draft's next version."""
    row = {
        "draft": draft.id,
        "version": draft.version + 1,
        "at": clock.now(),
        "who": who[0],
        "name": who[1],
        "what": canonical_json(dict(what)).decode(),
    }
    conn.execute(insert(t.changes).values(row))


def changes_of(conn: Connection, identifier: str, after: int = 0) -> list[Change]:
    """What people did since the version `after`."""
    c = t.changes.c
    query = select(t.changes).where(c.draft == identifier, c.version > after).order_by(c.version)
    return [
        Change(row.version, row.at, row.who, row.name, orjson.loads(row.what)) for row in conn.execute(query)
    ]


def insert_blocks(conn: Connection, draft: str, blocks: Iterable[Block]) -> None:
    rows = [
        {**each._asdict(), "draft": draft, "totals": orjson.dumps(each.totals).decode()} for each in blocks
    ]
    _INSERT_BLOCKS.run_many(conn, rows)


def replace_block(conn: Connection, draft: str, block: Block) -> None:
    its = (t.blocks.c.draft == draft) & (t.blocks.c.number == block.number)
    values = {**block._asdict(), "totals": orjson.dumps(block.totals).decode()}
    conn.execute(update(t.blocks).where(its).values(values))


def forget_rows(conn: Connection, draft: str) -> None:
    """Before the rows are written anew."""
    conn.execute(delete(t.blocks).where(t.blocks.c.draft == draft))


def blocks_where(conn: Connection, draft: str, *conditions: Any, limit: int | None = None) -> list[Block]:
    """Blocks in the file's order."""
    c = t.blocks.c
    query = select(t.blocks).where(c.draft == draft, *conditions).order_by(c.number).limit(limit)
    return [
        Block(row.number, row.rows, row.raw, row.results, row.marks, orjson.loads(row.totals), row.faults)
        for row in conn.execute(query)
    ]


def block_facts(conn: Connection, draft: str) -> list[tuple[int, dict[str, int], bytes, bytes]]:
    """(number, totals, faults, marks) of all blocks: enough to sum up without opening any row."""
    c = t.blocks.c
    query = select(c.number, c.totals, c.faults, c.marks).where(c.draft == draft).order_by(c.number)
    return [(row.number, orjson.loads(row.totals), row.faults, row.marks) for row in conn.execute(query)]


def insert_documents(conn: Connection, draft: str, found: Sequence[StoredDocument]) -> None:
    rows = [
        {
            "draft": draft,
            "number": each.number,
            "hash": each.hash,
            "body": each.body,
            "events": each.events,
            "rows": each.rows,
            "marks": each.marks,
            "places": each.places,
            "answer": None,
        }
        for each in found
    ]
    _INSERT_DOCUMENTS.run_many(conn, rows)


def forget_documents(conn: Connection, draft: str) -> None:
    conn.execute(delete(t.documents).where(t.documents.c.draft == draft))


def documents_where(conn: Connection, draft: str, *conditions: Any) -> list[StoredDocument]:
    c = t.documents.c
    query = select(t.documents).where(c.draft == draft, *conditions).order_by(c.number)
    return [
        StoredDocument(
            row.number,
            row.hash,
            row.body,
            row.events,
            row.rows,
            row.marks,
            row.places,
            orjson.loads(row.answer) if row.answer else None,
        )
        for row in conn.execute(query)
    ]


def document_hashes(conn: Connection, draft: str) -> list[bytes]:
    c = t.documents.c
    return list(conn.execute(select(c.hash).where(c.draft == draft).order_by(c.number)).scalars())


def close_document(conn: Connection, draft: str, number: int, answer: Mapping[str, Any]) -> None:
    """The journal has it: keep its answer, and its bytes no longer twice."""
    its = (t.documents.c.draft == draft) & (t.documents.c.number == number)
    values = {"answer": canonical_json(dict(answer)).decode(), "body": None}
    conn.execute(update(t.documents).where(its).values(values))
