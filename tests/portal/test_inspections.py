"""An inspection is typed, looked at, and signed; a hold is declined; an endpoint shows its secret once."""

from __future__ import annotations

import re

import pytest

from portal.inspected import inspected
from portal.told import LOT, commissioned, tell, told
from suyuan.inspections import queries

FORM = {
    "kind": "testReport",
    "rows": "3",
    "act": "check",
    "lot": LOT,
    "number": "R-7",
    "issued": "2026-11-22",
    "sample_id": "S-1",
    "taken": "2026-11-22",
    "verdict": "fail",
    "item0": "铅",
    "result0": "0.31",
    "unit0": "mg/kg",
    "comparator0": "<=",
    "limit0": "0.2",
    "verdict0": "fail",
}


@pytest.fixture
def signer(gateway, parties, client, sign_in):
    tell(gateway, parties[0], commissioned(LOT))
    return sign_in(client, ["signer"], parties[0])


def send(person, path, **values):
    return person.browser.post(path, data={"csrf": person.csrf, **values})


def records(gateway, party):
    with gateway.database.reading() as conn:
        return queries.records_of_party(conn, party, None, 10)


def hidden(text, name):
    return re.search(rf'name="{name}" value="([^"]*)"', text)[1]


def test_a_report_is_shown_whole_before_it_is_signed_and_told_then(gateway, parties, signer):
    seen = send(signer, "/supplier/inspections/new", **FORM)
    assert seen.status_code == 200, seen.text
    assert records(gateway, parties[0]) == []
    assert "0.31" in seen.text
    told = send(
        signer, "/supplier/inspections/do", kind="testReport", body=hidden(seen.text, "body"), password=""
    )
    if told.status_code != 303:  # a proof is due first
        assert 'name="password"' in seen.text
        return
    (found,) = records(gateway, parties[0])
    assert (found.record.number, found.failed) == ("R-7", True)


def test_more_rows_keep_what_was_typed(signer):
    seen = send(signer, "/supplier/inspections/new", **(FORM | {"act": "more"}))
    assert 'name="item5"' in seen.text
    assert 'value="R-7"' in seen.text


@pytest.mark.parametrize(
    ("change", "control"),
    [
        ({"number": ""}, "number"),
        ({"result0": ""}, "result0"),
        ({"issued": "gestern"}, "issued"),
        ({"taken": ""}, "taken"),
        ({"verdict": "ok"}, "verdict"),
        ({"item0": "", "result0": "", "unit0": "", "limit0": ""}, "item0"),
    ],
)
def test_each_fault_stands_at_its_field(signer, change, control):
    seen = send(signer, "/supplier/inspections/new", **(FORM | change))
    assert seen.status_code == 422
    assert f'href="#{control}"' in seen.text
    assert 'value="S-1"' in seen.text


def test_a_file_that_is_none_is_refused_beside_its_field(signer):
    files = {"file": ("report.pdf", b"MZ\x90\x00 not a paper", "application/pdf")}
    seen = signer.browser.post("/supplier/inspections/new", data={"csrf": signer.csrf, **FORM}, files=files)
    assert seen.status_code == 422
    assert 'href="#file"' in seen.text


def test_a_form_that_was_changed_on_its_way_is_refused(signer):
    for body in ("%%%", "W10=", "e30="):
        answer = send(signer, "/supplier/inspections/do", kind="testReport", body=body)
        assert answer.status_code in {400, 422}, body


def test_an_entry_clerk_looks_but_tells_nothing(gateway, parties, client, sign_in):
    clerk = sign_in(client, ["entry"], parties[0])
    assert clerk.browser.get("/supplier/inspections").status_code == 200
    assert send(clerk, "/supplier/inspections/new", **FORM).status_code == 403
    assert send(clerk, "/supplier/inspections/do", kind="testReport", body="").status_code == 403


def test_a_correction_stands_beside_the_proposal(gateway, parties, client, sign_in):
    told(gateway, parties)
    inspected(gateway, parties)
    qc = sign_in(client, ["qc"])
    seen = qc.browser.get("/admin/hold-proposals").text
    assert "原单位已更正为合格" in seen
    assert "<strong>R-2</strong>" in seen


def test_the_secret_of_an_endpoint_is_on_one_page_once(parties, client, sign_in):
    admin = sign_in(client, ["admin"], parties[0])
    made = send(admin, "/supplier/webhooks", name="ERP", url="https://erp.example.com/in", topic="handover.*")
    secret = re.search(r"whsec_[\w-]{43}", made.text)[0]
    listed = admin.browser.get("/supplier/webhooks").text
    address = re.search(r'href="(/supplier/webhooks/[0-9a-f]{16})"', listed)[1]
    assert secret not in admin.browser.get(address).text
    again = send(admin, address, act="secret")
    assert secret not in again.text
    assert "whsec_" in again.text
    assert send(admin, address, act="ping").status_code == 303
    assert send(admin, address, act="nothing").status_code == 404
    wrong = send(admin, "/supplier/webhooks", name="", url="https://127.0.0.1/")
    assert wrong.status_code == 422
    assert 'href="#url"' in wrong.text


def test_a_party_takes_its_own_data_away(gateway, parties, signer, sign_in, client):
    found = signer.browser.get("/supplier/exports/file?what=events")
    assert LOT in found.text
    other = sign_in(client, ["auditor"], parties[1])
    assert LOT not in other.browser.get("/supplier/exports/file?what=events").text
    assert signer.browser.get("/supplier/exports/file?what=epcis").json()["type"] == "EPCISDocument"
    assert signer.browser.get("/supplier/exports/file?what=prices").status_code == 404
    assert signer.browser.get("/supplier/exports/file?what=events&from=x").status_code == 422
