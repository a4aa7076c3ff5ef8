"""What a gateway and a clerk do with uploads, without either process."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field

from suyuan.database import Database
from suyuan.files.inspect import inspect
from suyuan.files.model import SHEETS
from suyuan.journal.model import Limits
from suyuan.journal.receipts import ReceiptSigner
from suyuan.kernel.clock import Clock
from suyuan.uploads import repository, signing
from suyuan.uploads import tables as t
from suyuan.uploads.duty import Desk
from suyuan.uploads.opening import Asked, find
from suyuan.uploads.steps import check_next, submit_next
from suyuan.uploads.take_in import take_in

HEADINGS = ("product", "lot", "quantity", "unit", "site", "date", "origin")


def row(number, **changed):
    found = {
        "product": "09520718000013",
        "lot": f"L{number}",
        "quantity": "12.5",
        "unit": "KGM",
        "site": "9520718001904",
        "date": "2026-11-20",
        "origin": "江苏无锡",
    } | changed
    return [found[name] for name in HEADINGS]


def sheet(rows, headings=HEADINGS):
    """A CSV of harvests."""
    text = io.StringIO()
    csv.writer(text).writerows([headings, *rows])
    return text.getvalue().encode()


@dataclass
class World:
    database: Database
    clock: Clock
    receipts: ReceiptSigner
    limits: Limits
    desks: list[Desk] = field(default_factory=list)

    def desk(self, name="clerk one"):
        return Desk(self.database, self.clock, self.limits, self.receipts, name)

    def upload(self, caller, data, name="harvest.csv", kind="harvest"):
        with self.database.transaction() as conn:
            checked = inspect(data, name, SHEETS)
            return take_in(conn, self.clock, caller, caller.party, checked, kind).draft

    def draft(self, identifier):
        with self.database.reading() as conn:
            return repository.drafts_where(conn, t.drafts.c.id == identifier)[0]

    def seen(self, caller, identifier):
        with self.database.reading() as conn:
            return find(conn, caller, identifier)

    def checked(self, caller, data, **options):
        """An upload after the clerk has looked at it."""
        draft = self.upload(caller, data, **options)
        desk = self.desk()
        while check_next(desk):
            pass
        return self.draft(draft.id)

    def sign(self, caller, draft):
        with self.database.transaction() as conn:
            return signing.sign(conn, self.clock, Asked(caller, draft.id, draft.version), draft.root)

    def submitted(self, draft):
        """The draft after the clerk has submitted what was signed."""
        desk = self.desk()
        while submit_next(desk):
            pass
        return self.draft(draft.id)
