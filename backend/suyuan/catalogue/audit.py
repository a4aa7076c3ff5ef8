"""Products against themselves: each version's hash from its document, and that it was queued as a leaf."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from suyuan.anchoring.audit_state import Difference
from suyuan.anchoring.leaves import is_leaf
from suyuan.catalogue.tables import products, versions
from suyuan.kernel.hashing import leaf_hash


def audit_products(conn: Connection) -> Iterator[Difference]:
    """Every difference, named by its row."""
    query = select(versions, products.c.uri).join(products, products.c.uri_hash == versions.c.uri_hash)
    for row in conn.execute(query.order_by(products.c.uri, versions.c.version)).all():
        name = f"catalogue_versions {row.uri} {row.version}"
        if leaf_hash(row.document) != row.hash:
            yield Difference(name, "hash is not the hash of the document")
        elif not is_leaf(conn, row.hash):
            yield Difference(name, "is no leaf")
