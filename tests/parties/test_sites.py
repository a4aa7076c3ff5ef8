from __future__ import annotations

import json
from datetime import timedelta

import pytest

from suyuan.parties import queries, sites
from suyuan.parties.errors import PartyUnknown, SiteRefused, SiteTaken
from suyuan.parties.model import NewSite

STORE = NewSite("urn:epc:id:sgln:4012345.00000.0", {"zh": "一号冷库"}, "无锡市", "31.59", "120.08")


def test_a_site_is_found_by_every_form_of_its_uri(database, register, clock):
    with database.transaction() as conn:
        register(conn)
        made = sites.add_site(conn, clock, 1, STORE)
        assert made.uri == "https://id.gs1.org/414/4012345000009"
        for uri in ("urn:epc:id:sgln:4012345.00000.0", "https://x.org/414/4012345000009"):
            assert queries.site_by_uri(conn, uri) == made
        assert queries.site_by_uri(conn, "urn:epc:id:sgln:4012345.00000.1") is None
        assert queries.site_by_uri(conn, "nonsense") is None


def test_a_new_site_gives_the_party_its_next_profile(database, register, clock, queued):
    with database.transaction() as conn:
        before = register(conn)
        clock.advance(timedelta(days=1))
        sites.add_site(conn, clock, 1, STORE)
        after = queries.the_party(conn, 1)
        newest, first = queries.profiles_of(conn, 1)
        kind, party, payload, reference = queued(conn)[-1]
    assert (after.profile_version, after.profile_hash) == (2, newest.hash)
    assert first.hash == before.profile_hash
    assert [site["uri"] for site in json.loads(newest.document)["sites"]] == [
        "urn:gdst:example.org:location:loc:dew.1",
        "https://id.gs1.org/414/4012345000009",
    ]
    assert (kind, party, reference) == ("party.profile", 1, "party:1:profile:2")
    assert json.loads(payload) == {"profileHash": "0x" + newest.hash.hex()}


def test_many_sites_are_one_profile(database, register, clock, queued):
    with database.transaction() as conn:
        register(conn)
        more = [NewSite(f"urn:site:{number}", {"en": str(number)}) for number in range(5)]
        sites.add_sites(conn, clock, 1, more)
        assert len(queued(conn)) == 2


def test_the_same_site_again_changes_nothing(database, register, clock, queued):
    with database.transaction() as conn:
        register(conn)
        first = sites.add_site(conn, clock, 1, STORE)
        assert sites.add_site(conn, clock, 1, STORE) == first
        assert len(queued(conn)) == 2


def test_a_site_can_be_described_anew(database, register, clock):
    with database.transaction() as conn:
        register(conn)
        sites.add_site(conn, clock, 1, STORE)
        sites.add_site(conn, clock, 1, NewSite(STORE.uri, {"zh": "二号冷库"}))
        assert queries.site_by_uri(conn, STORE.uri).names == {"zh": "二号冷库"}
        assert queries.the_party(conn, 1).profile_version == 3


def test_nobody_describes_anothers_site(database, register, clock):
    with database.transaction() as conn:
        register(conn)
        register(conn, 2)
        sites.add_site(conn, clock, 1, STORE)
        with pytest.raises(SiteTaken):
            sites.add_site(conn, clock, 2, STORE)


def test_a_site_needs_a_party_that_exists(database, clock):
    with database.transaction() as conn, pytest.raises(PartyUnknown):
        sites.add_site(conn, clock, 7, STORE)


def test_a_site_is_refused_with_every_fault(database, register, clock):
    with database.transaction() as conn:
        register(conn)
        with pytest.raises(SiteRefused) as caught:
            sites.add_site(conn, clock, 1, NewSite("nonsense", {}, latitude="1"))
    assert [fault.pointer for fault in caught.value.faults] == ["/uri", "/names", ""]
