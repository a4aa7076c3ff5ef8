"""Applications and papers of the first supplier, for the pages of qualification."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import qualification_world as world
from suyuan.access.model import Caller, Scope
from suyuan.qualification import apply, renew
from suyuan.qualification.model import Kind

HOSTILE = """<script>alert(5)</script>"'{{ 7*7 }}"""


def qualified(gateway, parties):
    """Names for the pages: an application that waits, one that was asked about."""
    with gateway.database.transaction() as conn:
        clock = gateway.clock
        caller = world.applicant(conn, clock, "applicant@example.com")
        names = {"zh": f"新芽食品{HOSTILE}", "en": HOSTILE}
        # Another district, a wrong check digit, and goods that the licence does not cover: warnings.
        papers = [
            (Kind.BUSINESS_LICENCE, replace(world.LICENCE, issuer=HOSTILE)),
            (Kind.PRODUCTION_LICENCE, replace(world.PRODUCTION, number="SC11432010400102")),
            (Kind.TEST_REPORT, world.REPORT),
        ]
        form = replace(world.FORM, names=names)
        waiting = world.filled_in(conn, clock, caller, form=form, papers=papers)
        apply.submit(conn, clock, caller, waiting)
        own = Caller("000000000000000f", "x", parties[0], frozenset({Scope.PARTY_ADMIN, Scope.READ}))
        desk = world.registrar("00000000000000ad")
        soon = replace(world.LICENCE, valid_until=date(2026, 12, 20))
        over = replace(world.PRODUCTION, number="HACCP-2026-1", valid_until=date(2026, 11, 24))
        for kind, facts, is_approved in (
            (Kind.BUSINESS_LICENCE, replace(soon, number=world.OTHER_CODE), True),
            (Kind.HACCP, over, True),
            (Kind.ORGANIC, replace(over, number=HOSTILE, valid_until=date(2028, 1, 1)), False),
        ):
            made = renew.hand_in(conn, clock, own, parties[0], kind, facts, world.paper(str(kind)))
            if is_approved:
                renew.approve(conn, clock, desk, made.id)
    return {"application": waiting, "qualified": str(parties[0]), "paper": made.id}


def applying(conn, clock, account):
    """A draft of this person's, all of it filled in but the last paper."""
    caller = Caller(account, "李梅", None, frozenset(), account=account)
    form = replace(world.FORM, names={"zh": f"新芽食品{HOSTILE}", "en": HOSTILE})
    world.filled_in(conn, clock, caller, form=form, papers=[(Kind.PRODUCTION_LICENCE, world.PRODUCTION)])
