"""The routes of documents, from the outside: what is answered, and that nothing is stored that was
refused."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from journal_world import (
    World,
    amount,
    document,
    event,
    identifier,
    lot,
    made,
    packed,
    party,
    seen,
    shipped,
    transformed,
)
from suyuan.access import tokens
from suyuan.access.model import Scope
from suyuan.kernel.clock import SystemClock
from suyuan.kernel.hashing import to_hex
from suyuan.kernel.ledger import Role

SUBMISSIONS = "/api/v1/submissions"


@pytest.fixture
def world(gateway):
    found = World(gateway.database, clock=SystemClock(), keyring=gateway.keyring)
    return found.populate()


@pytest.fixture
def farm(client, world):
    """A client that speaks as the farm."""
    return speaking(client, world, "farm")


def speaking(client, world, name):
    with world.database.transaction() as conn:
        token = tokens.issue(conn, SystemClock(), name, world.numbers[name], (Scope.SUBMIT, Scope.READ))
    client.headers["Authorization"] = f"Bearer {token}"
    return client


def problem(answer, status, code, pointer=None):
    """The answer is a problem with this status and code (and, somewhere, this pointer)."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    found = answer.json()
    assert (answer.status_code, found["status"], found["code"]) == (status, status, code), found
    assert found["title"]
    assert found["detail"]
    if pointer is not None:
        assert pointer in [each["pointer"] for each in found["errors"]], found["errors"]
        assert all(each["message"] for each in found["errors"])
    return found


@pytest.fixture
def unchanged(world):
    """After the test, nothing is stored that was not before."""
    before = world.stored()
    yield
    assert world.stored() == before


def past(*events):
    return document(*events)


FIRST = "/epcisBody/eventList/0"

BAD_BODIES = {
    "not JSON": (b"{not json", 400, "json.syntax"),
    "empty": (b"", 400, "json.syntax"),
    "XML": (b"<epcis/>", 400, "json.syntax"),
    "not UTF-8": (b'{"a": "\xff"}', 400, "json.encoding"),
    "duplicate keys": (b'{"type": "EPCISDocument", "type": "EPCISDocument"}', 400, "json.duplicate_name"),
    "10,000 deep": (b"[" * 10_000 + b"]" * 10_000, 400, "json.depth"),
    "NaN": (b'{"type": NaN}', 400, "json.number"),
    "1e400": (b'{"quantity": 1e400}', 400, "json.number"),
    "a list": (b"[]", 422, "document.form"),
    "another document": (b'{"type": "Invoice"}', 422, "document.type"),
}


@pytest.mark.parametrize("name", BAD_BODIES)
@pytest.mark.usefixtures("unchanged")
def test_a_body_that_is_no_document_is_refused(farm, name):
    body, status, code = BAD_BODIES[name]
    answer = farm.post(SUBMISSIONS, content=body)
    found = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.status_code == status, found
    assert found["code"].startswith(code.partition(".")[0] + ".") or found["code"] == code, found


@pytest.mark.usefixtures("unchanged")
def test_50_megabytes_are_refused_before_they_are_read(farm):
    body = b'{"type": "EPCISDocument", "x": "' + b"a" * 50_000_000 + b'"}'
    problem(farm.post(SUBMISSIONS, content=body), 413, "body.too-large")


def _broken(**members):
    return made(amount("rice", 1), **members)


