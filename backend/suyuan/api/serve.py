"""`suyuan serve`: the gateway as a process."""

from __future__ import annotations

import uvicorn

from suyuan import bootstrap
from suyuan.api.app import create_app
from suyuan.api.gateway import Gateway
from suyuan.config.logs import log_to_stderr
from suyuan.config.settings import Settings

#: Seconds that requests under way get to finish after SIGTERM.
GRACE = 10


def open_gateway(settings: Settings) -> Gateway:
    """The gateway of these settings; its database belongs to the caller, who closes it.

    Raises SuyuanError when keys, tables or deployment are not there: a gateway does not start half.
    """
    parts = bootstrap.open_parts(settings)
    return Gateway(
        settings=settings,
        database=parts.database,
        clock=parts.clock,
        keyring=parts.keyring,
        receipt_signer=parts.receipt_signer,
        identity=parts.identity,
    )


def serve(settings: Settings) -> None:
    """Answer requests until SIGTERM or Ctrl-C; requests under way are finished first."""
    log_to_stderr()
    gateway = open_gateway(settings)
    try:
        uvicorn.run(
            create_app(gateway),
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE,
        )
    finally:
        gateway.database.close()
