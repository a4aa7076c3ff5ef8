"""What the platform knows already: the same firm, the same licence, the same file with somebody else."""

from __future__ import annotations

import json

from sqlalchemy import Connection, select

from suyuan.files import store
from suyuan.parties.queries import party_by_uri
from suyuan.parties.tables import parties
from suyuan.qualification.identifiers import party_uri
from suyuan.qualification.judging import Check, Verdict
from suyuan.qualification.model import LIVE, Application, Document, DocumentState, Kind
from suyuan.qualification.tables import applications, documents

_NUMBERED = frozenset({Kind.PRODUCTION_LICENCE, Kind.TRADE_LICENCE, Kind.LABORATORY})
_STANDING = (str(DocumentState.APPROVED), str(DocumentState.REPLACED))


def taken_checks(conn: Connection, application: Application, papers: list[Document]) -> list[Check]:
    """What others have already, and so cannot be this firm's too."""
    form = application.form
    found = _firm_checks(conn, application)
    if form.gln and party_by_uri(conn, party_uri(form)) is not None:
        message = "This GLN is a party's already."
        found.append(Check("form.gln-taken", Verdict.FAIL, "/gln", message, "Check it for a slip."))
    for place, paper in enumerate(papers):
        if paper.kind in _NUMBERED and licence_owner(conn, paper.facts.number, application.party) is not None:
            message = f"{paper.facts.number} is the licence of another party."
            at = f"/documents/{place}/number"
            found.append(Check("licence.taken", Verdict.FAIL, at, message, "Use the firm's own licence."))
    return found


def alike_checks(conn: Connection, application: Application, papers: list[Document]) -> list[Check]:
    """What looks the same elsewhere; for the registrar's eyes only."""
    found = []
    own = {store.account_holder(application.account)}
    if application.party is not None:
        own.add(store.party_holder(application.party))
    for place, paper in enumerate(papers):
        others = [each for each in store.holders_of(conn, paper.file) if each not in own]
        verdict = Verdict.WARN if others else Verdict.PASS
        named = ", ".join(each for each in others if each.startswith("party:")) or "-"
        at = f"/documents/{place}/file"
        found.append(Check("document.file-elsewhere", verdict, at, values={"holders": named}))
        if paper.kind in _NUMBERED and _applied_elsewhere(conn, application, paper.facts.number):
            at = f"/documents/{place}/number"
            found.append(Check("licence.applied", Verdict.WARN, at, values={"number": paper.facts.number}))
    return found


def licence_owner(conn: Connection, number: str, but: int | None = None) -> int | None:
    """The party, other than `but`, to whom this licence belongs."""
    its = (documents.c.number == number) & documents.c.state.in_(_STANDING) & documents.c.party.is_not(None)
    for party in conn.execute(select(documents.c.party).where(its)).scalars():
        if party != but:
            return int(party)
    # Parties that were registered by hand have their licences in the row; the number is quoted JSON there.
    like = parties.c.licences.contains(json.dumps(number), autoescape=True)
    query = select(parties.c.number).where(like).order_by(parties.c.number)
    return next((int(each) for each in conn.execute(query).scalars() if each != but), None)


def _firm_checks(conn: Connection, application: Application) -> list[Check]:
    code = application.form.credit_code
    if not code:
        return []
    registered = select(parties.c.number).where(parties.c.credit_code == code)
    if conn.execute(registered).scalar() is not None:
        message = "The firm with this credit code is registered already."
        fix = "Ask its administrator for an account."
        return [Check("form.firm-registered", Verdict.FAIL, "/creditCode", message, fix)]
    live = applications.c.state.in_([str(state) for state in LIVE])
    other = select(applications.c.id).where(
        applications.c.credit_code == code, live, applications.c.id != application.id
    )
    if conn.execute(other).scalar() is not None:
        message = "There is an application of the firm with this credit code already."
        fix = "Wait for its end, or ask your colleague."
        return [Check("form.firm-applied", Verdict.FAIL, "/creditCode", message, fix)]
    return [Check("form.firm", Verdict.PASS, "/creditCode")]


def _applied_elsewhere(conn: Connection, application: Application, number: str) -> bool:
    others = (documents.c.number == number) & (documents.c.application != application.id)
    waiting = documents.c.state == str(DocumentState.SUBMITTED)
    return conn.execute(select(documents.c.id).where(others, waiting).limit(1)).scalar() is not None