BAD_EVENTS = {
    "missing eventTimeZoneOffset": (_broken(eventTimeZoneOffset=None), f"{FIRST}/eventTimeZoneOffset"),
    "missing eventTime": (_broken(eventTime=None), f"{FIRST}/eventTime"),
    "time in the future": (_broken(eventTime="2999-01-01T00:00:00Z"), f"{FIRST}/eventTime"),
    "time before 1970": (_broken(eventTime="1969-12-31T23:59:59Z"), f"{FIRST}/eventTime"),
    "year 1": (_broken(eventTime="0001-01-01T00:00:00+14:00"), f"{FIRST}/eventTime"),
    "no such time": (_broken(eventTime="2026-02-30T00:00:00Z"), f"{FIRST}/eventTime"),
    "time without offset": (_broken(eventTime="2026-11-01T08:00:00"), f"{FIRST}/eventTime"),
    "quantity negative": (made(amount("rice", -1)), f"{FIRST}/quantityList/0/quantity"),
    "quantity as text": (
        made({"epcClass": lot("rice"), "quantity": "1"}),
        f"{FIRST}/quantityList/0/quantity",
    ),
    "unit of nobody": (made(amount("rice", 1, "kg")), f"{FIRST}/quantityList/0/uom"),
    "unknown step": (_broken(bizStep="shiping"), f"{FIRST}/bizStep"),
    "unknown member": (_broken(colour="red"), f"{FIRST}/colour"),
    "unknown type": (_broken(type="ObjektEvent"), f"{FIRST}/type"),
    "no URI": (made(amount("rice", 1), epcList=["not a uri"]), f"{FIRST}/epcList/0"),
    "emoji in a URI": (made({"epcClass": "urn:example:lot:🐟"}), f"{FIRST}/quantityList/0/epcClass"),
    "nothing named": (event(), FIRST),
    "ilmd without ADD": (seen("storing", amount("rice", 1), ilmd={}), f"{FIRST}/ilmd"),
    "unknown party": (
        _broken(**{"cbvmda:informationProvider": "urn:x:nobody"}),
        f"{FIRST}/cbvmda:informationProvider",
    ),
    "another party": (_broken(**{"cbvmda:informationProvider": party("mill")}), FIRST),
    "a party that is a number": (
        _broken(**{"cbvmda:informationProvider": 7}),
        f"{FIRST}/cbvmda:informationProvider",
    ),
    "nothing to hide": (_broken(**{"suyuan:confidential": ["/x"]}), f"{FIRST}/x"),
    "hidden by a word": (_broken(**{"suyuan:confidential": "price"}), f"{FIRST}/suyuan:confidential"),
    "digests of its own": (_broken(**{"example:x": {"_sd": []}}), f"{FIRST}/_sd"),
}


@pytest.mark.parametrize("name", BAD_EVENTS)
@pytest.mark.usefixtures("unchanged")
def test_a_wrong_event_is_refused_with_its_place_and_a_fix(farm, name):
    wrong, pointer = BAD_EVENTS[name]
    answer = farm.post(SUBMISSIONS, json=past(wrong))
    problem(answer, 422, "document.refused", pointer)


@pytest.mark.parametrize("literal", ["NaN", "1e400", "-1e400", "Infinity"])
@pytest.mark.usefixtures("unchanged")
def test_a_quantity_that_is_no_number_is_refused(farm, literal):
    body = json.dumps(past(made(amount("rice", 987654321)))).replace("987654321", literal)
    found = farm.post(SUBMISSIONS, content=body)
    assert (found.status_code, found.headers["content-type"]) == (400, "application/problem+json")
    assert found.json()["code"].startswith("json.")


@pytest.mark.parametrize("version", ["1.2", "2.1", "3", "two", 2, None, "2.0.0.0"])
@pytest.mark.usefixtures("unchanged")
def test_a_wrong_schema_version_is_refused(farm, version):
    answer = farm.post(SUBMISSIONS, json=document(made(amount("rice", 1)), schemaVersion=version))
    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/schemaVersion"]


@pytest.mark.usefixtures("unchanged")
def test_every_fault_is_reported_at_once(farm):
    wrong = [
        made(amount("rice", -1)),
        _broken(eventTimeZoneOffset=None),
        _broken(eventTime="2999-01-01T00:00:00Z"),
    ]
    found = farm.post(SUBMISSIONS, json=past(made(amount("corn", 1)), *wrong)).json()
    assert sorted(each["pointer"] for each in found["errors"]) == [
        "/epcisBody/eventList/1/quantityList/0/quantity",
        "/epcisBody/eventList/2/eventTimeZoneOffset",
        "/epcisBody/eventList/3/eventTime",
    ]
    assert all(each["fix"] for each in found["errors"])


@pytest.mark.usefixtures("unchanged")
def test_too_many_events_are_refused(farm):
    body = document(*[made(amount(str(n), 1)) for n in range(6)])
    gateway = farm.app.state.gateway
    few = gateway.settings.model_copy(update={"max_events": 5})
    farm.app.state.gateway = type(gateway)(
        **{**{f: getattr(gateway, f) for f in gateway.__slots__}, "settings": few}
    )
    answer = farm.post(SUBMISSIONS, json=body)
    problem(answer, 422, "document.too_many_events", "/epcisBody/eventList")


