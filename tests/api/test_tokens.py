"""Tokens over HTTP."""

from __future__ import annotations

import pytest

PARTY = {"names": {"en": "Mist"}, "identifiers": ["urn:party:1"], "roles": ["carrier"]}
ERP = {"name": "ERP", "party": 1, "scopes": ["submissions:write", "submissions:read"]}


@pytest.fixture(autouse=True)
def _party(registrar):
    registrar.post("/api/v1/parties", json=PARTY)


def test_a_token_opens_from_its_making_to_its_revocation(registrar):
    made = registrar.post("/api/v1/tokens", json=ERP)
    assert made.status_code == 201
    assert made.headers["Cache-Control"] == "no-store"
    own = {"Authorization": f"Bearer {made.json()['token']}"}
    assert registrar.get("/api/v1/parties/1", headers=own).status_code == 200
    assert registrar.delete(f"/api/v1/tokens/{made.json()['id']}").status_code == 204
    closed = registrar.get("/api/v1/parties/1", headers=own)
    assert (closed.status_code, closed.json()["code"]) == (401, "token.revoked")
    assert closed.headers["WWW-Authenticate"] == "Bearer"


def test_the_list_shows_no_secret(registrar):
    secret = registrar.post("/api/v1/tokens", json=ERP).json()["token"]
    listed = registrar.get("/api/v1/tokens")
    assert secret.split("_", 2)[2] not in listed.text
    assert {token["name"] for token in listed.json()["tokens"]} == {"operator", "ERP"}


def test_tokens_are_listed_page_by_page(registrar):
    for _ in range(3):
        registrar.post("/api/v1/tokens", json=ERP)
    first = registrar.get("/api/v1/tokens?limit=2")
    path = first.headers["Link"].removeprefix("<").partition(">")[0]
    rest = registrar.get(path)
    ids = [token["id"] for token in first.json()["tokens"] + rest.json()["tokens"]]
    assert len(ids) == len(set(ids)) == 4
    assert "Link" not in rest.headers


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"party": 9}, 404),
        ({"party": 0}, 422),
        ({"party": None}, 422),
        ({"scopes": ["registrar"]}, 422),
        ({"scopes": ["everything"]}, 422),
        ({"scopes": []}, 422),
        ({"name": ""}, 422),
        ({"expiresAt": "2020-01-01T00:00:00Z"}, 422),
        ({"secret": "mine"}, 422),
    ],
)
def test_a_token_that_makes_no_sense_is_refused(registrar, change, status):
    assert registrar.post("/api/v1/tokens", json={**ERP, **change}).status_code == status


@pytest.mark.parametrize(("token_id", "status"), [("0" * 16, 404), ("x", 422), ("G" * 16, 422)])
def test_what_is_no_token_cannot_be_revoked(registrar, token_id, status):
    assert registrar.delete(f"/api/v1/tokens/{token_id}").status_code == status


@pytest.mark.parametrize(
    "header", ["Bearer x", "Bearer suyuan_0123456789abcdef_" + "A" * 43, "Bearer \u00e4"]
)
def test_a_wrong_token_is_never_nobody(client, header):
    answer = client.get("/api/v1/products", headers={"Authorization": header.encode("utf-8")})
    assert (answer.status_code, answer.json()["code"]) == (401, "token.wrong")
