"""Bad input through the public door: each gets a clear problem, nothing is lost and nothing half stored."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from sqlalchemy import func, select

from suyuan.journal import tables as t
from whole_system import whole_system

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
FARM, MILL = "urn:example:party:farm", "urn:example:party:mill"
LOT = "urn:example:lot:"


def event(lot, *, step="commissioning", action="ADD", **members):
    return {
        "type": "ObjectEvent",
        "eventTime": "2026-11-01T08:00:00+08:00",
        "eventTimeZoneOffset": "+08:00",
        "action": action,
        "bizStep": step,
        "quantityList": [{"epcClass": lot if ":" in lot else LOT + lot, "quantity": 10, "uom": "KGM"}],
        **members,
    }


def made(output, *inputs, quantity=10):
    return {
        "type": "TransformationEvent",
        "eventTime": "2026-11-02T08:00:00+08:00",
        "eventTimeZoneOffset": "+08:00",
        "bizStep": "commissioning",
        "inputQuantityList": [{"epcClass": LOT + each, "quantity": 10, "uom": "KGM"} for each in inputs],
        "outputQuantityList": [{"epcClass": LOT + output, "quantity": quantity, "uom": "KGM"}],
    }


def document(*events, **members):
    return {
        "@context": [CONTEXT],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-11-03T08:00:00Z",
        "epcisBody": {"eventList": list(events)},
        **members,
    }


@pytest.fixture
def whole(tmp_path, database_url):
    with whole_system(tmp_path, database_url, max_body_bytes=2_000_000) as found:
        for number, uri in enumerate((FARM, MILL)):
            roles = ["producer", "processor"]
            body = {"names": {"en": f"Party {number}"}, "identifiers": [uri], "roles": roles}
            assert found.client.post("/api/v1/parties", json=body).status_code == 201
        yield found


def stored(whole):
    with whole.system.database.reading() as conn:
        return conn.execute(select(func.count()).select_from(t.events)).scalar_one()


def refused(whole, body, status, code=None, **params):
    """Send it; check that the problem is clear and that nothing was stored."""
    before = stored(whole)
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = whole.client.post(
        "/api/v1/submissions",
        content=content,
        params={"as": FARM} | params,
        headers={"content-type": "application/json"},
    )
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["detail"]
    if code:
        assert code in {problem["code"], *(each["code"] for each in problem.get("errors", []))}
    assert stored(whole) == before
    return problem


def replaced(old, new):
    return json.dumps(document(event("a"))).replace(old, new).encode()


def test_what_is_no_json_is_refused(whole):
    for body in (b"", b"{", b"<xml/>", b"\xff\xfe", b"null", b"[]"):
        before = stored(whole)
        answer = whole.client.post("/api/v1/submissions", content=body, params={"as": FARM})
        assert answer.status_code in (400, 422), answer.text
        assert stored(whole) == before


def test_a_huge_body_is_refused(whole):
    refused(whole, b" " * 50_000_000, 413)


def test_json_of_ten_thousand_levels_is_refused(whole):
    refused(whole, b"[" * 10_000 + b"]" * 10_000, 400)


def test_a_member_given_twice_is_refused(whole):
    refused(whole, b'{"type": "EPCISDocument", "type": "EPCISDocument"}', 400)


def test_a_wrong_schema_version_is_named(whole):
    problem = refused(whole, document(event("a"), schemaVersion="1.2"), 422)
    assert "/schemaVersion" in {each["pointer"] for each in problem["errors"]}


def test_a_missing_time_zone_is_named(whole):
    told = event("a")
    del told["eventTimeZoneOffset"]
    problem = refused(whole, document(told), 422)
    assert any("eventTimeZoneOffset" in each["message"] + each["pointer"] for each in problem["errors"])
    assert all(each["fix"] for each in problem["errors"])


def test_a_time_in_the_future_is_refused(whole):
    late = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    problem = refused(whole, document(event("a", eventTime=late)), 422)
    assert problem["errors"][0]["pointer"].startswith("/epcisBody/eventList/0")


@pytest.mark.parametrize("quantity", ["-1", "NaN", "1e400"])
def test_an_impossible_quantity_is_refused(whole, quantity):
    refused(whole, replaced('"quantity": 10', f'"quantity": {quantity}'), 422 if quantity == "-1" else 400)


def test_an_unknown_party_is_named(whole):
    refused(whole, document(event("a")), 404, "party.unknown", **{"as": "urn:example:party:nobody"})
    told = event("a", **{"cbvmda:informationProvider": "urn:example:party:nobody"})
    refused(whole, document(told), 422)


def test_a_supplier_writes_only_as_himself(whole):
    mill = whole.token(2, "submissions:write")
    answer = whole.client.post(
        "/api/v1/submissions", json=document(event("a")), params={"as": FARM}, headers=mill
    )
    assert answer.status_code == 403
    told = event("a", **{"cbvmda:informationProvider": FARM})
    answer = whole.client.post("/api/v1/submissions", json=document(told), headers=mill)
    assert answer.status_code in (403, 422)
    assert stored(whole) == 0


def test_another_partys_lot_is_not_given_away(whole):
    whole.submit(document(event("a")), **{"as": FARM})
    shipping = event(
        "a",
        step="shipping",
        action="OBSERVE",
        destinationList=[{"type": "owning_party", "destination": FARM}],
    )
    refused(whole, document(shipping), 422, **{"as": MILL})


def test_an_unknown_lot_is_404_and_a_malformed_one_400(whole):
    assert whole.client.get(f"/api/v1/lots/{quote('urn:example:lot:none', safe='')}").status_code == 404
    assert whole.client.get("/api/v1/lots/%20").status_code in (400, 404)


@pytest.mark.parametrize("name", ["a/b/c", "100%", "%2F%25", "桃子🍑", "x" * 500, "a b", "..%2f..", "?#"])
def test_lot_names_with_any_characters_have_a_page_or_are_refused_clearly(whole, name):
    uri = "urn:example:lot:" + quote(name, safe="")
    answer = whole.client.post("/api/v1/submissions", json=document(event(uri)), params={"as": FARM})
    assert answer.status_code in (202, 422), answer.text
    if answer.status_code == 422:
        assert answer.json()["errors"]
        return
    whole.settle()
    shown = whole.client.get(f"/api/v1/lots/{quote(uri, safe='')}")
    assert shown.status_code == 200, shown.text
    page = whole.client.get(shown.json()["page"], headers={"accept": "text/html"})
    assert page.status_code == 200


def test_a_cycle_in_the_genealogy_is_refused(whole):
    whole.submit(document(event("a"), made("b", "a")), **{"as": FARM})
    refused(whole, document(made("a", "b")), 422)


def test_outputs_heavier_than_inputs_are_accepted_and_shown(whole):
    accepted = whole.submit(document(event("a"), made("b", "a", quantity=12)), **{"as": FARM})
    assert accepted["submissions"][0]["warnings"]
    shown = whole.client.get(f"/api/v1/lots/{quote(LOT + 'b', safe='')}").json()
    assert shown["contradictions"]


def test_the_same_event_id_with_another_content_conflicts(whole):
    whole.submit(
        document(event("a", eventID="urn:uuid:39ac7499-fecd-4f65-b582-1c45ff4e6356")), **{"as": FARM}
    )
    other = event("b", eventID="urn:uuid:39ac7499-fecd-4f65-b582-1c45ff4e6356")
    refused(whole, document(other), 409)


def test_the_same_document_twice_is_answered_the_same(whole):
    first = whole.submit(document(event("a")), **{"as": FARM})
    again = whole.submit(document(event("a")), **{"as": FARM})
    assert first == again
    assert stored(whole) == 1


def test_a_dry_run_stores_nothing(whole):
    answer = whole.client.post(
        "/api/v1/submissions", json=document(event("a")), params={"as": FARM, "dry_run": "true"}
    )
    assert answer.status_code == 200
    assert stored(whole) == 0
