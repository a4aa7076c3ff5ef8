"""What a description of a product must be; pure."""

from __future__ import annotations

from suyuan.catalogue.model import NewProduct
from suyuan.kernel.errors import Fault, SuyuanError
from suyuan.kernel.identity import TraceObject, from_argument, identify

TYPE = "suyuan-product/1"
_LANGUAGES = ("zh", "en")
_LONGEST = {"brand": 100, "specification": 500, "netContent": 50, "storage": 200}


def class_of(new: NewProduct) -> TraceObject:
    """The class that the product is named by. Raises the kernel's errors when it is not one."""
    found = from_argument(new.gtin) if new.gtin is not None else identify(new.uri or "")
    assert isinstance(found, TraceObject)  # noqa: S101 - a GTIN is checked to be digits, so is no 0x lot id
    return found


def product_faults(new: NewProduct) -> list[Fault]:
    """Everything that is wrong with a description; empty when nothing is."""
    return [*_class_faults(new), *_name_faults(new), *_text_faults(new)]


def document_of(new: NewProduct, uri: str) -> dict[str, object]:
    """The members of the anchored document that the description gives; type and version are added to them."""
    given = {**_texts(new), "shelfLifeDays": new.shelf_life_days}
    return {"uri": uri, "names": dict(new.names), **{name: value for name, value in given.items() if value}}


def _texts(new: NewProduct) -> dict[str, str | None]:
    return {
        "brand": new.brand,
        "specification": new.specification,
        "netContent": new.net_content,
        "storage": new.storage,
    }


def _class_faults(new: NewProduct) -> list[Fault]:
    if (new.gtin is None) == (new.uri is None):
        message = "A product is named by its GTIN or by the URI of its class."
        return [Fault("/gtin", "product.class", message, "Give one of gtin and uri.")]
    pointer = "/uri" if new.gtin is None else "/gtin"
    if new.gtin is not None and not (new.gtin.isascii() and new.gtin.isdigit()):
        return [
            Fault(pointer, "gs1.digits", f"{new.gtin[:50]!r} is not all digits.", "Give the GTIN's digits.")
        ]
    try:
        found = class_of(new)
    except SuyuanError as error:
        return [Fault(pointer, error.code, str(error), "Copy it from the package, or give the class's URI.")]
    if found.level not in ("class", "other"):
        message = f"{found.uri} names a {found.level}, not a class of products."
        return [Fault(pointer, "product.class", message, "Leave lot and serial out.")]
    return []


def _name_faults(new: NewProduct) -> list[Fault]:
    found = []
    if not new.names:
        found.append(Fault("/names", "name.missing", "There is no name.", "Give it in zh or en."))
    for language, name in new.names.items():
        at = f"/names/{language}"
        if language not in _LANGUAGES:
            found.append(Fault(at, "name.language", f"No names are kept in {language!r}.", "Use zh or en."))
        if not _is_line(name, 200):
            message = "The name is not one line of 1 to 200 characters."
            found.append(Fault(at, "name.form", message, "Give the name as it is on the label."))
    return found


def _text_faults(new: NewProduct) -> list[Fault]:
    found = []
    for name, text in _texts(new).items():
        if text is not None and not _is_line(text, _LONGEST[name]):
            message = f"This is not one line of 1 to {_LONGEST[name]} characters."
            found.append(Fault(f"/{name}", "product.text", message, "Give it as it is on the label."))
    days = new.shelf_life_days
    if days is not None and not 1 <= days <= 36_500:
        message = f"A shelf life of {days} days cannot be."
        found.append(
            Fault("/shelfLifeDays", "product.shelf-life", message, "Give whole days, or leave it out.")
        )
    return found


def _is_line(text: str, longest: int) -> bool:
    return 1 <= len(text) <= longest and text.strip() == text and text.isprintable()