@pytest.mark.parametrize("step", ["shipping", "retail_selling", "destroying"])
def test_nobody_gives_away_what_he_never_had(client, world, step):
    answer = speaking(client, world, "farm").post(SUBMISSIONS, json=past(made(amount("rice", 1))))
    assert answer.status_code == 202
    before = world.stored()
    to = {"destinationList": [{"type": "owning_party", "destination": party("store")}]}
    found = speaking(client, world, "mill").post(SUBMISSIONS, json=past(seen(step, amount("rice", 1), **to)))
    problem(found, 422, "document.refused", f"{FIRST}/quantityList/0/epcClass")
    assert [each["code"] for each in found.json()["errors"]] == ["journal.lot_not_yours"]
    assert world.stored() == before


def test_nobody_makes_what_another_has_made(client, world):
    assert (
        speaking(client, world, "farm").post(SUBMISSIONS, json=past(made(amount("rice", 1)))).status_code
        == 202
    )
    before = world.stored()
    mill = speaking(client, world, "mill")
    for wrong in (made(amount("rice", 1)), transformed([amount("corn", 1)], [amount("rice", 1)])):
        found = mill.post(SUBMISSIONS, json=past(wrong))
        problem(found, 422, "document.refused")
        assert [each["code"] for each in found.json()["errors"]] == ["journal.already_made"]
    assert world.stored() == before


@pytest.mark.usefixtures("unchanged")
def test_a_laboratory_cannot_bring_a_lot_into_being(client, world):
    told = seen(
        "inspecting", amount("rice", 1), bizTransactionList=[{"type": "testres", "bizTransaction": "urn:x:1"}]
    )
    found = speaking(client, world, "lab").post(SUBMISSIONS, json=past(told))
    problem(found, 422, "document.refused", f"{FIRST}/quantityList/0/epcClass")
    assert [each["code"] for each in found.json()["errors"]] == ["journal.lot_unknown"]


def test_a_cycle_in_the_genealogy_is_refused_with_its_path(farm, world):
    told = [
        transformed([amount("a", 3)], [amount("b", 2)]),
        transformed([amount("b", 2)], [amount("c", 1)], day=2),
    ]
    with world.database.transaction() as conn:
        world.register(conn, "both", Role.PRODUCER | Role.PROCESSOR)
    maker = speaking(farm, world, "both")
    assert maker.post(SUBMISSIONS, json=past(*told)).status_code == 202
    before = world.stored()
    found = maker.post(SUBMISSIONS, json=past(transformed([amount("c", 1)], [amount("a", 1)], day=3)))
    (fault,) = problem(found, 422, "document.refused", FIRST)["errors"]
    assert fault["code"] == "journal.genealogy_cycle"
    assert " → ".join(lot(name) for name in "abca") in fault["message"]
    assert world.stored() == before


def test_outputs_heavier_than_inputs_are_accepted_and_shown(client, world):
    mill = speaking(client, world, "mill")
    answer = mill.post(
        SUBMISSIONS, json=past(transformed([amount("rice", 1000, "GRM")], [amount("flour", 1.5)]))
    )
    assert answer.status_code == 202
    assert "transformation.heavier" in [each["code"] for each in answer.json()["submissions"][0]["warnings"]]
    shown = mill.get(f"/api/v1/lots/{lot('flour')}").json()
    assert [(each["code"], each["facts"]) for each in shown["contradictions"]] == [
        ("transformation.heavier", {"uom": "KGM", "inputs": "1.000", "outputs": "1.5"})
    ]


def test_the_same_event_id_with_another_content_is_a_conflict(farm, world):
    assert farm.post(SUBMISSIONS, json=past(made(amount("rice", 1), eventID="urn:uuid:1"))).status_code == 202
    before = world.stored()
    answer = farm.post(SUBMISSIONS, json=past(made(amount("rice", 2), eventID="urn:uuid:1")))
    problem(answer, 409, "event.conflict", f"{FIRST}/eventID")
    assert world.stored() == before


def test_a_used_idempotency_key_is_refused_for_another_body(farm, world):
    headers = {"Idempotency-Key": "one"}
    first = farm.post(SUBMISSIONS, json=past(made(amount("rice", 1))), headers=headers)
    before = world.stored()
    assert farm.post(SUBMISSIONS, json=past(made(amount("rice", 1))), headers=headers).json() == first.json()
    other = farm.post(SUBMISSIONS, json=past(made(amount("corn", 1))), headers=headers)
    problem(other, 422, "idempotency.key_reused")
    assert world.stored() == before


@pytest.mark.usefixtures("unchanged")
def test_without_a_token_or_scope_nothing_goes_in(client, world):
    problem(client.post(SUBMISSIONS, json=past(made(amount("rice", 1)))), 401, "token.missing")
    with world.database.transaction() as conn:
        token = tokens.issue(conn, SystemClock(), "reader", world.numbers["farm"], (Scope.READ,))
    headers = {"Authorization": f"Bearer {token}"}
    problem(client.post(SUBMISSIONS, json=past(made(amount("rice", 1))), headers=headers), 403, "token.scope")


