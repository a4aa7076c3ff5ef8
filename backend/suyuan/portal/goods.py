"""Lots as lists name them: the product, the code that people read, and where each has its pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from suyuan.catalogue.queries import products_of
from suyuan.kernel.hashing import to_hex
from suyuan.kernel.identity import TraceObject, identify, page_path
from suyuan.lots.model import Lot
from suyuan.lots.registry import lots_of


@dataclass(frozen=True, slots=True)
class Goods:
    """`names` are the product's, None when nobody described it; `code` as in `code_of`."""

    lot: Lot
    names: Mapping[str, str] | None
    code: str
    gtin: str | None
    level: str
    passport: str

    @property
    def href(self) -> str:
        """Its page in the portal."""
        return f"/supplier/lots/{to_hex(self.lot.lot_id)}"


def goods_of(conn: Connection, lots: Iterable[Lot]) -> list[Goods]:
    """In the same order."""
    pairs = [(lot, identify(lot.uri)) for lot in lots]
    classes = sorted({obj.class_uri for _, obj in pairs if obj.class_uri})
    products = products_of(conn, classes) if classes else {}
    found = []
    for lot, obj in pairs:
        product = products.get(obj.class_uri or "")
        names = product.names if product else None
        found.append(Goods(lot, names, code_of(obj), obj.gtin, obj.level, page_path(obj)))
    return found


def goods_by_id(conn: Connection, ids: Iterable[bytes]) -> dict[bytes, Goods]:
    """Those of the lot ids that are known."""
    return {each.lot.lot_id: each for each in goods_of(conn, lots_of(conn, sorted(set(ids))).values())}


def code_of(obj: TraceObject) -> str:
    """What stands on the pack: the serial, else the lot, else the URI."""
    return obj.serial or obj.lot or obj.uri
