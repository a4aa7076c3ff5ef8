"""Registering whom and what a document names, at the registrar's word: parties, sites, products.

Master data in a document is what somebody says of others. Nothing is taken from it unless the registrar
asks, and nothing that is registered already is changed by it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import Connection

from suyuan.catalogue.errors import ProductRefused
from suyuan.catalogue.model import NewProduct
from suyuan.catalogue.queries import product_by_uri
from suyuan.catalogue.register import register_product
from suyuan.journal.document import Document
from suyuan.journal.event import TraceEvent
from suyuan.journal.intake import take_in
from suyuan.journal.kinds import Intent, intent_of
from suyuan.journal.masterdata import Element, elements, names_of
from suyuan.journal.model import Limits, Notice
from suyuan.kernel.clock import Clock
from suyuan.kernel.identity import NotAnIdentifier, identify
from suyuan.kernel.ledger import TRADE, Role
from suyuan.parties.custody import Keyring
from suyuan.parties.errors import PartyRefused, SiteRefused, SiteTaken
from suyuan.parties.model import NewParty, NewSite
from suyuan.parties.queries import numbers_of, owners_of_sites
from suyuan.parties.register import register_party
from suyuan.parties.sites import add_sites

#: How long a party that is registered by its documents alone may open lots, unless the registrar renews it.
QUALIFIED_FOR = timedelta(days=365)

#: The role that a party shows by doing this. Receiving and shipping are open to every trade.
_SHOWN: dict[Intent, Role] = {
    Intent.PRODUCE: Role.PRODUCER,
    Intent.PROCESS: Role.PROCESSOR,
    Intent.SELL: Role.RETAILER,
    Intent.TEST: Role.LABORATORY,
    Intent.INSPECT: Role.INSPECTOR,
}


@dataclass(frozen=True, slots=True)
class Onboarded:
    """A party that the document names."""

    number: int
    uri: str
    is_new: bool


@dataclass(slots=True)
class Onboarding:
    """What was done. `sites` and `products` count new ones; `skipped` could not be registered as they are."""

    parties: list[Onboarded] = field(default_factory=list)
    sites: int = 0
    products: int = 0
    skipped: list[Notice] = field(default_factory=list)


def onboard_document(
    conn: Connection, clock: Clock, keyring: Keyring, body: bytes, limits: Limits
) -> Onboarding:
    """Register what the document names and is not known yet. Raises like the intake of a submission."""
    document, events = take_in(body, limits, clock.now())
    return onboard(conn, clock, keyring, document, events)


def onboard(
    conn: Connection, clock: Clock, keyring: Keyring, document: Document, events: Sequence[TraceEvent]
) -> Onboarding:
    """Register parties with custodial keys, their sites, and products. Doing it again changes nothing."""
    found = Onboarding()
    described = list(elements(document.raw))
    wanted = _parties(described, events)
    known = numbers_of(conn, wanted)
    until = clock.now() + QUALIFIED_FOR
    for uri, roles in wanted.items():
        if uri in known:
            found.parties.append(Onboarded(known[uri], uri, is_new=False))
            continue
        number = _register(
            conn, clock, keyring, NewParty(_names(described, uri), (uri,), roles, until), found
        )
        if number:
            known |= {uri: number}
            found.parties.append(Onboarded(number, uri, is_new=True))
    _add_sites(conn, clock, _sites(described, events), known, found)
    _add_products(conn, clock, described, found)
    return found


def _parties(described: Sequence[Element], events: Sequence[TraceEvent]) -> dict[str, Role]:
    """Every party that is described, tells of events, or is named by them, with the roles it shows."""
    found: dict[str, Role] = {}
    for element in described:
        named = (
            [element.uri]
            if element.kind == "party"
            else [element.owner]
            if element.kind == "location"
            else []
        )
        for uri in named:
            if uri:
                found.setdefault(uri, Role(0))
    for event in events:
        if event.provider:
            found[event.provider] = found.get(event.provider, Role(0)) | _roles_shown(event)
        for ends in (event.sources, event.destinations):
            for kind, uri in ends.items():
                if kind.endswith("_party"):
                    found.setdefault(uri, Role(0))
    return {
        uri: roles if roles & (TRADE | Role.LABORATORY) else roles | Role.WAREHOUSE
        for uri, roles in found.items()
    }


def _roles_shown(event: TraceEvent) -> Role:
    if event.declares_error:
        return Role(0)
    if event.step == "transporting":
        return Role.CARRIER
    intent = intent_of(event)
    shown = _SHOWN.get(intent, Role(0))
    harvest = intent is Intent.PROCESS and event.step == "gdst:farmharvest"
    return shown | Role.PRODUCER if harvest else shown


def _names(described: Sequence[Element], uri: str) -> Mapping[str, str]:
    name = next((each.name for each in described if each.kind == "party" and each.uri == uri), uri)
    return names_of(name[:200])


def _register(
    conn: Connection, clock: Clock, keyring: Keyring, new: NewParty, found: Onboarding
) -> int | None:
    try:
        return register_party(conn, clock, keyring, new).number
    except (PartyRefused, NotAnIdentifier) as refused:
        found.skipped.append(Notice("", refused.code, f"party {new.identifiers[0]}: {refused.message}"))
        return None


def _sites(described: Sequence[Element], events: Sequence[TraceEvent]) -> dict[str, tuple[str, NewSite]]:
    """Site URI -> (owner's URI, site). A place that nobody owns by the master data is that of who tells of
    it first.
    """
    found: dict[str, tuple[str, NewSite]] = {}
    tellers: dict[str, str] = {}
    for event in sorted(events, key=lambda each: (each.time, each.place)):
        for place in (event.biz_location, event.read_point):
            if place and event.provider:
                tellers.setdefault(place, event.provider)
    for element in described:
        owner = element.owner or tellers.get(element.uri)
        if element.kind == "location" and owner:
            site = NewSite(element.uri, names_of(element.name[:200]), element.address)
            found.setdefault(element.uri, (owner, site))
    return found


def _add_sites(
    conn: Connection,
    clock: Clock,
    sites: Mapping[str, tuple[str, NewSite]],
    known: Mapping[str, int],
    found: Onboarding,
) -> None:
    """New sites, all of one party in one go: each go is a new version of its profile."""
    there = owners_of_sites(conn, sites)
    by_party: dict[int, list[NewSite]] = {}
    for uri, (owner, site) in sites.items():
        if uri not in there and owner in known:
            by_party.setdefault(known[owner], []).append(site)
    for number, listed in by_party.items():
        unique = list({identify(site.uri).uri: site for site in listed}.values())
        try:
            found.sites += len(add_sites(conn, clock, number, unique))
        except (SiteRefused, SiteTaken) as refused:
            found.skipped.append(Notice("", refused.code, f"sites of party {number}: {refused.message}"))


def _add_products(conn: Connection, clock: Clock, described: Sequence[Element], found: Onboarding) -> None:
    for element in described:
        if element.kind != "epcclass" or product_by_uri(conn, element.uri) is not None:
            continue
        try:
            register_product(conn, clock, NewProduct(names_of(element.name[:200]), uri=element.uri))
        except (ProductRefused, NotAnIdentifier) as refused:
            found.skipped.append(Notice("", refused.code, f"product {element.uri}: {refused.message}"))
        else:
            found.products += 1
