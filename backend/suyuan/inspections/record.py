"""Telling a record: the event is submitted and its row written in one transaction.

What comes in another way (an EPCIS document, an uploaded sheet, a signature handed in later) is noted by
`gather` when its submission is final.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from suyuan.access.model import Caller
from suyuan.database.locks import hold
from suyuan.inspections.event import CONTEXT, Occasion, event_of
from suyuan.inspections.model import Examination
from suyuan.inspections.noting import note
from suyuan.inspections.tables import gathered
from suyuan.journal.model import Limits, SubmissionAccepted
from suyuan.journal.queries import events_of_submission
from suyuan.journal.receipts import ReceiptSigner
from suyuan.journal.submit import Request, submit_document
from suyuan.kernel.canonical import canonical_json
from suyuan.kernel.clock import Clock
from suyuan.notices import queries as notices

_PAGE = 20
_TOPIC = "submission.final"


@dataclass(frozen=True, slots=True)
class Told:
    """A record as it is told, on its occasion."""

    record: Examination
    occasion: Occasion

    def document(self) -> bytes:
        """The EPCIS document: the same record on the same occasion is the same bytes."""
        event = event_of(self.record, self.occasion)
        document: Mapping[str, Any] = {
            "@context": CONTEXT,
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": event["eventTime"],
            "epcisBody": {"eventList": [event]},
        }
        return canonical_json(dict(document))

    def request(self, caller: Caller, *, dry_run: bool = False) -> Request:
        return Request(caller, self.document(), dry_run=dry_run)


def record(  # noqa: PLR0913, PLR0917 - a submission's own, and what is told
    conn: Connection, clock: Clock, caller: Caller, told: Told, limits: Limits, signer: ReceiptSigner
) -> SubmissionAccepted:
    """Submit the event and note what it says. Raises what `submit_document` raises; SignatureNeeded for a
    party that signs itself: it prepares `told.request` and hands the signature in.
    """
    accepted = submit_document(conn, clock, told.request(caller), limits, signer)
    for share in accepted.answer["submissions"]:
        if share["id"]:
            note_submission(conn, clock, share["id"])
    return accepted


def note_submission(conn: Connection, clock: Clock, submission: str) -> int:
    """Note every record among a submission's events; how many rows are new."""
    return sum(len(note(conn, clock, event)) for event in events_of_submission(conn, submission))


def is_due(conn: Connection) -> bool:
    """Whether submissions have become final that were not looked through."""
    return bool(notices.after(conn, None, _position(conn) or 0, 1, [_TOPIC]))


def gather(conn: Connection, clock: Clock, limit: int = _PAGE) -> bool:
    """Look through the next final submissions; True when there may be more. For the clerk."""
    hold(conn, "inspections.gathered")
    position = _position(conn)
    if position is None:
        conn.execute(insert(gathered).values(id=1, position=0))
    found = notices.after(conn, None, position or 0, limit, [_TOPIC])
    for each in found:
        note_submission(conn, clock, each.subject)
    if found:
        conn.execute(update(gathered).where(gathered.c.id == 1).values(position=found[-1].position))
    return len(found) == limit


def _position(conn: Connection) -> int | None:
    return conn.execute(select(gathered.c.position).where(gathered.c.id == 1)).scalar()
