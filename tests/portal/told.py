"""What two suppliers have told: lots with hostile names, a handover, and a submission that was rejected."""

from __future__ import annotations

import json
from urllib.parse import quote

from sqlalchemy import update

from suyuan.access.model import Caller, Scope
from suyuan.anchoring.tables import operations
from suyuan.catalogue.model import NewProduct
from suyuan.catalogue.register import register_product
from suyuan.journal.model import Limits
from suyuan.journal.submit import Request, submit_document
from suyuan.kernel.hashing import to_hex
from suyuan.kernel.identity import identify, lot_id

GTIN = "06901234567892"
HOSTILE = """<script>alert(3)</script>"'{{ 7*7 }}"""
LOT = f"https://id.gs1.org/01/{GTIN}/10/M2611-07"
OTHER_LOT = f"https://id.gs1.org/01/{GTIN}/10/REJECTED"
HOSTILE_LOT = "https://example.com/lots/" + quote(HOSTILE, safe="")


def told(gateway, parties):
    """Names for the pages: a submission, a rejected one, and lots, each by the id in its address."""
    own = parties[0]
    with gateway.database.transaction() as conn:
        names = {"zh": "安吉散养鸡蛋 30 枚装", "en": "Anji free-range eggs, 30 pcs"}
        register_product(conn, gateway.clock, NewProduct(names=names, gtin=GTIN))
    made = tell(gateway, own, commissioned(LOT), commissioned(HOSTILE_LOT, hour=7))
    tell(gateway, own, offered(LOT, own, parties[1]))
    rejected = tell(gateway, own, commissioned(OTHER_LOT))
    reject(gateway, rejected, "NotQualified(lotId=0x00, party=1)")
    return {
        "submission": made,
        "rejected": rejected,
        "lot": hex_of(LOT),
        "hostile_lot": hex_of(HOSTILE_LOT),
    }


def tell(gateway, party, *events):
    """Submit as this party; the submission's id."""
    document = {
        "@context": ["https://ref.gs1.org/standards/epcis/epcis-context.jsonld"],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-11-23T08:00:00+08:00",
        "epcisBody": {"eventList": list(events)},
    }
    caller = Caller("t", "t", party, frozenset({Scope.SUBMIT, Scope.READ}))
    request = Request(caller, json.dumps(document, ensure_ascii=False).encode())
    with gateway.database.transaction() as conn:
        answer = submit_document(conn, gateway.clock, request, Limits(), gateway.receipt_signer).answer
    return answer["id"]


def commissioned(uri, hour=8):
    return {
        "type": "ObjectEvent",
        "action": "ADD",
        "eventTime": f"2026-11-22T{hour:02}:00:00+08:00",
        "eventTimeZoneOffset": "+08:00",
        "bizStep": "commissioning",
        "quantityList": [{"epcClass": uri, "quantity": 480, "uom": "KGM"}],
    }


def offered(uri, sender, receiver):
    ends = {
        "sourceList": [{"type": "possessing_party", "source": uri_of(sender)}],
        "destinationList": [{"type": "possessing_party", "destination": uri_of(receiver)}],
    }
    return commissioned(uri, hour=9) | {"action": "OBSERVE", "bizStep": "shipping"} | ends


def uri_of(party):
    return f"urn:gdst:example.org:party:{'dew' if party == 1 else 'hills'}"


def reject(gateway, submission, reason):
    """As if the ledger had refused it."""
    with gateway.database.transaction() as conn:
        its = operations.c.reference == submission
        conn.execute(update(operations).where(its).values(state="rejected", reason=reason))


def hex_of(uri):
    return to_hex(lot_id(identify(uri).uri))
