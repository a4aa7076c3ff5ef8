"""Who sends webhooks: the room's courier with the world outside, by the settings."""

from __future__ import annotations

import ssl
from functools import cache
from pathlib import Path

from suyuan.adapters.https import HttpsSender, SystemResolver
from suyuan.bootstrap import System
from suyuan.webhooks import sending
from suyuan.webhooks.allowed import allowed_by
from suyuan.webhooks.sending import Courier


def courier(system: System) -> Courier:
    """The courier of this system."""
    return Courier(
        database=system.database,
        clock=system.clock,
        sealer=system.keyring,
        resolver=SystemResolver(),
        sender=_sender(system.settings.webhook_ca_file),
        allowed=allowed_by(system.settings),
    )


@cache
def _sender(ca_file: Path | None) -> HttpsSender:
    """Reading the system's certificates takes long, so it is done once."""
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return HttpsSender(context)


def send_webhooks(system: System) -> bool:
    """One endpoint's turn; False when none has anything due. For the clerk."""
    with system.database.reading() as conn:
        if not sending.is_due(conn, system.clock):
            return False
    return sending.serve(courier(system))