def test_a_submission_is_seen_by_its_party_and_the_platform_only(client, world, operator):
    made_id = (
        speaking(client, world, "farm").post(SUBMISSIONS, json=past(made(amount("rice", 1)))).json()["id"]
    )
    own = client.get(f"{SUBMISSIONS}/{made_id}").json()
    assert (own["state"], own["events"], own["entries"]) == ("received", 1, 1)
    assert own["receipt"]["submission"] == made_id
    assert [each["id"] for each in client.get(SUBMISSIONS).json()["items"]] == [made_id]
    problem(speaking(client, world, "mill").get(f"{SUBMISSIONS}/{made_id}"), 404, "submission.unknown")
    assert client.get(SUBMISSIONS).json()["items"] == []
    client.headers["Authorization"] = f"Bearer {operator}"
    assert client.get(f"{SUBMISSIONS}/{made_id}").status_code == 200


def test_submissions_are_listed_page_by_page(farm):
    sent = [farm.post(SUBMISSIONS, json=past(made(amount(str(n), 1)))).json()["id"] for n in range(5)]
    found, url = [], f"{SUBMISSIONS}?limit=2"
    while url:
        answer = farm.get(url)
        found += [each["id"] for each in answer.json()["items"]]
        url = answer.links.get("next", {}).get("url")
    assert found == sent[::-1]


@pytest.mark.usefixtures("unchanged")
def test_a_dry_run_answers_200_and_stores_nothing(farm):
    answer = farm.post(f"{SUBMISSIONS}?dry_run=true", json=past(made(amount("rice", 1))))
    assert (answer.status_code, answer.json()["id"]) == (200, None)
    assert answer.json()["submissions"][0]["entries"] == 1


def test_only_the_registrar_onboards(farm, world, operator):
    told = made(amount("rice", 1), **{"cbvmda:informationProvider": "urn:example:party:new"})
    problem(farm.post(f"{SUBMISSIONS}?onboard=true", json=past(told)), 403, "token.scope")
    problem(farm.post("/api/v1/onboarding", json=past(told)), 403, "token.scope")
    farm.headers["Authorization"] = f"Bearer {operator}"
    before = world.stored()
    tried = farm.post(f"{SUBMISSIONS}?onboard=true&dry_run=true", json=past(told))
    assert tried.status_code == 200
    assert world.stored() == before
    found = farm.post("/api/v1/onboarding", json=past(told)).json()
    assert found["parties"] == [{"number": 7, "uri": "urn:example:party:new", "isNew": True}]
    assert farm.post(f"{SUBMISSIONS}?onboard=true", json=past(told)).status_code == 202


HARD_NAMES = {
    "slashes": "https://id.gs1.org/01/09506000134352/10/A%2FB%2FC",
    "percent signs": "https://id.gs1.org/01/09506000134352/10/50%25",
    "emoji": "urn:example:lot:%F0%9F%90%9F",
    "500 characters": "urn:example:lot:" + "x" * 484,
    "a route's name": "urn:example:lot:a/events",
}


@pytest.mark.parametrize("name", HARD_NAMES)
def test_a_lot_is_found_again_however_hard_its_name(farm, name):
    uri = HARD_NAMES[name]
    assert farm.post(SUBMISSIONS, json=past(made(amount(uri, 1)))).status_code == 202
    for named in (quote(uri, safe=""), to_hex(identifier(uri))):
        answer = farm.get(f"/api/v1/lots/{named}")
        assert (answer.status_code, answer.json().get("uri")) == (200, uri)
        history = farm.get(f"/api/v1/lots/{named}/events").json()["items"]
        assert [each["kind"] for each in history] == ["PRODUCED"]
        assert farm.get(f"/api/v1/lots/{named}/trace?direction=back").json()["lots"][0]["uri"] == uri


@pytest.mark.parametrize(
    "named", ["09506000134352/NO", "urn:example:lot:none", "0x" + "00" * 32, "a%20b", "%F0%9F%90%9F"]
)
def test_a_lot_that_nobody_recorded_is_not_found(farm, named):
    for route in ("", "/events", "/trace?direction=back"):
        answer = farm.get(f"/api/v1/lots/{named}{route}")
        assert answer.status_code in (400, 404)
        assert answer.headers["content-type"] == "application/problem+json"
    assert farm.get(f"/api/v1/lots/{named}/trace?direction=sideways").status_code == 422


