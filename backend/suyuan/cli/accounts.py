"""Commands of accounts, for the operator at the machine itself: the first registrar, and who there is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from suyuan.cli.columns import columns
from suyuan.cli.connection import running_url
from suyuan.cli.exits import Exit, stop
from suyuan.cli.system import private_settings
from suyuan.kernel.errors import Refused, SuyuanError

if TYPE_CHECKING:
    from suyuan.config.settings import Settings
    from suyuan.database import Database

account = typer.Typer(help="People's accounts, at the machine itself.", no_args_is_help=True)


@account.command()
def add(
    login: Annotated[str, typer.Argument(help="E-mail address or telephone number")],
    seats: Annotated[str, typer.Option(help="Seats, separated by commas: registrar, qc, director, admin, …")],
    party: Annotated[int | None, typer.Option(help="Number of the party; none for the staff")] = None,
    name: Annotated[str, typer.Option(help="The person's name; the login where none is given")] = "",
    language: Annotated[str, typer.Option(help="zh or en")] = "zh",
) -> None:
    """Make an account and print its one-time link, which holds for seven days."""
    from suyuan.access import accounts, invitations, trail  # late: the database takes its time
    from suyuan.access.model import Seat
    from suyuan.kernel.clock import SystemClock
    from suyuan.parties.queries import the_party

    names = [each.strip() for each in seats.split(",") if each.strip()]
    unknown = sorted(set(names) - {str(seat) for seat in Seat})
    if unknown or not names:
        stop(f"There is no seat {', '.join(unknown)!r}; the seats are {', '.join(Seat)}.", Exit.USAGE)
    settings, clock = private_settings(), SystemClock()
    with _database(settings) as database, _saying_why(), database.transaction() as conn:
        if party is not None:
            the_party(conn, party)
        made = accounts.add(
            conn, clock, login, name or login, party, [Seat(each) for each in names], language
        )
        code = invitations.invite(conn, clock, made, "operator")
        trail.note(conn, clock, None, "account.invited", made, {"party": party, "seats": sorted(names)})
    typer.echo(
        f"{os.environ.get('SUYUAN_PUBLIC_URL') or running_url() or settings.public_url}/invitation/{code}"
    )


@account.command("list")
def list_accounts() -> None:
    """Everybody who has an account."""
    from suyuan.access import accounts  # late: the database takes its time

    with _database(private_settings()) as database, _saying_why(), database.reading() as conn:
        found = accounts.list_accounts(conn, limit=100_000)
    rows = [
        [
            each.id,
            each.name,
            " ".join(each.logins),
            "" if each.party is None else str(each.party),
            " ".join(sorted(each.seats)),
            "closed" if each.disabled_at else "active" if each.has_password else "invited",
        ]
        for each in found
    ]
    for line in columns(("account", "name", "logins", "party", "seats", "state"), rows):
        typer.echo(line)


@contextmanager
def _database(settings: Settings) -> Iterator[Database]:
    from suyuan.database import Database, check  # late: it takes its time

    found = Database(settings.database_url)
    try:
        with _saying_why():
            check(found)
        yield found
    finally:
        found.close()


@contextmanager
def _saying_why() -> Iterator[None]:
    try:
        yield
    except Refused as error:
        for fault in error.faults:
            typer.echo(f"{fault.message} {fault.fix}", err=True)
        raise typer.Exit(Exit.REFUSED) from error
    except SuyuanError as error:
        stop(escape(error.message), Exit.UNREACHABLE)
