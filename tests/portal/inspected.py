"""What the pages of inspections, proposed holds and webhooks show."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from sqlalchemy import insert

from portal.told import OTHER_LOT
from suyuan.access.model import Caller, Scope
from suyuan.inspections import queries
from suyuan.inspections.event import Occasion
from suyuan.inspections.model import Comparator, Examination, Item, RecordKind, Sample, Verdict
from suyuan.inspections.record import Told, record
from suyuan.journal.model import Limits
from suyuan.webhooks import register
from suyuan.webhooks import tables as t
from suyuan.webhooks.addresses import Allowed
from suyuan.webhooks.register import Wanted

HOSTILE = "<b>铅</b> \"'{{ 7*7 }}"


def inspected(gateway, parties):
    """Names for the pages: a failed report, its proposal, an endpoint, a delivery with a failed attempt."""
    own = parties[0]
    items = (
        Item("感官", "正常", Verdict.PASS),
        Item(HOSTILE, "0.31", Verdict.FAIL, "GB 5009.12", "mg/kg", Comparator.AT_MOST, "0.2"),
    )
    sample = Sample("S-1", date(2026, 11, 1), "<i>杭州</i>", lot="OTHER")
    found = Examination(
        RecordKind.TEST, "R-1 <b>", Verdict.FAIL, items, issued=date(2026, 11, 2), sample=sample
    )
    caller = Caller("0" * 16, "x", own, frozenset({Scope.SUBMIT}))
    told = Told(found, Occasion(OTHER_LOT, datetime(2026, 11, 20, tzinfo=UTC)))
    with gateway.database.transaction() as conn:
        record(conn, gateway.clock, caller, told, Limits(), gateway.receipt_signer)
        noted = queries.records_of_party(conn, own, None, 1)[0]
        mended = replace(found, number="R-2", verdict=Verdict.PASS, items=items[:1], corrects=noted.event_id)
        later = Told(mended, Occasion(OTHER_LOT, datetime(2026, 11, 21, tzinfo=UTC)))
        record(conn, gateway.clock, caller, later, Limits(), gateway.receipt_signer)
        again = Told(replace(found, number="R-3"), Occasion(OTHER_LOT, datetime(2026, 11, 22, tzinfo=UTC)))
        record(conn, gateway.clock, caller, again, Limits(), gateway.receipt_signer)
        wanted = Wanted(HOSTILE, "https://erp.example.com/in", ("handover.*",))
        made, _ = register.add_endpoint(conn, gateway.clock, gateway.keyring, Allowed(), own, wanted)
        sent = register.ping(conn, gateway.clock, own, made)
        conn.execute(
            insert(t.attempts).values(
                delivery=sent,
                number=1,
                at=gateway.clock.now(),
                milliseconds=12,
                outcome="status",
                status=500,
                address="93.184.215.14",
                answer="<script>alert(1)</script>",
            )
        )
    return {"inspection": str(noted.id), "endpoint": made, "delivery": sent}
