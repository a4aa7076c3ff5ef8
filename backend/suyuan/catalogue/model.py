"""Products: what all lots of a class have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class NewProduct:
    """A description of a product, named by `gtin` (8, 12, 13 or 14 digits) or by the `uri` of its class.

    `names` by language (zh, en); the other texts are as printed on the label, e.g. `net_content` "500 g".
    """

    names: Mapping[str, str]
    gtin: str | None = None
    uri: str | None = None
    brand: str | None = None
    specification: str | None = None
    net_content: str | None = None
    shelf_life_days: int | None = None
    storage: str | None = None


@dataclass(frozen=True, slots=True)
class Product:
    """The newest version of a product; `uri` is canonical, `gtin` of 14 digits, `hash` its anchored leaf."""

    uri: str
    version: int
    names: Mapping[str, str]
    gtin: str | None
    brand: str | None
    specification: str | None
    net_content: str | None
    shelf_life_days: int | None
    storage: str | None
    hash: bytes
    created_at: datetime

    def name(self, language: str = "zh") -> str:
        """The name in this language, else in the other."""
        return self.names.get(language) or next(iter(self.names.values()), "")


@dataclass(frozen=True, slots=True)
class ProductVersion:
    """One version as it was anchored."""

    uri: str
    version: int
    document: bytes
    hash: bytes
    created_at: datetime
