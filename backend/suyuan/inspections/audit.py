"""Records of inspections and tests against the events that they were read from."""

from __future__ import annotations

from collections.abc import Iterator

import orjson
from sqlalchemy import Connection, select

from suyuan.anchoring.audit_state import Difference
from suyuan.inspections.members import read, record_kind
from suyuan.inspections.rules import failed
from suyuan.inspections.tables import proposals, records
from suyuan.journal.queries import events_by_hash

_PAGE = 500


def audit_inspections(conn: Connection) -> Iterator[Difference]:
    """Every difference, named by its row. What was found beside a record (`findings`) depends on when it was
    noted, and is not compared.
    """
    last = 0
    while True:
        rows = conn.execute(
            select(records).where(records.c.id > last).order_by(records.c.id).limit(_PAGE)
        ).all()
        told = events_by_hash(conn, [row.event_hash for row in rows])
        its = proposals.c.record.in_([row.id for row in rows])
        proposed = {row.record: row for row in conn.execute(select(proposals).where(its))}
        for row in rows:
            name = f"inspections_records {row.id}"
            event = told.get(row.event_hash)
            public = None if event is None else orjson.loads(event.public)
            kind = None if public is None else record_kind(public)
            record = None if public is None or kind is None else read(public[kind.member], kind)[0]
            if record is None:
                yield Difference(name, "its event tells no such record")
                continue
            says = (str(kind), record.number, str(record.verdict), failed(record), record.corrects)
            if (row.kind, row.number, row.verdict, row.failed, row.corrects) != says:
                yield Difference(name, "is not what its event says")
            made = proposed.get(row.id)
            if failed(record) and (made is None or made.lot_id != row.lot_id):
                yield Difference(
                    f"inspections_hold_proposals of record {row.id}", "is missing, or of another lot"
                )
        if len(rows) < _PAGE:
            return
        last = rows[-1].id
