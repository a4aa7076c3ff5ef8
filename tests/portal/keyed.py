"""A maker for pages_to_see: a new key under way in the first party, and a lost one in the second."""

from __future__ import annotations

from own_keys import address, secret
from suyuan.access.model import Caller, Scope
from suyuan.kernel.typed_data import personal_digest, sign
from suyuan.parties.proofs import challenge
from suyuan.parties.recovery import ask_recovery


def keyed(gateway, parties):
    with gateway.database.transaction() as conn:
        made = challenge(conn, gateway.clock, gateway.identity, parties[0], address(5))
        lost = challenge(conn, gateway.clock, gateway.identity, parties[1], address(6))
        admin = Caller("a" * 16, "admin", parties[1], frozenset({Scope.PARTY_ADMIN}), account="a" * 16)
        proof = sign(personal_digest(lost.message), secret(6))
        reason = "手机丢了，<b>密钥</b>也在里面"
        found = ask_recovery(conn, gateway.clock, admin, parties[1], lost.id, proof, reason)
    return {"challenge": made.id, "recovery": found.id}
