"""The pages of the audit trail and of companies' sign-ins."""

from __future__ import annotations

import ast
import csv
import io
import re
from pathlib import Path

import pytest

import suyuan
from suyuan.access import companies, trail
from suyuan.access.model import Caller
from suyuan.portal.trails import COLUMNS
from suyuan.portal.words import words

COMPANY = {
    "name": "晨露集团",
    "party": "",
    "issuer": "https://login.example.com",
    "client-id": "suyuan",
    "client-secret": "s3cret",
}


def note(gateway, party, subject):
    caller = Caller("0" * 16, "x", party, frozenset(), account="0" * 16)
    with gateway.database.transaction() as conn:
        return trail.note(conn, gateway.clock, caller, "token.made", subject, {"n": 1})


def read_csv(answer):
    assert answer.headers["content-disposition"] == 'attachment; filename="trail.csv"'
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


def test_a_party_sees_its_own_lines_and_the_staff_all(gateway, parties, client, sign_in):
    note(gateway, parties[0], "ours")
    note(gateway, parties[1], "theirs")
    admin = sign_in(client, ["admin"], parties[0])
    for path in ("/supplier/trail", "/supplier/trail/file"):
        seen = admin.browser.get(path).text
        assert ("ours" in seen, "theirs" in seen) == (True, False), path
    rows = read_csv(admin.browser.get("/supplier/trail/file"))
    assert tuple(rows[0]) == COLUMNS
    assert {row["party"] for row in rows} == {str(parties[0])}
    registrar = sign_in(client, ["registrar"])
    for path in ("/admin/trail", "/admin/trail/file"):
        seen = registrar.browser.get(path).text
        assert ("ours" in seen, "theirs" in seen) == (True, True), path
    numbers = [int(row["number"]) for row in read_csv(registrar.browser.get("/admin/trail/file"))]
    assert numbers == list(range(len(numbers), 0, -1))


@pytest.mark.parametrize(("seat", "status"), [("auditor", 200), ("entry", 403), ("signer", 403)])
def test_of_a_partys_other_people_only_the_auditor_reads_it(parties, client, sign_in, seat, status):
    person = sign_in(client, [seat], parties[0])
    for path in ("/supplier/trail", "/supplier/trail/file"):
        assert person.browser.get(path).status_code == status
    assert person.browser.get("/admin/trail").status_code == 403


def test_a_line_is_on_the_chain_when_its_head_is(gateway, parties):
    first = note(gateway, parties[0], "a")
    with gateway.database.transaction() as conn:
        head = trail.anchor_head(conn, gateway.clock, lines=1)
        later = first + 1
        found = trail.heads_over(conn, [first, later])
        assert {key: (each.number, each.state) for key, each in found.items()} == {first: (head, None)}
    note(gateway, parties[0], "b")
    with gateway.database.transaction() as conn:
        assert later not in trail.heads_over(conn, [later])
        assert trail.heads_over(conn, []) == {}


def test_every_act_that_the_program_notes_has_its_words():
    for language in ("zh", "en"):
        known = words(language)
        missing = [each for each in sorted(_actions()) if not known.has(f"trails.act.{each}")]
        assert missing == []


def _actions():
    for file in Path(suyuan.__file__).parent.rglob("*.py"):
        for call in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(call, ast.Call) and ast.unparse(call.func) in {"note", "trail.note"}:
                told = call.args[3] if len(call.args) > 3 else None
                for each in ast.walk(told) if told is not None else ():
                    if isinstance(each, ast.Constant) and re.fullmatch(
                        r"[a-z]+[.][a-z_.-]+[a-z]", str(each.value)
                    ):
                        yield each.value


def test_a_registrar_adds_and_closes_a_companys_sign_in(gateway, parties, client, sign_in):
    registrar = sign_in(client, ["registrar"])

    def send(path, **values):
        return registrar.browser.post(path, data={"csrf": registrar.csrf, **values})

    made = send("/admin/companies", **(COMPANY | {"party": str(parties[0])}))
    assert (made.status_code, made.headers["location"]) == (303, "/admin/companies?said=companies.added")
    with gateway.database.reading() as conn:
        (found,) = companies.list_companies(conn)
        assert companies.secret_of(conn, gateway.keyring, found.id) == "s3cret"
    assert (found.name, found.party) == ("晨露集团", parties[0])
    listed = registrar.browser.get("/admin/companies").text
    assert "https://login.example.com" in listed
    assert "s3cret" not in listed
    assert send(f"/admin/companies/{found.id}/disable").status_code == 303
    assert send(f"/admin/companies/{found.id}/disable").status_code == 404
    with gateway.database.reading() as conn:
        assert companies.list_companies(conn) == []


@pytest.mark.parametrize(
    ("change", "control"),
    [
        ({"name": ""}, "name"),
        ({"issuer": "http://login.example.com"}, "issuer"),
        ({"client-id": ""}, "client-id"),
        ({"party": "x"}, "party"),
    ],
)
def test_each_fault_of_a_company_stands_at_its_field(client, sign_in, change, control):
    registrar = sign_in(client, ["registrar"])
    seen = registrar.browser.post("/admin/companies", data={"csrf": registrar.csrf, **(COMPANY | change)})
    assert seen.status_code == 422
    assert f'href="#{control}"' in seen.text
    assert "s3cret" not in seen.text
