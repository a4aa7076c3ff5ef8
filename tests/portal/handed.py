"""Handovers of two suppliers, for the pages: one to be checked, one accepted in part, its return, one out."""

from __future__ import annotations

from urllib.parse import quote

from portal.told import GTIN, HOSTILE, commissioned, tell
from suyuan.access.model import Caller, Scope
from suyuan.handovers import offline, schemas
from suyuan.handovers.desk import Desk
from suyuan.journal.model import Limits

PHOTO = "0x" + "ab" * 32


def handed(gateway, parties):
    """Ids by what the first party sees in them."""
    own, other = parties
    lots = [f"https://id.gs1.org/01/{GTIN}/10/H{n}" for n in range(4)]
    lots.append("https://example.com/handed/" + quote(HOSTILE, safe=""))
    tell(gateway, other, *(commissioned(lot, hour=6) for lot in lots[:3]))
    tell(gateway, own, *(commissioned(lot, hour=6) for lot in lots[3:]))
    incoming = offer(gateway, other, own, lots[0], note=HOSTILE, seal="A-1", profile="FZ-QF")
    part = offer(gateway, other, own, lots[1])
    answer = {
        "line": 1,
        "accepted": "80",
        "refused": "15",
        "missing": "5",
        "reason": "wet",
        "evidence": [PHOTO],
    }
    accepted = act(gateway, own, part, schemas.Accept.model_validate({"lines": [answer]}))
    outgoing = offer(gateway, own, other, lots[3])
    done = offer(gateway, own, other, lots[4])
    act(gateway, other, done, schemas.Accept.model_validate({"lines": [answer]}))
    return {
        "incoming": incoming,
        "in_part": part,
        "outgoing": outgoing,
        "answered": done,
        "return_lot": accepted.outcome.results[0].return_lot,
    }


def offer(gateway, sender, receiver, lot, **members):
    line = {
        "lot": lot,
        "quantity": "100",
        "uom": "KGM",
        "packs": 10,
        "profile": members.pop("profile", "NONE"),
    }
    body = {"receiver": str(receiver), "lines": [line], **members}
    with gateway.database.transaction() as conn:
        form = schemas.Offer.model_validate(body)
        return offline.offer_and_release(conn, gateway.clock, desk(gateway, sender), form).id


def act(gateway, party, named, form):
    with gateway.database.transaction() as conn:
        return offline.answer_or_wait(conn, gateway.clock, desk(gateway, party), named, form)


def desk(gateway, party):
    caller = Caller("t", "t", party, frozenset({Scope.HANDOVER, Scope.READ}))
    return Desk(caller, Limits(), gateway.receipt_signer)
