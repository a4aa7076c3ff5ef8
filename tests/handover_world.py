"""Companies that hand goods over: a farm, a carrier, a warehouse and a store, above the journal's world."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from journal_world import World, amount, made
from suyuan.access.model import Caller, Scope
from suyuan.handovers import accept, dispute, leave, measure, offer, offline, queries, schemas
from suyuan.handovers.desk import Desk
from suyuan.handovers.ports import NoTripRecords
from suyuan.kernel.ledger import Role

PHOTO = "0x" + "ab" * 32
SAME = object()


def reading(celsius: str, place: str = "door", **members: Any) -> dict[str, Any]:
    return {"place": place, "celsius": celsius, **members}


def measured(line: int = 1, *celsius: str, core: tuple[str, ...] = (), **members: Any) -> dict[str, Any]:
    """Surfaces at door, middle and front, with a good instrument."""
    places = ("door", "middle", "front", "top", "bottom")
    plain = {
        "line": line,
        "surface": [reading(each, place) for each, place in zip(celsius, places, strict=False)],
        "core": [reading(each) for each in core],
        "instrument": {"id": "T-1", "calibratedUntil": "2027-01-01", "uncertainty": "0.3"},
    }
    return {name: value for name, value in (plain | members).items() if value is not None}


@dataclass
class HandoverWorld:
    world: World
    trips: Any = None

    def populate(self) -> HandoverWorld:
        with self.world.database.transaction() as conn:
            self.world.register(conn, "warehouse", Role.WAREHOUSE)
        return self

    @property
    def database(self):
        return self.world.database

    @property
    def clock(self):
        return self.world.clock

    @property
    def numbers(self):
        return self.world.numbers

    def caller(self, name: str, device: str = "") -> Caller:
        scopes = frozenset({Scope.HANDOVER, Scope.READ})
        return Caller(f"token-{name}{device}", name, self.numbers[name], scopes)

    def desk(self, name: str, device: str = "", **members: Any) -> Desk:
        world = self.world
        trips = self.trips or NoTripRecords()
        return Desk(self.caller(name, device), world.limits, world.signer, trips, **members)

    def make(self, name: str, lot: str, quantity: float = 100, uom: str | None = "KGM") -> str:
        self.world.send(name, made(amount(lot, quantity, uom)))
        return lot if ":" in lot else f"urn:example:lot:{lot}"

    def offer(self, sender: str, receiver: str, *lines: dict[str, Any], **members: Any) -> Any:
        body = {"receiver": str(self.numbers[receiver]), "lines": list(lines), **members}
        form = schemas.Offer.model_validate(body)
        return self.act(offline.offer_and_release, sender, form)

    def line(self, lot: str, quantity: str = "100", uom: str = "KGM", **members: Any) -> dict[str, Any]:
        uri = lot if ":" in lot else f"urn:example:lot:{lot}"
        return {"lot": uri, "quantity": quantity, "uom": uom, **members}

    def accept(self, name: str, handover: str, *lines: dict[str, Any], **members: Any) -> Any:
        device = members.pop("device", "")
        form = schemas.Accept.model_validate({"lines": list(lines), **members})
        return self.act(offline.answer_or_wait, name, handover, form, device=device)

    def refuse(self, name: str, handover: str, **members: Any) -> Any:
        members.setdefault("reason", "too_warm")
        members.setdefault("evidence", [PHOTO])
        return self.act(offline.answer_or_wait, name, handover, schemas.Refuse.model_validate(members))

    def measure(self, name: str, handover: str, *measurements: dict[str, Any], **members: Any) -> Any:
        form = schemas.Measure.model_validate({"measurements": list(measurements), **members})
        return self.act(measure.measure, name, handover, form)

    def depart(self, name: str, handover: str, **members: Any) -> Any:
        return self.act(leave.depart, name, handover, schemas.Depart.model_validate(members))

    def withdraw(self, name: str, handover: str, **members: Any) -> Any:
        return self.act(leave.withdraw, name, handover, schemas.Withdraw.model_validate(members))

    def answer(self, name: str, handover: str, **members: Any) -> Any:
        return self.act(dispute.answer, name, handover, schemas.Answer.model_validate(members))

    def act(self, verb: Any, name: str, *arguments: Any, device: str = "") -> Any:
        with self.database.transaction() as conn:
            return verb(conn, self.clock, self.desk(name, device), *arguments)

    def show(self, handover: str, name: str = "farm") -> dict[str, Any]:
        with self.database.reading() as conn:
            return queries.as_json(conn, queries.visible(conn, handover, self.caller(name)))

    def holder(self, lot: str) -> str:
        names = {number: name for name, number in self.numbers.items()}
        return names[self.world.lot(lot).state.custodian]

    def later(self, **span: int) -> None:
        self.clock.advance(timedelta(**span))


__all__ = ["PHOTO", "HandoverWorld", "accept", "measured", "offer", "reading"]
