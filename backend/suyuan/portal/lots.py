"""A supplier's lots: who holds them, how much there is, and their labels."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import Request, Response
from sqlalchemy import Connection

from suyuan.access.model import Scope
from suyuan.anchoring.queries import entries_of_lot
from suyuan.api.gateway import GatewayPart
from suyuan.api.lot_forms import names_of_parties
from suyuan.api.passport import scanned_text
from suyuan.journal.figures import shows_amounts, visible_contradictions
from suyuan.kernel.hashing import from_hex
from suyuan.kernel.identity import identify
from suyuan.kernel.ledger import Kind
from suyuan.lots.errors import LotUnknown
from suyuan.lots.holdings import Holding, concerns, lots_of_party
from suyuan.lots.model import Lot
from suyuan.lots.queries import balance_of, stays_of
from suyuan.lots.registry import find_lot
from suyuan.portal import address, labels
from suyuan.portal.frame import page, portal_router
from suyuan.portal.goods import goods_of
from suyuan.portal.session import Member, Person
from suyuan.portal.submission_view import TONES

router = portal_router(prefix="/supplier/lots")

PER_PAGE = 50
#: The newest entries of a lot on its page; all stand on its passport.
ENTRIES = 50


@router.get("")
def lots(request: Request, parts: GatewayPart, person: Member) -> Response:
    """The lots that the party has to do with, the newest first."""
    which = address.choice(request, "which", Holding) or Holding.ALL
    part, before = address.text(request, "q"), address.number(request, "before")
    with parts.database.reading() as conn:
        found = lots_of_party(conn, person.number, which, before, PER_PAGE + 1, part)
        rows = goods_of(conn, found[:PER_PAGE])
        names = names_of_parties(conn, {each.lot.state.custodian for each in rows})
    return page(
        request,
        person,
        "lots/list.html",
        rows=rows,
        names=names,
        own=person.number,
        choices=list(Holding),
        which=which,
        q=part,
        first=address.here_with(request, before=None) if before else "",
        next=address.here_with(request, before=found[PER_PAGE - 1].number) if len(found) > PER_PAGE else "",
    )


@router.get("/{lot_id}")
def lot(lot_id: str, request: Request, parts: GatewayPart, person: Member) -> Response:
    """One lot. Raises LotUnknown as well where the party has nothing to do with it."""
    with parts.database.reading() as conn:
        found = _own(conn, person, lot_id)
        (goods,) = goods_of(conn, [found])
        entries = entries_of_lot(conn, found.lot_id)
        state = found.state
        met = {each.party for each in entries} | {each.counterparty for each in entries}
        shows = shows_amounts(conn, [found.lot_id], person.caller)
        return page(
            request,
            person,
            "lots/one.html",
            goods=goods,
            own=person.number,
            may_offer=_may_offer(person, found),
            names=names_of_parties(conn, met | {state.custodian, state.offered_to, found.maker}),
            entries=entries[::-1][:ENTRIES],
            count=len(entries),
            tones=TONES,
            amounts=sorted(balance_of(conn, found.lot_id).items()) if shows else None,
            containers=goods_of(
                conn, [s.container for s in stays_of(conn, found.lot_id, limit=20) if s.until is None]
            ),
            contradictions=visible_contradictions(conn, found.lot_id, person.caller),
        )


def _may_offer(person: Person, found: Lot) -> bool:
    """Whether the reader can hand it to somebody now."""
    free = found.state.custodian == person.number and not found.state.offered_to
    return free and person.caller.has(Scope.HANDOVER)


@router.get("/{lot_id}/label")
def label(lot_id: str, request: Request, parts: GatewayPart, person: Member) -> Response:
    """Labels to print: one lot, so many copies, in a size. Raises LotUnknown."""
    wanted = labels.Wanted.of(request)
    with parts.database.reading() as conn:
        (goods,) = goods_of(conn, [_own(conn, person, lot_id)])
        made = _made_at(conn, goods.lot)
    scanned = scanned_text(parts, identify(goods.lot.uri))
    return page(
        request,
        person,
        "lots/label.html",
        goods=goods,
        made=made,
        wanted=wanted,
        sizes=list(labels.Size),
        papers=list(labels.Paper),
        most=labels.MOST_COPIES,
        fit=labels.fit(scanned, wanted.size),
        scanned=scanned,
    )


def _own(conn: Connection, person: Person, named: str) -> Lot:
    """The lot of a 0x lot id, when the person's party has to do with it; else LotUnknown."""
    try:
        found = find_lot(conn, from_hex(named))
    except ValueError:
        found = None
    if found is None or not concerns(conn, found, person.number):
        raise LotUnknown(f"Nothing of yours is recorded about {named[:80]}.")
    return found


def _made_at(conn: Connection, lot: Lot) -> datetime | None:
    """When its maker says that it was made."""
    made = [
        each.occurred_at
        for each in entries_of_lot(conn, lot.lot_id)
        if each.kind in {Kind.PRODUCED, Kind.PROCESSED} and each.party == lot.maker
    ]
    return datetime.fromtimestamp(min(made), UTC) if made else None
