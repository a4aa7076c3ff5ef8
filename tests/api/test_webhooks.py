"""A party's administrator and his endpoints, over HTTP."""

from __future__ import annotations

import pytest

from suyuan.access import tokens, trail
from suyuan.access.model import Scope
from suyuan.webhooks import tables as t

BODY = {"name": "金蝶 ERP", "url": "https://erp.example.com/suyuan", "topics": ["submission.*"]}


@pytest.fixture
def admins(gateway, registrar):
    """Headers of the administrators of parties 1 and 2, and of party 1's signer."""
    for number in (1, 2):
        party = {"names": {"en": "x"}, "identifiers": [f"urn:party:{number}"], "roles": ["producer"]}
        assert registrar.post("/api/v1/parties", json=party).status_code == 201
    made = {}
    with gateway.database.transaction() as conn:
        for who, party, scopes in (
            ("admin", 1, (Scope.PARTY_ADMIN,)),
            ("foreigner", 2, (Scope.PARTY_ADMIN,)),
            ("signer", 1, (Scope.SUBMIT, Scope.READ)),
        ):
            made[who] = tokens.issue(conn, gateway.clock, who, party, scopes)
    del registrar.headers["Authorization"]
    return {who: {"Authorization": f"Bearer {secret}"} for who, secret in made.items()}


@pytest.fixture
def made(client, admins):
    answer = client.post("/api/v1/webhooks", json=BODY, headers=admins["admin"])
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_the_secret_is_shown_once(client, admins, made, gateway):
    assert made["secret"].startswith("whsec_")
    for path in ("/api/v1/webhooks", f"/api/v1/webhooks/{made['id']}"):
        answer = client.get(path, headers=admins["admin"])
        assert answer.status_code == 200
        assert made["secret"] not in answer.text
    with gateway.database.reading() as conn:
        (row,) = conn.execute(t.secrets.select()).all()
    assert made["secret"].encode() not in row.sealed


def test_the_trail_names_the_host_and_no_path_which_may_be_a_secret(client, admins, made, gateway):
    path = f"/api/v1/webhooks/{made['id']}"
    assert client.put(path, json=BODY, headers=admins["admin"]).status_code == 200
    with gateway.database.reading() as conn:
        told = [row["facts"] for row in trail.lines(conn) if row["action"].startswith("webhook.")]
    assert len(told) == 2
    assert all('"host":"erp.example.com"' in each and "/suyuan" not in each for each in told)


def test_an_endpoint_is_changed_switched_off_and_removed(client, admins, made):
    path = f"/api/v1/webhooks/{made['id']}"
    changed = client.put(path, json=BODY | {"name": "用友", "active": False}, headers=admins["admin"]).json()
    assert (changed["name"], changed["state"]) == ("用友", "disabled")
    assert client.post(f"{path}/ping", headers=admins["admin"]).json()["code"] == "webhook.disabled"
    assert client.put(path, json=BODY, headers=admins["admin"]).json()["state"] == "active"
    assert client.delete(path, headers=admins["admin"]).status_code == 204
    assert client.get(path, headers=admins["admin"]).status_code == 404


def test_a_new_secret_and_until_when_the_former_signs(client, admins, made):
    answer = client.post(f"/api/v1/webhooks/{made['id']}/secret", headers=admins["admin"])
    assert answer.status_code == 201
    assert answer.json()["secret"] != made["secret"]
    shown = client.get(f"/api/v1/webhooks/{made['id']}", headers=admins["admin"]).json()
    assert shown["formerSecretUntil"][:19] == answer.json()["formerUntil"][:19]


def test_a_test_is_logged_and_sent_again(client, admins, made):
    stem = f"/api/v1/webhooks/{made['id']}"
    sent = client.post(f"{stem}/ping", headers=admins["admin"])
    assert sent.status_code == 202
    (line,) = client.get(f"{stem}/deliveries", headers=admins["admin"]).json()["items"]
    assert (line["id"], line["topic"], line["state"]) == (sent.json()["delivery"], "webhook.ping", "waiting")
    one = client.get(f"/api/v1/webhook-deliveries/{line['id']}", headers=admins["admin"]).json()
    assert one["payload"]["party"] == 1
    assert one["tried"] == []
    again = client.post(f"/api/v1/webhook-deliveries/{line['id']}/redelivery", headers=admins["admin"])
    assert again.status_code == 202


def test_the_log_goes_page_by_page(client, admins, made):
    stem = f"/api/v1/webhooks/{made['id']}"
    sent = [client.post(f"{stem}/ping", headers=admins["admin"]).json()["delivery"] for _ in range(3)]
    first = client.get(f"{stem}/deliveries?limit=2", headers=admins["admin"]).json()
    rest = client.get(f"{stem}/deliveries?limit=2&before={first['next']}", headers=admins["admin"]).json()
    assert sorted(each["id"] for page in (first, rest) for each in page["items"]) == sorted(sent)
    assert rest["next"] is None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"url": "https://169.254.169.254/latest/meta-data"}, "webhook.address"),
        ({"url": "http://erp.example.com/"}, "webhook.url"),
        ({"url": "https://erp.example.com:22/"}, "webhook.port"),
        ({"topics": ["*"]}, "webhook.topic"),
        ({"name": "  "}, "webhook.name"),
        ({"secret": "mine"}, "request.extra-forbidden"),
    ],
)
def test_what_cannot_be_an_endpoint_is_refused_with_its_fault(client, admins, change, code):
    answer = client.post("/api/v1/webhooks", json=BODY | change, headers=admins["admin"])
    assert answer.status_code == 422
    assert code in [each["code"] for each in answer.json()["errors"]]


def test_only_the_administrator_of_a_party_has_webhooks(client, admins, operator, made):
    for headers in (admins["signer"], None):
        answer = client.get("/api/v1/webhooks", headers=headers)
        assert answer.status_code in {401, 403}
    nobodys = client.get("/api/v1/webhooks", headers={"Authorization": f"Bearer {operator}"})
    assert (nobodys.status_code, nobodys.json()["code"]) == (403, "party.none")


def test_for_another_party_the_endpoint_and_its_log_do_not_exist(client, admins, made):
    stem = f"/api/v1/webhooks/{made['id']}"
    sent = client.post(f"{stem}/ping", headers=admins["admin"]).json()["delivery"]
    foreign = {"headers": admins["foreigner"]}
    assert client.get("/api/v1/webhooks", **foreign).json() == {"items": []}
    answers = [
        client.get(stem, **foreign),
        client.put(stem, json=BODY, **foreign),
        client.delete(stem, **foreign),
        client.post(f"{stem}/secret", **foreign),
        client.post(f"{stem}/ping", **foreign),
        client.get(f"{stem}/deliveries", **foreign),
        client.get(f"/api/v1/webhook-deliveries/{sent}", **foreign),
        client.post(f"/api/v1/webhook-deliveries/{sent}/redelivery", **foreign),
    ]
    assert {each.status_code for each in answers} == {404}


def test_each_act_stands_in_the_audit_trail(client, admins, made, gateway):
    path = f"/api/v1/webhooks/{made['id']}"
    client.post(f"{path}/secret", headers=admins["admin"])
    client.delete(path, headers=admins["admin"])
    with gateway.database.reading() as conn:
        acts = [line["action"] for line in trail.lines(conn, party=1)]
    assert acts[:3] == ["webhook.removed", "webhook.secret_rotated", "webhook.added"]
