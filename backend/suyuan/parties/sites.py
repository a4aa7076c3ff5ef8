"""Places of a party. They stand in its profile, so that the chain vouches for whose place it is."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, update

from suyuan.anchoring.outbox import enqueue_set_profile
from suyuan.database import hold
from suyuan.kernel.canonical import canonical_json
from suyuan.kernel.clock import Clock
from suyuan.kernel.identity import identify
from suyuan.parties import profile, references
from suyuan.parties.errors import SiteRefused, SiteTaken
from suyuan.parties.model import NewSite, Site
from suyuan.parties.queries import site_by_uri, sites_of, the_party
from suyuan.parties.repository import uri_key
from suyuan.parties.rules import site_faults
from suyuan.parties.tables import parties, sites


def add_sites(conn: Connection, clock: Clock, party: int, new: Sequence[NewSite]) -> list[Site]:
    """Add places to a party, or describe its own anew, with one new profile version for all of them.

    Nothing changes, and nothing is queued, when all of them stand there just so already.
    Raises PartyUnknown, SiteRefused, SiteTaken.
    """
    faults = [fault for index, site in enumerate(new) for fault in site_faults(f"/{index}", site)]
    if faults:
        raise SiteRefused(faults)
    hold(conn, "parties", "profile", party)
    the_party(conn, party)
    changed = False
    made = []
    for each in new:
        site = Site(
            identify(each.uri).uri, party, dict(each.names), each.address, each.latitude, each.longitude
        )
        known = site_by_uri(conn, site.uri)
        made.append(site)
        if known is None:
            insert_site(conn, clock, site)
        elif known.party != party:
            raise SiteTaken(f"The site {site.uri} belongs to another party.")
        elif known != site:
            described = canonical_json(profile.site_document(site)).decode()
            conn.execute(
                update(sites).where(sites.c.uri_hash == uri_key(site.uri)).values(description=described)
            )
        changed = changed or known != site
    if changed:
        renew_profile(conn, clock, party)
    return made


def add_site(conn: Connection, clock: Clock, party: int, new: NewSite) -> Site:
    """Like `add_sites`, for one."""
    faults = site_faults("", new)
    if faults:
        raise SiteRefused(faults)
    return add_sites(conn, clock, party, [new])[0]


def insert_site(conn: Connection, clock: Clock, site: Site) -> None:
    """The row alone; the profile is the caller's. Raises SiteTaken."""
    if site_by_uri(conn, site.uri) is not None:
        raise SiteTaken(f"The site {site.uri} is registered already.")
    conn.execute(
        sites.insert().values(
            uri_hash=uri_key(site.uri),
            uri=site.uri,
            party=site.party,
            description=canonical_json(profile.site_document(site)).decode(),
            created_at=clock.now(),
        )
    )


def renew_profile(conn: Connection, clock: Clock, party: int) -> None:
    """Write the party's next profile version and queue its hash."""
    known = the_party(conn, party)
    document = profile.compose(
        party, known.names, known.identifiers, known.credit_code, known.licences, sites_of(conn, party)
    )
    version = known.profile_version + 1
    stored = profile.store(conn, clock, party, version, document)
    conn.execute(
        update(parties)
        .where(parties.c.number == party)
        .values(profile_version=version, profile_hash=stored.hash)
    )
    reference = references.profile(party, version)
    enqueue_set_profile(conn, clock, party, stored.hash, reference=reference)
