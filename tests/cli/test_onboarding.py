from __future__ import annotations

import json
from pathlib import Path

import pytest

from suyuan.cli.onboarding import newcomers

CHAINS = Path(__file__).parents[3] / "shared" / "data" / "chains"


def real(name):
    path = CHAINS / name
    if not path.exists():
        pytest.skip("the folder ../shared/data with real documents is not here")
    return json.loads(path.read_text("utf-8-sig"))


def test_a_real_chain_names_its_parties_places_and_products():
    found = newcomers(real("gdst_data_withmasterdata.jsonld"))
    tail = {uri.rpartition(":")[2]: party for uri, party in found.parties.items()}
    assert {"hatchery.1u", "fishfarm.1u", "fisherman01.1u", "processor.1u", "importer.1u"} <= tail.keys()
    assert tail["processor.1u"]["names"] == {"en": "Processor"}
    assert len(tail["processor.1u"]["sites"]) == 3
    assert "producer" in tail["fisherman01.1u"]["roles"]
    assert {product["names"]["en"] for product in found.products.values()} >= {"Can of Tuna", "Fish Feed"}


def test_parties_that_only_events_name_are_found_too():
    found = newcomers(real("epcisdocument-example01.jsonld"))
    assert "urn:gdst:example.org:party:vessel01.0" in found.parties


def test_roles_come_from_what_a_party_does():
    events = [
        {
            "type": "ObjectEvent",
            "action": "ADD",
            "bizStep": "commissioning",
            "cbvmda:informationProvider": "urn:a:1",
        },
        {"type": "TransformationEvent", "bizStep": "packing", "cbvmda:informationProvider": "urn:a:2"},
        {
            "type": "ObjectEvent",
            "action": "OBSERVE",
            "bizStep": "storing",
            "cbvmda:informationProvider": "urn:a:3",
        },
    ]
    found = newcomers({"epcisBody": {"eventList": events}})
    roles = {uri: party["roles"] for uri, party in found.parties.items()}
    assert roles == {"urn:a:1": ["producer"], "urn:a:2": ["processor"], "urn:a:3": ["warehouse"]}


def test_a_document_without_providers_is_the_named_partys():
    found = newcomers({"epcisBody": {"eventList": [{"type": "ObjectEvent", "action": "ADD"}]}}, "urn:a:9")
    assert list(found.parties) == ["urn:a:9"]