def test_the_history_of_a_lot_shows_kind_party_place_and_state(farm, world):
    farm.post(SUBMISSIONS, json=past(made(amount("rice", 1), bizLocation={"id": "urn:example:place:1"})))
    farm.post(SUBMISSIONS, json=past(shipped("mill", amount("rice", 1), day=2)))
    first, second = farm.get(f"/api/v1/lots/{lot('rice')}/events").json()["items"]
    assert (first["kind"], first["bizStep"], first["state"]) == ("PRODUCED", "commissioning", "received")
    assert first["party"] == {"number": world.numbers["farm"], "names": {"en": "farm"}}
    assert first["place"] == {"uri": "urn:example:place:1", "names": {}}
    assert second["counterparty"]["number"] == world.numbers["mill"]
    shown = farm.get(f"/api/v1/lots/{lot('rice')}").json()
    assert shown["offeredTo"]["number"] == world.numbers["mill"]
    assert shown["amounts"] == [{"direction": "made", "quantity": "1", "uom": "KGM"}]


def test_what_is_confidential_is_shown_to_its_own_party_only(client, world):
    told = made(amount("rice", 1), **{"suyuan:confidential": ["/example:price"], "example:price": "12.80"})
    farm = speaking(client, world, "farm")
    event_id = (
        farm.post(SUBMISSIONS, json=past(told)).json() and farm.get("/epcis/events").json()["epcisBody"]
    )
    event_id = quote(event_id["queryResults"]["resultsBody"]["eventList"][0]["eventID"], safe="")
    assert "12.80" in farm.get(f"/api/v1/lots/{lot('rice')}/events").text
    assert "12.80" in farm.get(f"/epcis/events/{event_id}").text
    other = speaking(client, world, "mill")
    assert "12.80" not in other.get(f"/api/v1/lots/{lot('rice')}/events").text
    problem(other.get(f"/epcis/events/{event_id}"), 404, "event.unknown")


def test_epcis_capture_has_a_job_and_the_headers_of_the_standard(farm):
    limits = farm.options("/epcis/capture")
    assert (limits.status_code, limits.headers["gs1-epcis-capture-limit"]) == (204, "5000")
    answer = farm.post("/epcis/capture", json=past(made(amount("rice", 1))))
    assert (answer.status_code, answer.headers["gs1-epcis-version"]) == (202, "2.0.0")
    job = farm.get(answer.headers["location"]).json()
    assert (job["running"], job["success"], job["errors"]) == (False, True, [])
    problem(farm.get("/epcis/capture/none"), 404, "submission.unknown")
    problem(farm.post("/epcis/capture", json=past(made(amount("rice", -1)))), 422, "document.refused")
    proceed = farm.post("/epcis/capture", json=past(), headers={"GS1-Capture-Error-Behaviour": "proceed"})
    problem(proceed, 400, "epcis.query_parameter")


def test_epcis_events_are_found_by_type_step_and_time_page_by_page(farm):
    events = [made(amount(str(n), 1), day=n) for n in range(1, 6)]
    farm.post(
        SUBMISSIONS, json=past(*events, packed("urn:epc:id:sscc:0614141.1234567890", amount("1", 1), day=6))
    )

    def found(query):
        listed, url = [], f"/epcis/events?{query}"
        while url:
            answer = farm.get(url)
            assert answer.status_code == 200, answer.text
            listed += answer.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
            url = answer.links.get("next", {}).get("url")
        return [each["eventTime"][8:10] for each in listed]

    assert found("perPage=2") == ["01", "02", "03", "04", "05", "06"]
    assert found("eventType=AggregationEvent") == ["06"]
    assert found("EQ_bizStep=packing|commissioning&GE_eventTime=2026-11-05T00:00:00Z") == ["05", "06"]
    assert found("LT_eventTime=2026-11-03T00:00:00Z") == ["01", "02"]
    problem(farm.get("/epcis/events?MATCH_epc=x"), 400, "epcis.query_parameter")
    problem(farm.get("/epcis/events?nextPageToken=x"), 400, "cursor.malformed")


def test_the_answer_does_not_wait_for_a_chain(farm, world):
    """The application's chain is an address that nobody answers at: a submission is taken in all the same."""
    answer = farm.post(SUBMISSIONS, json=past(made(amount("rice", 1))))
    assert answer.status_code == 202
    assert world.kinds("rice") == [("farm", "PRODUCED")]
