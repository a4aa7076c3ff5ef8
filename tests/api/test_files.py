"""Files over HTTP: looked into, kept apart by holder, and sent back so that no browser runs them."""

from __future__ import annotations

import pytest

import file_samples as samples
from suyuan.access import tokens
from suyuan.access.model import Scope
from suyuan.kernel.hashing import sha256, to_hex

PDF = samples.pdf()


@pytest.fixture
def as_party(gateway):
    """Headers of a system of party `number`."""

    def made(number, *scopes):
        with gateway.database.transaction() as conn:
            secret = tokens.issue(conn, gateway.clock, "x", number, scopes or (Scope.DRAFT, Scope.READ))
        return {"Authorization": f"Bearer {secret}"}

    return made


def put(client, headers, data=PDF, name="执照.pdf"):
    return client.post("/api/v1/files", files={"file": (name, data)}, headers=headers)


def test_a_party_hands_in_a_paper_and_fetches_it_as_an_attachment(client, as_party):
    own = as_party(1)
    handed = put(client, own)
    assert handed.status_code == 201, handed.text
    assert handed.json()["hash"] == to_hex(sha256(PDF))
    assert handed.json()["mediaType"] == "application/pdf"
    answer = client.get(f"/api/v1/files/{handed.json()['hash']}", headers=own)
    assert answer.content == PDF
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"__.pdf\"; filename*=UTF-8''%E6%89%A7%E7%85%A7.pdf"
    )
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "no-store" in answer.headers["cache-control"]


def test_for_another_party_the_file_does_not_exist(client, as_party, registrar, operator):
    own, other = as_party(1), as_party(2)
    handed = put(client, own).json()["hash"]
    for path in (f"/api/v1/files/{handed}", f"/api/v1/files/{handed}/proof"):
        refused = client.get(path, headers=other)
        missing = client.get(path.replace(handed, "0x" + "00" * 32), headers=other)
        assert refused.status_code == missing.status_code == 404
        assert refused.json()["code"] == missing.json()["code"] == "file.unknown"
    assert client.get(f"/api/v1/files/{handed}").content == PDF  # the registrar's own token


@pytest.mark.parametrize(
    ("data", "code", "status"),
    [
        (samples.EXE, "file.kind", 422),
        (b"", "file.empty", 422),
        (samples.SVG, "file.kind", 422),
        (samples.pdf_bomb(), "file.bomb", 422),
        (samples.workbook(), "file.kind", 422),
    ],
)
def test_a_bad_file_is_refused_with_its_code(client, as_party, data, code, status):
    answer = put(client, as_party(1), data, "licence.pdf")
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_file_above_the_limit_is_refused(gateway, client, as_party):
    answer = put(client, as_party(1), bytes(150_000))
    assert answer.status_code == 422  # within the limit, and nothing
    answer = put(client, as_party(1), bytes(300_000))
    assert (answer.status_code, answer.json()["code"]) == (413, "body.too-large")


def test_the_platform_owns_no_files(client, operator):
    answer = put(client, {"Authorization": f"Bearer {operator}"})
    assert (answer.status_code, answer.json()["code"]) == (422, "file.no-party")


def test_a_proof_is_for_holders_until_the_party_shows_the_paper(client, as_party):
    own = as_party(1)
    handed = put(client, own).json()["hash"]
    path = f"/api/v1/files/{handed}/proof"
    assert client.get(path).status_code == 404
    answer = client.get(path, headers=own)
    assert (answer.status_code, answer.json()["code"]) == (404, "file.not-anchored")
