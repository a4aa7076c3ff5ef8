"""`suyuan serve`: the gateway as a process."""

from __future__ import annotations

import uvicorn

from suyuan import bootstrap
from suyuan.access import accounts
from suyuan.access.errors import DemoAccounts
from suyuan.api.gateway import Gateway
from suyuan.app import create_app
from suyuan.bootstrap import System
from suyuan.config.logs import log_to_stderr
from suyuan.config.settings import Settings

#: Seconds that requests under way get to finish after SIGTERM.
GRACE = 10


def gateway_of(system: System) -> Gateway:
    """The gateway's parts of a system; the system's owner closes its database."""
    return Gateway(
        settings=system.settings,
        database=system.database,
        clock=system.clock,
        keyring=system.keyring,
        receipt_signer=bootstrap.receipt_signer(system.keys.receipt, system.identity),
        identity=system.identity,
    )


def check_people(system: System) -> None:
    """Raise DemoAccounts where the demo's people, whose password lies in a file, could come into a system
    that is not a demonstration.
    """
    if system.settings.makes_own_keys:
        return
    with system.database.reading() as conn:
        if accounts.are_of_demo(conn):
            raise DemoAccounts(
                f"Accounts of the demo (…@{accounts.DEMO_DOMAIN}) are open in this database, and the chain "
                "is not the embedded one. Close them, or start with a database of its own."
            )


def serve(settings: Settings) -> None:
    """Answer requests until SIGTERM or Ctrl-C; requests under way are finished first.

    Raises SuyuanError when keys, tables or deployment are not there: a gateway does not start half.
    """
    log_to_stderr()
    system = bootstrap.open_system(settings)
    try:
        bootstrap.check_database(settings)
        bootstrap.check_chain(system)
        check_people(system)
        uvicorn.run(
            create_app(gateway_of(system)),
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE,
        )
    finally:
        system.database.close()
