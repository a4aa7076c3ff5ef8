"""Asking about products; every function reads only."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from suyuan.catalogue.model import Product, ProductVersion
from suyuan.catalogue.tables import products, versions
from suyuan.kernel.identity import NotAnIdentifier, TraceObject, identify, lot_id


def product_of(conn: Connection, obj: TraceObject) -> Product | None:
    """The product that a lot, item or class belongs to."""
    return _one(conn, obj.class_uri or obj.uri)


def product_by_uri(conn: Connection, uri: str) -> Product | None:
    """The product of this class, in whatever form the URI is; None as well for what is no URI."""
    try:
        return _one(conn, identify(uri).uri)
    except NotAnIdentifier:
        return None


def products_of(conn: Connection, uris: list[str]) -> dict[str, Product]:
    """Those of these canonical class URIs that are described, by URI."""
    query = _newest().where(products.c.uri_hash.in_([lot_id(uri) for uri in uris]))
    return {row.uri: _product(row) for row in conn.execute(query)}


def list_products(conn: Connection, *, after: str = "", limit: int = 100) -> list[tuple[str, Product]]:
    """Products in the order of their first description, each with its place in the list (for `after`)."""
    query = _newest().where(products.c.id > after).order_by(products.c.id).limit(limit)
    return [(row.id, _product(row)) for row in conn.execute(query)]


def versions_of(conn: Connection, uri: str) -> list[ProductVersion]:
    """All versions of a canonical class URI, the newest first."""
    query = select(versions).where(versions.c.uri_hash == lot_id(uri)).order_by(versions.c.version.desc())
    return [
        ProductVersion(uri, row.version, row.document, row.hash, row.created_at)
        for row in conn.execute(query)
    ]


def _one(conn: Connection, uri: str) -> Product | None:
    row = conn.execute(_newest().where(products.c.uri_hash == lot_id(uri))).one_or_none()
    return None if row is None else _product(row)


def _newest() -> Select[Any]:
    of_newest = (versions.c.uri_hash == products.c.uri_hash) & (versions.c.version == products.c.version)
    columns = (versions.c.version, versions.c.document, versions.c.hash, versions.c.created_at)
    return select(products.c.id, products.c.uri, *columns).join(versions, of_newest)


def _product(row: Row[Any]) -> Product:
    document = json.loads(row.document)
    return Product(
        uri=row.uri,
        version=row.version,
        names=document["names"],
        gtin=identify(row.uri).gtin,
        brand=document.get("brand"),
        specification=document.get("specification"),
        net_content=document.get("netContent"),
        shelf_life_days=document.get("shelfLifeDays"),
        storage=document.get("storage"),
        hash=row.hash,
        created_at=row.created_at,
    )
