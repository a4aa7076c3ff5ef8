"""The master data that a document carries: read for onboarding only, and trusted by nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_LOCAL = re.compile(r"(?:.*[#:/])?([^#:/]+)")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_ADDRESS = ("streetAddressOne", "streetAddressTwo", "streetAddressThree", "city", "state", "countryCode")


@dataclass(frozen=True, slots=True)
class Element:
    """One described thing: `kind` is party, location, epcclass, ...; attributes by their local names."""

    kind: str
    uri: str
    attributes: Mapping[str, str]

    @property
    def name(self) -> str:
        """Its name or short description; its URI where it has none."""
        for attribute in ("name", "vesselName", "organizationName", "descriptionShort"):
            if self.attributes.get(attribute, "").strip():
                return self.attributes[attribute].strip()
        return self.uri

    @property
    def owner(self) -> str | None:
        """URI of the party that owns it, or that tells of it."""
        return self.attributes.get("owning_party") or self.attributes.get("informationProvider") or None

    @property
    def address(self) -> str | None:
        parts = [self.attributes[each].strip() for each in _ADDRESS if self.attributes.get(each, "").strip()]
        return ", ".join(parts) or None


def names_of(text: str) -> dict[str, str]:
    """A name under the language it seems to be in."""
    return {"zh" if _CHINESE.search(text) else "en": text}


def elements(document: Mapping[str, Any]) -> Iterator[Element]:
    """Everything that `epcisHeader.epcisMasterData` describes; what has not the form is passed over."""
    found: Any = document
    for name in ("epcisHeader", "epcisMasterData", "vocabularyList"):
        found = found.get(name) if isinstance(found, Mapping) else None
    for vocabulary in found if isinstance(found, list) else ():
        kind = _local(vocabulary.get("type", "")).lower()
        for element in vocabulary.get("vocabularyElementList") or ():
            if isinstance(element.get("id"), str):
                yield Element(kind, element["id"], _attributes(element))


def _attributes(element: Mapping[str, Any]) -> dict[str, str]:
    return {
        _local(each.get("id", "")): each["attribute"]
        for each in element.get("attributes") or ()
        if isinstance(each.get("attribute"), str)
    }


def _local(name: object) -> str:
    found = _LOCAL.fullmatch(str(name))
    return found[1] if found else str(name)
