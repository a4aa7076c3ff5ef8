"""Describing products."""

from __future__ import annotations

from sqlalchemy import Connection, update

from suyuan.anchoring.leaves import add_leaf
from suyuan.catalogue.errors import ProductRefused
from suyuan.catalogue.model import NewProduct, Product
from suyuan.catalogue.queries import product_by_uri
from suyuan.catalogue.rules import TYPE, class_of, document_of, product_faults
from suyuan.catalogue.tables import products, versions
from suyuan.database import hold
from suyuan.kernel.canonical import canonical_json
from suyuan.kernel.clock import Clock
from suyuan.kernel.identity import lot_id
from suyuan.kernel.ids import new_id


def register_product(conn: Connection, clock: Clock, new: NewProduct) -> Product:
    """Describe a product for the first time, or anew: then it gets its next version, anchored as a leaf.

    The same description as the newest version's changes nothing. Raises ProductRefused with every fault.
    """
    faults = product_faults(new)
    if faults:
        raise ProductRefused(faults)
    uri = class_of(new).uri
    key = lot_id(uri)
    hold(conn, "catalogue", key)
    known = product_by_uri(conn, uri)
    version = known.version + 1 if known else 1
    document = document_of(new, uri)
    if known and canonical_json(document) == canonical_json(document_of(_again(known), uri)):
        return known
    if known is None:
        first = {"uri_hash": key, "id": new_id(clock), "uri": uri, "version": 1, "created_at": clock.now()}
        conn.execute(products.insert().values(first))
    else:
        conn.execute(update(products).where(products.c.uri_hash == key).values(version=version))
    data = canonical_json({"type": TYPE, "version": version, **document})
    row = {"uri_hash": key, "version": version, "document": data, "created_at": clock.now()}
    conn.execute(versions.insert().values(**row, hash=add_leaf(conn, clock, "product", data)))
    found = product_by_uri(conn, uri)
    assert found is not None  # noqa: S101 - it was written above
    return found


def _again(known: Product) -> NewProduct:
    return NewProduct(
        names=known.names,
        uri=known.uri,
        brand=known.brand,
        specification=known.specification,
        net_content=known.net_content,
        shelf_life_days=known.shelf_life_days,
        storage=known.storage,
    )
