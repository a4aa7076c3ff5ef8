"""A maker of tests/portal/pages_to_see.py: a colleague, and a one-time link."""

from __future__ import annotations

from suyuan.access import accounts, companies, invitations, trail
from suyuan.access.model import Caller, Seat


def acquainted(gateway, parties):
    with gateway.database.transaction() as conn:
        name = "<script>alert(1)</script>"
        login = "colleague@example.com"
        colleague = accounts.add(conn, gateway.clock, login, name, parties[0], [Seat.ADMIN, Seat.SIGNER])
        seal = gateway.keyring
        way = ("https://login.example.com", "client", "secret")
        companies.add(conn, gateway.clock, seal, name, parties[0], *way)
        companies.disable(conn, gateway.clock, companies.add(conn, gateway.clock, seal, "Old", None, *way))
        for subject in (name, "0" * 200):
            trail.note(
                conn, gateway.clock, Caller("0" * 16, "x", parties[0], frozenset()), "x.y", subject, {}
            )
        return {
            "colleague": colleague,
            "invitation": invitations.invite(conn, gateway.clock, colleague, "0" * 16),
        }
