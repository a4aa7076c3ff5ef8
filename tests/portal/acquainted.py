"""A maker of tests/portal/pages_to_see.py: a colleague, and a one-time link."""

from __future__ import annotations

from suyuan.access import accounts, invitations
from suyuan.access.model import Seat


def acquainted(gateway, parties):
    with gateway.database.transaction() as conn:
        name = "<script>alert(1)</script>"
        login = "colleague@example.com"
        colleague = accounts.add(conn, gateway.clock, login, name, parties[0], [Seat.ADMIN, Seat.SIGNER])
        return {
            "colleague": colleague,
            "invitation": invitations.invite(conn, gateway.clock, colleague, "0" * 16),
        }
