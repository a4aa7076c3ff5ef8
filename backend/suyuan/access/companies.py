"""Companies whose people sign in at their own provider (OpenID Connect), and whose account is whose there.

A person is known by the provider and its `sub`, never by an e-mail address alone: whoever runs a provider can
claim any address. The first visit links an account only where an admin has invited that address, to an
account of the provider's own party, which nobody has opened yet.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, insert, select, update

from suyuan.access import accounts
from suyuan.access.errors import AccountRefused, CompanyRefused, CompanyUnknown, SignInWrong
from suyuan.access.logins import normalised
from suyuan.access.ports import Sealer
from suyuan.access.tables import accounts as people
from suyuan.access.tables import companies, company_people, invitations
from suyuan.kernel.clock import Clock
from suyuan.kernel.errors import Fault

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Company:
    """`issuer` as the provider names itself, an https address; `party` None: the platform's own staff."""

    id: str
    name: str
    party: int | None
    issuer: str
    client_id: str
    created_at: datetime
    disabled_at: datetime | None


def add(  # noqa: PLR0913, PLR0917 - what the provider gives
    conn: Connection,
    clock: Clock,
    sealer: Sealer,
    name: str,
    party: int | None,
    issuer: str,
    client_id: str,
    client_secret: str,
) -> str:
    """Let the people of a party, or the staff, come by this provider; returns its id. Raises CompanyRefused.

    Whether the party exists is for the caller to know.
    """
    faults = _faults(name, issuer, client_id, client_secret)
    if faults:
        raise CompanyRefused(faults)
    company = secrets.token_hex(8)
    conn.execute(
        insert(companies).values(
            id=company,
            name=name.strip(),
            party=party,
            issuer=issuer,
            client_id=client_id,
            sealed=sealer.seal_for(_purpose(company), client_secret.encode()),
            master=sealer.current,
            created_at=clock.now(),
        )
    )
    return company


def list_companies(conn: Connection, *, open_only: bool = True) -> list[Company]:
    """By name."""
    query = select(companies).order_by(companies.c.name, companies.c.id)
    if open_only:
        query = query.where(companies.c.disabled_at.is_(None))
    return [_company(row) for row in conn.execute(query).mappings()]


def the_company(conn: Connection, company: str) -> Company:
    """Raises CompanyUnknown, also for one that is disabled."""
    query = select(companies).where(companies.c.id == company)
    row = conn.execute(query).mappings().one_or_none() if company.isalnum() else None
    if row is None or row["disabled_at"] is not None:
        raise CompanyUnknown("There is no such company's sign-in.")
    return _company(row)


def secret_of(conn: Connection, sealer: Sealer, company: str) -> str:
    """The client's secret, to be shown to the provider only."""
    row = conn.execute(select(companies).where(companies.c.id == company)).one()
    return sealer.open_for(_purpose(company), row.sealed, row.master).decode()


def disable(conn: Connection, clock: Clock, company: str) -> None:
    """Nobody comes by this provider any more. Raises CompanyUnknown."""
    the_company(conn, company)
    conn.execute(update(companies).where(companies.c.id == company).values(disabled_at=clock.now()))


def account_of(conn: Connection, clock: Clock, company: Company, claims: Mapping[str, Any]) -> str:
    """The account of who came from this company, with the claims of an ID token that was checked.

    The first time it is linked by the verified address, if that account is of the same party, has an open
    invitation to join, and has never had a password or another link. Raises SignInWrong.
    """
    subject = str(claims["sub"])
    its = (company_people.c.company == company.id) & (company_people.c.subject == subject)
    known = conn.execute(select(company_people.c.account).where(its)).scalar()
    account = known or _invited(conn, clock, claims)
    open_one = (people.c.id == account) & people.c.disabled_at.is_(None)
    row = conn.execute(select(people.c.party, people.c.seats).where(open_one)).one_or_none()
    if account is None or row is None or row.party != company.party:
        raise SignInWrong("Your company knows you, and we do not. Ask your admin for an invitation.")
    if company.party is None and not row.seats:
        raise SignInWrong("Your company knows you, and we do not. Ask your admin for an invitation.")
    if known is None:
        values = {"company": company.id, "subject": subject, "account": account, "created_at": clock.now()}
        conn.execute(insert(company_people).values(values))
        conn.execute(
            update(invitations).where(invitations.c.account == account).values(closed_at=clock.now())
        )
    return str(account)


def _invited(conn: Connection, clock: Clock, claims: Mapping[str, Any]) -> str | None:
    address = claims.get("email")
    if claims.get("email_verified") is not True or not isinstance(address, str):
        return None
    try:
        account = accounts.account_of_login(conn, normalised(address))
    except AccountRefused:
        return None
    waiting = (
        select(invitations.c.account)
        .join(people)
        .where(invitations.c.account == account, invitations.c.purpose == "join")
        .where(invitations.c.closed_at.is_(None), invitations.c.expires_at > clock.now())
        .where(people.c.password.is_(None))
    )
    linked = select(company_people.c.account).where(company_people.c.account == account)
    if conn.execute(linked).first() is not None:
        return None
    return conn.execute(waiting).scalar()


def rewrap(conn: Connection, sealer: Sealer) -> int:
    """Seal every client secret under the current master key; how many were under another."""
    rows = conn.execute(select(companies).where(companies.c.master != sealer.current)).all()
    for row in rows:
        secret = sealer.open_for(_purpose(row.id), row.sealed, row.master)
        values = {"sealed": sealer.seal_for(_purpose(row.id), secret), "master": sealer.current}
        conn.execute(update(companies).where(companies.c.id == row.id).values(values))
    return len(rows)


def may_ask(url: str) -> bool:
    """Whether we ask this address: https, or this machine itself."""
    parts = urlsplit(url)
    if parts.username or parts.password or not parts.hostname:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)


def _company(row: Any) -> Company:
    return Company(**{name: row[name] for name in Company.__dataclass_fields__})


def _purpose(company: str) -> str:
    return f"company {company}"


def _faults(name: str, issuer: str, client_id: str, client_secret: str) -> list[Fault]:
    found = []
    if not 1 <= len(name.strip()) <= 100 or not name.isprintable():
        message = "The name has 1 to 100 characters on one line."
        found.append(Fault("/name", "company.name", message, "Say which company."))
    if not may_ask(issuer) or urlsplit(issuer).query or urlsplit(issuer).fragment or len(issuer) > 500:
        message = "The issuer is not an https address."
        found.append(Fault("/issuer", "company.issuer", message, "Copy it from the provider's own page."))
    for pointer, value in (("/clientId", client_id), ("/clientSecret", client_secret)):
        if not 1 <= len(value) <= 500 or not value.isprintable():
            message = "This has 1 to 500 printable characters."
            found.append(Fault(pointer, "company.client", message, "Copy it from the provider."))
    return found
