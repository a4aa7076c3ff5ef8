"""Everything beside the password that a person can prove himself with."""

from __future__ import annotations

from sqlalchemy import Connection, delete

from suyuan.access import companies, totp
from suyuan.access.ports import Sealer
from suyuan.access.tables import passkeys


def clear(conn: Connection, account: str) -> None:
    """No code, recovery code or passkey of this account holds any more."""
    totp.switch_off(conn, account)
    conn.execute(delete(passkeys).where(passkeys.c.account == account))


def rewrap_proofs(conn: Connection, sealer: Sealer) -> int:
    """Seal the apps' secrets and the companies' client secrets under the current master key; how many."""
    return totp.rewrap(conn, sealer) + companies.rewrap(conn, sealer)
