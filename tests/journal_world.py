"""Companies, documents and a journal that takes them in; shared by the tests of journal, lots and the
routes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Table, func, select

from suyuan.access.model import Caller, Scope
from suyuan.anchoring.queries import entries_of_lot
from suyuan.anchoring.tables import entries as entries_table
from suyuan.anchoring.tables import leaves, operations
from suyuan.database import Database
from suyuan.journal import tables as journal_tables
from suyuan.journal.model import Limits
from suyuan.journal.receipts import ReceiptSigner
from suyuan.journal.submit import Request, submit_document
from suyuan.kernel.clock import FixedClock
from suyuan.kernel.identity import identify, lot_id
from suyuan.kernel.ledger import Role
from suyuan.lots import tables as lot_tables
from suyuan.lots.registry import lot_of
from suyuan.parties.custody import Keyring
from suyuan.parties.model import NewParty
from suyuan.parties.register import register_party

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
LEDGER = "0x" + "22" * 20
REGISTRAR = Caller("registrar", "registrar", None, frozenset({Scope.REGISTRAR, Scope.AUDIT}))

ROLES = {
    "farm": Role.PRODUCER,
    "mill": Role.PROCESSOR,
    "carrier": Role.CARRIER,
    "store": Role.RETAILER,
    "lab": Role.LABORATORY,
    "inspector": Role.INSPECTOR,
}


def party(name: str) -> str:
    return f"urn:example:party:{name}"


def lot(name: str) -> str:
    return f"urn:example:lot:{name}"


def identifier(uri: str) -> bytes:
    return lot_id(identify(uri).uri)


def amount(name: str, quantity: float | None = None, uom: str | None = "KGM") -> dict[str, Any]:
    uri = name if ":" in name else lot(name)
    if quantity is None:
        return {"epcClass": uri}
    return {"epcClass": uri, "quantity": quantity} | ({"uom": uom} if uom else {})


def event(day: int = 1, hour: int = 8, **members: Any) -> dict[str, Any]:
    """An ObjectEvent of November 2026 unless `members` say otherwise; None takes a member out."""
    plain = {
        "type": "ObjectEvent",
        "action": "OBSERVE",
        "eventTime": f"2026-11-{day:02d}T{hour:02d}:00:00+08:00",
        "eventTimeZoneOffset": "+08:00",
    }
    return {name: value for name, value in (plain | members).items() if value is not None}


def made(*goods: dict[str, Any], **members: Any) -> dict[str, Any]:
    return event(**({"action": "ADD", "bizStep": "commissioning", "quantityList": list(goods)} | members))


def seen(step: str, *goods: dict[str, Any], **members: Any) -> dict[str, Any]:
    return event(**({"bizStep": step, "quantityList": list(goods)} | members))


def shipped(to: str, *goods: dict[str, Any], **members: Any) -> dict[str, Any]:
    ends = {"destinationList": [{"type": "possessing_party", "destination": party(to)}]}
    return seen("shipping", *goods, **(ends | members))


def transformed(
    inputs: list[dict[str, Any]], outputs: list[dict[str, Any]], **members: Any
) -> dict[str, Any]:
    lists = {"inputQuantityList": inputs or None, "outputQuantityList": outputs or None}
    return event(
        **({"type": "TransformationEvent", "action": None, "bizStep": "commissioning"} | lists | members)
    )


def packed(container: str, *goods: dict[str, Any], **members: Any) -> dict[str, Any]:
    plain = {"type": "AggregationEvent", "action": "ADD", "bizStep": "packing", "parentID": container}
    children = {"childQuantityList": list(goods) or None}
    return event(**(plain | children | members))


def document(*events: dict[str, Any], **members: Any) -> dict[str, Any]:
    plain = {
        "@context": [CONTEXT, {"example": "https://ns.example.com/"}],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-11-20T08:00:00Z",
        "epcisBody": {"eventList": list(events)},
    }
    return {name: value for name, value in (plain | members).items() if value is not None}


def as_bytes(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


@dataclass
class World:
    """A journal with six companies (`ROLES`), and what a test wants to know of it."""

    database: Database
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    limits: Limits = field(default_factory=Limits)
    keyring: Keyring = field(default_factory=lambda: Keyring(bytes(range(32))))
    signer: ReceiptSigner = field(default_factory=lambda: ReceiptSigner(bytes([7] * 32), 31337, LEDGER))
    numbers: dict[str, int] = field(default_factory=dict)

    def populate(self) -> World:
        with self.database.transaction() as conn:
            for name, roles in ROLES.items():
                self.register(conn, name, roles)
        return self

    def register(self, conn: Any, name: str, roles: Role, until: datetime | None = None) -> None:
        new = NewParty({"en": name}, (party(name),), roles, until)
        self.numbers[name] = register_party(conn, self.clock, self.keyring, new).number

    def caller(self, name: str) -> Caller:
        return Caller(f"token-{name}", name, self.numbers[name], frozenset({Scope.SUBMIT, Scope.READ}))

    def send(self, name: str, *events: dict[str, Any], **options: Any) -> dict[str, Any]:
        """Submit as this company (or as the registrar for ''); the answer."""
        return self.send_bytes(name, as_bytes(document(*events)), **options)

    def send_bytes(self, name: str, body: bytes, **options: Any) -> dict[str, Any]:
        caller = self.caller(name) if name else REGISTRAR
        request = Request(caller, body, **options)
        with self.database.transaction() as conn:
            accepted = submit_document(conn, self.clock, request, self.limits, self.signer)
        return dict(accepted.answer)

    def kinds(self, name: str) -> list[tuple[str, str]]:
        """(company, kind) of a lot's entries, in order."""
        names = {number: known for known, number in self.numbers.items()}
        uri = name if ":" in name else lot(name)
        with self.database.reading() as conn:
            return [(names[e.party], e.kind.name) for e in entries_of_lot(conn, identifier(uri))]

    def lot(self, name: str) -> Any:
        uri = name if ":" in name else lot(name)
        with self.database.reading() as conn:
            return lot_of(conn, identifier(uri))

    def stored(self) -> dict[str, int]:
        """Rows in every table that a submission writes."""
        tables = [
            *(table for table in vars(journal_tables).values() if isinstance(table, Table)),
            *(table for table in vars(lot_tables).values() if isinstance(table, Table)),
            operations,
            entries_table,
            leaves,
        ]
        with self.database.reading() as conn:
            return {
                table.name: conn.execute(select(func.count()).select_from(table)).scalar_one()
                for table in tables
            }
