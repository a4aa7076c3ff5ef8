"""Who has let whom in: where two people must decide, one of them is no creature of the other's.

Whoever may invite people and make tokens could otherwise be both: he enters by a token of his own and decides
in person, or makes an account in a party and then agrees with it. What is asked here is on record anyway.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, select

from suyuan.access.tables import accounts, companies, invitations, tokens, trail
from suyuan.kernel.clock import Clock

#: Ways in that are older are nobody's in particular any more.
RECENT = timedelta(days=30)


def behind(conn: Connection, who: str) -> str:
    """The person behind a token: who made it, or made the one that made it. Anything else is itself."""
    seen = {who}
    while (maker := _maker(conn, "token.made", who)) is not None and maker not in seen:
        seen.add(maker)
        who = maker
    return who


def who_let_in(conn: Connection, clock: Clock, account: str) -> set[str]:
    """Who made links for this account of late."""
    c, since = invitations.c, clock.now() - RECENT
    made = select(c.made_by).where(c.account == account, c.created_at >= since).distinct()
    return {behind(conn, each) for each in conn.execute(made).scalars()}


def who_opened(conn: Connection, clock: Clock, party: int) -> set[str]:
    """Who made links, tokens or a company's sign-in for this party of late: each is a way to act in it."""
    since = clock.now() - RECENT
    its = (accounts.c.party == party) & (invitations.c.created_at >= since)
    links = select(invitations.c.made_by).join(accounts).where(its).distinct()
    found = {behind(conn, each) for each in conn.execute(links).scalars()}
    issued = select(tokens.c.id).where(tokens.c.party == party, tokens.c.created_at >= since)
    found |= {behind(conn, each) for each in conn.execute(issued).scalars()}
    added = select(companies.c.id).where(companies.c.party == party, companies.c.created_at >= since)
    makers = [_maker(conn, "company.added", each) for each in conn.execute(added).scalars()]
    return found | {behind(conn, each) for each in makers if each is not None}


def _maker(conn: Connection, action: str, subject: str) -> str | None:
    query = select(trail.c.caller).where(trail.c.action == action, trail.c.subject == subject)
    return conn.execute(query.order_by(trail.c.number).limit(1)).scalar()
