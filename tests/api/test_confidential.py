"""What an event keeps confidential is in no answer to others, and in no sum."""

from __future__ import annotations

import json

import pytest

from journal_world import World, amount, as_bytes, document, lot, made, transformed
from suyuan.access import tokens
from suyuan.access.model import Scope
from suyuan.kernel.clock import SystemClock
from suyuan.kernel.identity import identify, page_path

AMOUNT = "/quantityList/0/quantity"


@pytest.fixture
def world(gateway):
    return World(gateway.database, clock=SystemClock(), keyring=gateway.keyring).populate()


def speaking(client, world, name):
    with world.database.transaction() as conn:
        token = tokens.issue(conn, SystemClock(), name, world.numbers[name], (Scope.SUBMIT, Scope.READ))
    client.headers["Authorization"] = f"Bearer {token}"
    return client


def told(client, event):
    answer = client.post("/api/v1/submissions", content=as_bytes(document(event)))
    assert answer.status_code == 202, answer.text
    return answer.json()["submissions"][0]


def _asked(client, path=""):
    return client.get(f"/api/v1/lots/{lot('rice')}{path}")


def test_confidential_members_reach_their_own_party_only(client, world):
    place = {"readPoint": {"id": "urn:example:place:secret"}, "disposition": "active"}
    hidden = ["/readPoint", "/disposition", "/bizStep", AMOUNT]
    farm = speaking(client, world, "farm")
    told(farm, made(amount("rice", 123), **place, **{"suyuan:confidential": hidden}))
    assert _asked(farm).json()["amounts"] == [{"direction": "made", "quantity": "123", "uom": "KGM"}]
    store = speaking(client, world, "store")
    shown = _asked(store).json()
    assert (shown["amounts"], shown["amountsHidden"]) == ([], True)
    events = _asked(store, "/events").text
    assert not [word for word in ("123", "secret", "active", "commissioning") if word in events]
    assert json.loads(events)["items"][0]["kind"] == "PRODUCED"


def test_figures_of_a_contradiction_are_shown_to_who_sees_all_amounts_in_it(client, world):
    mill = speaking(client, world, "mill")
    one = {"transformationID": "urn:example:process:1"}
    parts = (
        transformed(
            [amount("rice", 123)], [], **one, **{"suyuan:confidential": ["/inputQuantityList/0/quantity"]}
        ),
        transformed([], [amount("flour", 200)], day=2, **one),
    )
    for part in parts:
        answer = told(mill, part)
    assert "transformation.heavier" in [each["code"] for each in answer["warnings"]]
    assert "123" not in json.dumps(answer["warnings"])
    path = f"/api/v1/lots/{lot('flour')}"
    (own,) = mill.get(path).json()["contradictions"]
    assert own["facts"] == {"uom": "KGM", "inputs": "123", "outputs": "200"}
    (others,) = speaking(client, world, "store").get(path).json()["contradictions"]
    assert (others["code"], others["facts"]) == ("transformation.heavier", {})
    page = client.get(
        page_path(identify(lot("flour"))), headers={"Accept": "text/html", "Authorization": ""}
    ).text
    assert "transformation.heavier" in page
    assert "123" not in page
