"""What can be wrong with products."""

from __future__ import annotations

from suyuan.kernel.errors import NotFound, Refused


class ProductRefused(Refused):
    """The product cannot be described like that."""

    code = "product.refused"


class ProductUnknown(NotFound):
    """No product has this class."""

    code = "product.unknown"
