from __future__ import annotations

import re
from datetime import timedelta

import pytest

from own_keys import address, secret
from suyuan.anchoring.tables import operations
from suyuan.kernel.typed_data import personal_digest, sign
from suyuan.parties import recovery, succession
from suyuan.parties.proofs import OPEN_FOR, open_challenge
from suyuan.parties.queries import keys_of

PAGE = "/supplier/keys"


@pytest.fixture
def admin(signed_in):
    return signed_in("admin")


def post(browser, path, **fields):
    return browser.post(path, data={"csrf": browser.headers["X-CSRF-Token"], **fields})


def text_of(gateway, party, href):
    identifier = re.search(r"/proof/([0-9a-f]+)", href)[1]
    with gateway.database.reading() as conn:
        return open_challenge(conn, gateway.clock, party, identifier).message


def proof(message, number):
    return "0x" + sign(personal_digest(message), secret(number)).hex()


def settle(gateway):
    with gateway.database.transaction() as conn:
        its = operations.c.kind.in_(("key.add", "key.revoke", "party.register"))
        conn.execute(operations.update().where(its).values(state="final", place=operations.c.id))
        succession.finish_successions(conn, gateway.clock)


def take_over(gateway, admin, party, number=5, **more):
    """From custody to a key of its own, as the administrator's browser does it."""
    asked = post(admin, f"{PAGE}/challenge", address=address(number), purpose="register")
    href = asked.headers["location"]
    message = text_of(gateway, party, href)
    return post(
        admin, href.partition("?")[0], purpose="register", signature=proof(message, number), **more
    ), message


def present(gateway, party):
    with gateway.database.reading() as conn:
        return [key.address for key in keys_of(conn, party) if key.revoked_at is None]


def test_an_administrator_takes_the_key_into_the_companys_hands(gateway, admin, parties):
    answer, _ = take_over(gateway, admin, parties[0])
    assert answer.headers["location"] == f"{PAGE}?said=keys.added"
    assert "等待上链" in admin.get(PAGE).text
    settle(gateway)
    settle(gateway)
    assert present(gateway, parties[0]) == [address(5)]
    shown = admin.get(PAGE).text
    assert "本单位自持" in shown
    assert "更换密钥" in shown


def test_without_the_proof_the_form_comes_back_with_the_reason(gateway, admin, parties):
    asked = post(admin, f"{PAGE}/challenge", address=address(5), purpose="register")
    path = asked.headers["location"].partition("?")[0]
    for wrong in ("0x" + "11" * 65, "no signature", proof("something else", 5)):
        answer = post(admin, path, purpose="register", signature=wrong)
        assert answer.status_code == 422
        assert "签名不是由这把新密钥对原文签出的" in answer.text
    assert len(present(gateway, parties[0])) == 1


def test_what_is_no_address_is_said_at_its_field(admin):
    answer = post(admin, f"{PAGE}/challenge", address="0x12", purpose="register")
    assert answer.status_code == 422
    assert 'href="#address"' in answer.text


def test_a_text_that_is_too_old_is_gone(gateway, admin, clock):
    asked = post(admin, f"{PAGE}/challenge", address=address(5), purpose="register")
    clock.advance(OPEN_FOR)
    assert admin.get(asked.headers["location"]).status_code in (303, 404)


def test_a_lost_key_is_replaced_by_two_people(gateway, admin, signed_in, parties, clock):
    take_over(gateway, admin, parties[0])
    settle(gateway)
    asked = post(admin, f"{PAGE}/challenge", address=address(6), purpose="recover")
    href = asked.headers["location"]
    message = text_of(gateway, parties[0], href)
    done = post(
        admin,
        href.partition("?")[0],
        purpose="recover",
        signature=proof(message, 6),
        reason="手机丢了",
    )
    assert done.headers["location"] == f"{PAGE}?said=keys.asked"
    with gateway.database.reading() as conn:
        (waiting,) = recovery.open_recoveries(conn)
    assert post(admin, f"{PAGE}/recoveries/{waiting.id}", act="approve").status_code == 403
    director = signed_in("director")
    assert "手机丢了" in director.get("/admin/keys").text
    assert post(director, f"/admin/keys/{waiting.id}", act="approve").status_code == 303
    clock.advance(timedelta(hours=24))
    with gateway.database.transaction() as conn:
        assert recovery.finish_recoveries(conn, gateway.clock) == 1
    settle(gateway)
    assert present(gateway, parties[0]) == [address(6)]


def test_a_signer_stops_a_new_key_and_cannot_ask_for_one(gateway, admin, signed_in, parties):
    take_over(gateway, admin, parties[0])
    settle(gateway)
    asked = post(admin, f"{PAGE}/challenge", address=address(6), purpose="recover")
    href = asked.headers["location"]
    message = text_of(gateway, parties[0], href)
    post(admin, href.partition("?")[0], purpose="recover", signature=proof(message, 6), reason="x")
    with gateway.database.reading() as conn:
        (waiting,) = recovery.open_recoveries(conn)
    signer = signed_in("signer")
    assert post(signer, f"{PAGE}/challenge", address=address(7)).status_code == 403
    assert post(signer, f"{PAGE}/recoveries/{waiting.id}", act="stop").status_code == 303
    with gateway.database.reading() as conn:
        assert recovery.open_recoveries(conn) == []


def test_a_stranger_sees_and_decides_nothing(gateway, admin, signed_in, parties):
    take_over(gateway, admin, parties[0])
    settle(gateway)
    href = post(admin, f"{PAGE}/challenge", address=address(6), purpose="recover").headers["location"]
    message = text_of(gateway, parties[0], href)
    other = signed_in("admin", party=2)
    assert other.get(href).status_code == 404
    post(admin, href.partition("?")[0], purpose="recover", signature=proof(message, 6), reason="x")
    with gateway.database.reading() as conn:
        (waiting,) = recovery.open_recoveries(conn)
    for act in ("approve", "stop"):
        assert post(other, f"{PAGE}/recoveries/{waiting.id}", act=act).status_code == 404


def test_a_key_in_strange_hands_is_reported_and_marked(gateway, admin, parties):
    take_over(gateway, admin, parties[0])
    settle(gateway)
    answer = post(admin, f"{PAGE}/suspicion", address=address(5), since="2026-11-23T16:00")
    assert answer.headers["location"] == f"{PAGE}?said=keys.doubted"
    assert present(gateway, parties[0]) == []
    assert "存疑" in admin.get(PAGE).text


@pytest.mark.parametrize("since", ["2020-01-01T00:00", "2030-01-01T00:00", "never"])
def test_a_time_that_cannot_be_is_refused(gateway, admin, parties, since):
    (key,) = present(gateway, parties[0])
    answer = post(admin, f"{PAGE}/suspicion", address=key, since=since)
    assert answer.status_code == 422
    assert present(gateway, parties[0]) == [key]


def test_who_has_not_just_proved_himself_is_asked_to(gateway, admin, clock):
    clock.advance(timedelta(minutes=11))
    answer = post(admin, f"{PAGE}/challenge", address=address(5), purpose="register")
    assert answer.headers["location"].startswith("/prove")
