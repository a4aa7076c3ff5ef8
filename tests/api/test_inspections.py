"""Inspections, test reports and proposals of holds over HTTP."""

from __future__ import annotations

import pytest

from suyuan.access import tokens
from suyuan.access.model import Scope

LOT = "https://id.gs1.org/01/06901234567892/10/MQ1"
ITEM = {
    "item": "铅",
    "result": "0.31",
    "unit": "mg/kg",
    "comparator": "<=",
    "limit": "0.2",
    "verdict": "fail",
}
REPORT = {
    "number": "R-1",
    "issued": "2026-11-20",
    "verdict": "fail",
    "sample": {"id": "S-1", "taken": "2026-11-16", "sampler": "王小明"},
    "items": [ITEM],
}
INSPECTION = {
    "number": "I-1",
    "stage": "receiving",
    "verdict": "pass",
    "items": [{"item": "感官", "result": "正常", "verdict": "pass"}],
}


@pytest.fixture
def callers(gateway, registrar):
    """Headers of a farm, its laboratory, a stranger and quality staff, after the farm has told of a lot."""
    for name, role in (("farm", "producer"), ("lab", "laboratory"), ("stranger", "producer")):
        party = {"names": {"en": name}, "identifiers": [f"urn:party:{name}"], "roles": [role]}
        assert registrar.post("/api/v1/parties", json=party).status_code == 201
    made = {}
    with gateway.database.transaction() as conn:
        for who, party, scopes in (
            ("farm", 1, (Scope.SUBMIT, Scope.READ)),
            ("lab", 2, (Scope.SUBMIT, Scope.READ)),
            ("stranger", 3, (Scope.READ,)),
            ("qc", None, (Scope.QC, Scope.AUDIT)),
            ("auditor", None, (Scope.AUDIT,)),
        ):
            made[who] = tokens.issue(conn, gateway.clock, who, party, scopes)
    del registrar.headers["Authorization"]
    headers = {who: {"headers": {"Authorization": f"Bearer {secret}"}} for who, secret in made.items()}
    event = {
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "type": "ObjectEvent",
        "action": "ADD",
        "bizStep": "commissioning",
        "eventTime": "2026-11-10T08:00:00Z",
        "eventTimeZoneOffset": "+08:00",
        "quantityList": [{"epcClass": LOT, "quantity": 12, "uom": "KGM"}],
    }
    assert registrar.post("/api/v1/submissions", json=event, **headers["farm"]).status_code == 202
    return headers


@pytest.fixture
def told(client, callers):
    answer = client.post("/api/v1/test-reports", json={"lot": LOT, "testReport": REPORT}, **callers["lab"])
    assert answer.status_code == 202, answer.text
    return answer.json()


def test_a_report_is_told_and_read_back_by_its_laboratory(client, callers, told):
    (found,) = client.get("/api/v1/test-reports", **callers["lab"]).json()["items"]
    assert (found["submission"], found["failed"], found["lot"]) == (told["id"], True, LOT)
    assert found["testReport"]["items"] == [ITEM]
    assert "sampler" not in found["testReport"]["sample"]
    one = client.get(f"/api/v1/test-reports/{found['id']}", **callers["lab"])
    assert one.json() == found


def test_an_inspection_is_told_at_its_own_time(client, callers):
    body = {"lot": "06901234567892/MQ1", "time": "2026-11-12T10:00:00+08:00", "inspection": INSPECTION}
    answer = client.post("/api/v1/inspections", json=body, **callers["farm"])
    assert answer.status_code == 202, answer.text
    (found,) = client.get("/api/v1/inspections", **callers["farm"]).json()["items"]
    assert found["happenedAt"] == "2026-11-12T02:00:00+00:00"
    assert client.get("/api/v1/test-reports", **callers["farm"]).json()["items"] == []


def test_of_a_lot_everybody_sees_all_that_was_told_and_only_its_own_by_number(client, callers, told):
    (found,) = client.get(f"/api/v1/test-reports?lot={LOT}", **callers["stranger"]).json()["items"]
    assert found["party"] == 2
    assert client.get("/api/v1/test-reports", **callers["stranger"]).json()["items"] == []
    assert client.get(f"/api/v1/test-reports/{found['id']}", **callers["stranger"]).status_code == 404


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"items": []}, "/testReport/items"),
        ({"items": [ITEM | {"result": 0.31}]}, "/testReport/items/0/result"),
        ({"verdict": "合格"}, "/testReport/verdict"),
        ({"sample": None}, "/testReport/sample"),
        ({"price": "9"}, "/testReport/price"),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_place(client, callers, change, pointer):
    body = {"lot": LOT, "testReport": REPORT | change}
    answer = client.post("/api/v1/test-reports", json=body, **callers["lab"])
    assert (answer.status_code, answer.json()["code"]) == (422, "record.refused")
    assert pointer in [each["pointer"] for each in answer.json()["errors"]]


def test_a_lot_that_is_named_by_its_hash_is_refused(client, callers):
    body = {"lot": "0x" + "00" * 32, "testReport": REPORT}
    assert client.post("/api/v1/test-reports", json=body, **callers["lab"]).status_code == 422


def test_a_party_with_our_keys_prepares_nothing(client, callers):
    body = {"lot": LOT, "testReport": REPORT}
    answer = client.post("/api/v1/test-reports?prepare=true", json=body, **callers["lab"])
    assert answer.status_code == 422
    assert client.get(f"/api/v1/test-reports?lot={LOT}", **callers["lab"]).json()["items"] == []


def test_a_failed_report_is_on_the_list_of_quality_staff_until_declined(client, callers, told):
    (found,) = client.get("/api/v1/hold-proposals?state=open", **callers["qc"]).json()["items"]
    assert (found["lot"], found["reason"], found["state"]) == (LOT, "failed_test", "open")
    path = f"/api/v1/hold-proposals/{found['id']}/decline"
    assert client.post(path, json={"reason": " "}, **callers["qc"]).json()["code"] == "hold.reason"
    done = client.post(path, json={"reason": "复检合格"}, **callers["qc"])
    assert (done.status_code, done.json()["state"], done.json()["why"]) == (200, "declined", "复检合格")
    again = client.post(path, json={"reason": "复检合格"}, **callers["qc"])
    assert (again.status_code, again.json()["code"]) == (409, "hold.proposal_decided")
    assert client.get("/api/v1/hold-proposals?state=open", **callers["qc"]).json()["items"] == []


def test_only_quality_staff_declines_and_no_supplier_sees_the_list(client, callers, told):
    assert client.get("/api/v1/hold-proposals", **callers["auditor"]).status_code == 200
    path = "/api/v1/hold-proposals/1/decline"
    for who in ("farm", "lab", "stranger", "auditor"):
        assert client.post(path, json={"reason": "x"}, **callers[who]).status_code == 403
    for who in ("farm", "lab", "stranger"):
        assert client.get("/api/v1/hold-proposals", **callers[who]).status_code == 403
