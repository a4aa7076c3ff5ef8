"""Routes of products: the registrar describes them, every token reads them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field, StrictInt

from suyuan.api.forms import Form, Names, Time
from suyuan.api.gateway import GatewayPart
from suyuan.api.lists import Cursor, Limit, link_next, text_after
from suyuan.api.parties import Reader, Registrar
from suyuan.catalogue import queries
from suyuan.catalogue.model import NewProduct, Product
from suyuan.catalogue.register import register_product
from suyuan.kernel.hashing import to_hex

router = APIRouter(prefix="/api/v1/products", tags=["products"])


class ProductIn(Form):
    names: Names
    gtin: str | None = Field(None, examples=["6901234567892"])
    uri: str | None = Field(None, description="The class's URI, where there is no GTIN")
    brand: str | None = None
    specification: str | None = None
    net_content: str | None = Field(None, examples=["500 g"])
    shelf_life_days: StrictInt | None = None
    storage: str | None = Field(None, examples=["-18℃以下冷冻保存"])

    def value(self) -> NewProduct:
        return NewProduct(**{**self.model_dump(), "names": self.names.given()})


class ProductOut(Form):
    uri: str
    version: int
    names: Names
    gtin: str | None
    brand: str | None
    specification: str | None
    net_content: str | None
    shelf_life_days: int | None
    storage: str | None
    hash: str = Field(description="0x-hex leaf hash of this version's document, anchored on the chain")
    created_at: Time

    @classmethod
    def of(cls, product: Product) -> ProductOut:
        return cls(
            uri=product.uri,
            version=product.version,
            names=Names(**product.names),
            gtin=product.gtin,
            brand=product.brand,
            specification=product.specification,
            net_content=product.net_content,
            shelf_life_days=product.shelf_life_days,
            storage=product.storage,
            hash=to_hex(product.hash),
            created_at=product.created_at,
        )


class ProductsOut(Form):
    products: list[ProductOut]


@router.post("", status_code=201)
def register(body: ProductIn, parts: GatewayPart, _caller: Registrar) -> ProductOut:
    """Describe a product, or anew: then it gets its next version. The same again changes nothing."""
    with parts.database.transaction() as conn:
        return ProductOut.of(register_product(conn, parts.clock, body.value()))


@router.get("")
def list_products(
    parts: GatewayPart,
    _caller: Reader,
    request: Request,
    response: Response,
    uri: Annotated[str | None, Query(max_length=2048, description="Only the product of this class")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> ProductsOut:
    """Products in the order in which they were first described."""
    with parts.database.reading() as conn:
        if uri is not None:
            found = queries.product_by_uri(conn, uri)
            return ProductsOut(products=[ProductOut.of(found)] if found else [])
        rows = queries.list_products(conn, after=text_after(cursor), limit=limit + 1)
    if len(rows) > limit:
        link_next(request, response, rows[limit - 1][0])
    return ProductsOut(products=[ProductOut.of(product) for _, product in rows[:limit]])
