"""What `--onboard` registers: the parties, sites and products that a document's own master data names.

Reads EPCIS master data vocabularies (CBV 2.0 section 9), in the JSON form with `attributes` of `id` and
`attribute`. A party that only events name is registered by its URI. Roles come from what the party's own
events do, because master data has no word for them; the registrar can set others later.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

PROVIDER = ("cbvmda:informationProvider", "informationProvider", "urn:epcglobal:cbv:mda:informationProvider")
_OWNER = ("informationProvider", "owning_party")
_PRODUCING = (
    "hatching",
    "fishingEvent",
    "farmHarvest",
    "harvesting",
    "commissioning",
    "creating_class_instance",
)


@dataclass(slots=True)
class Newcomers:
    """Parties with their names, roles and sites, and products with their names, all by URI."""

    parties: dict[str, dict[str, Any]] = field(default_factory=dict)
    products: dict[str, dict[str, Any]] = field(default_factory=dict)


def newcomers(document: Mapping[str, Any], fallback: str | None = None) -> Newcomers:
    """Everybody and everything the document names. `fallback` owns what names no owner of its own."""
    found = Newcomers()
    vocabularies = list(_vocabularies(document))
    for kind, uri, attributes in vocabularies:
        if kind == "party":
            _party(found, uri)["names"]["en"] = attributes.get("name") or uri
    events = list(_events(document))
    for event in events:
        _from_event(found, event, fallback)
    for kind, uri, attributes in vocabularies:
        owner = next((attributes[name] for name in _OWNER if attributes.get(name)), fallback)
        if kind == "location" and owner:
            _party(found, owner)["sites"].append(_site(uri, attributes))
        if kind == "epcclass":
            found.products[uri] = {"uri": uri, "names": {"en": attributes.get("descriptionShort") or uri}}
    for party in found.parties.values():
        party["roles"] = sorted(party["roles"]) or ["warehouse"]
    return found


def _party(found: Newcomers, uri: str) -> dict[str, Any]:
    fresh = {"names": {"en": uri}, "identifiers": [uri], "roles": set(), "sites": []}
    return found.parties.setdefault(uri, fresh)


def _site(uri: str, attributes: Mapping[str, str]) -> dict[str, Any]:
    site: dict[str, Any] = {"uri": uri, "names": {"en": attributes.get("name") or uri}}
    parts = ("streetAddressOne", "streetAddressTwo", "city", "state", "countryCode")
    address = ", ".join(attributes[part] for part in parts if attributes.get(part))
    return {**site, "address": address} if address else site


def _vocabularies(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, str]]]:
    """(kind, uri, attributes) of each element; kind: the last word of the type, lower-cased."""
    header = document.get("epcisHeader") or {}
    master = header.get("epcisMasterData") or {} if isinstance(header, Mapping) else {}
    for vocabulary in master.get("vocabularyList") or []:
        kind = str(vocabulary.get("type", "")).rpartition(":")[2].lower()
        for element in vocabulary.get("vocabularyElementList") or []:
            attributes = {
                str(each.get("id", "")).replace("#", ":").rpartition(":")[2]: each.get("attribute")
                for each in element.get("attributes") or []
            }
            plain = {name: value for name, value in attributes.items() if isinstance(value, str) and value}
            yield kind, str(element.get("id", "")), plain


def _events(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    body = document.get("epcisBody") or {}
    yield from body.get("eventList") or []


def _from_event(found: Newcomers, event: Mapping[str, Any], fallback: str | None) -> None:
    provider = next((event[name] for name in PROVIDER if isinstance(event.get(name), str)), fallback)
    if provider:
        _party(found, provider)["roles"] |= _roles_shown(event)
    for name, member in (("sourceList", "source"), ("destinationList", "destination")):
        for each in event.get(name) or []:
            if str(each.get("type", "")).endswith("_party") and isinstance(each.get(member), str):
                _party(found, each[member])


def _roles_shown(event: Mapping[str, Any]) -> set[str]:
    """The roles that an event needs of its party (docs/formats/kinds.md)."""
    step = str(event.get("bizStep", "")).rpartition(":")[2].rpartition("-")[2]
    if event.get("type") == "TransformationEvent":
        return {"processor", "producer"} if step in _PRODUCING else {"processor"}
    if event.get("action") == "ADD" and event.get("type") == "ObjectEvent":
        return {"producer"}
    if step == "retail_selling":
        return {"retailer"}
    return set()
