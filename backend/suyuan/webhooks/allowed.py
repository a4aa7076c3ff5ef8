"""The operator's settings as rules for addresses."""

from __future__ import annotations

from suyuan.config.settings import Settings
from suyuan.webhooks.addresses import Allowed, read_networks, read_ports


def allowed_by(settings: Settings) -> Allowed:
    """Where webhooks may go."""
    networks = "" if settings.webhook_networks == "none" else settings.webhook_networks
    return Allowed(read_networks(networks), read_ports(settings.webhook_ports))
