"""Lots against the chain: ids from URIs, and custody as it was foreseen against custody as it is recorded."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from suyuan.anchoring.audit_state import Difference
from suyuan.anchoring.ports import Chain
from suyuan.anchoring.queries import settled
from suyuan.kernel.identity import lot_id
from suyuan.lots import tables as t
from suyuan.lots.custody import maker_of

#: As `Chain.lot` answers.
COLUMNS = ("custodian", "offered_to", "entries", "head")


def audit_lots(conn: Connection, chain: Chain) -> Iterator[Difference]:
    """Every difference, named by its row. While records are under way, only ids are compared: what is
    foreseen is then ahead of the chain, as it should be.
    """
    quiet = settled(conn)
    for row in conn.execute(select(t.lot).order_by(t.lot.c.number)).all():
        name = f"lots_lots {row.number}"
        if lot_id(row.uri) != row.lot_id:
            yield Difference(name, "lot_id is not the hash of the URI")
            continue
        if row.maker != maker_of(conn, row.lot_id):
            yield Difference(name, "maker is not who recorded to have made it")
        if quiet:
            there = chain.lot(row.lot_id)
            ours = (row.custodian, row.offered_to, row.entries, row.head)
            for column, mine, its in zip(
                ("custodian", "offered_to", "entries", "head"), ours, there, strict=True
            ):
                if mine != its:
                    yield Difference(name, f"{column} differs from the chain's")
