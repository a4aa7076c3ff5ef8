"""Deliveries: signed, retried, paused, given up, never lost; each endpoint for itself."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.sealer import FakeSealer
from suyuan.notices import queries as notices
from suyuan.webhooks import queries, register, signature
from suyuan.webhooks.errors import (
    DeliveryUnknown,
    EndpointDisabled,
    EndpointRefused,
    EndpointUnknown,
    TooManyEndpoints,
)
from suyuan.webhooks.model import MAX_ENDPOINTS, Outcome, Policy
from suyuan.webhooks.ports import Answer
from suyuan.webhooks.sending import is_due, serve, wait
from webhook_world import DOWN, OK

ERROR = Answer(Outcome.STATUS, 400, b"no")
BUSY = Answer(Outcome.STATUS, 503, b"later")
GONE = Answer(Outcome.GONE, 410)


def test_a_notice_arrives_signed_with_what_it_says(world):
    identifier, secret = world.add()
    world.tell("s1")
    world.serve()
    (sent,) = world.outside.sent
    body = json.loads(sent.body)
    (delivery,) = world.log(identifier)
    assert body == {
        "id": delivery.id,
        "topic": "submission.final",
        "party": 1,
        "subject": "s1",
        "at": world.clock.now().isoformat(timespec="milliseconds"),
        "facts": {"state": "final"},
        "attempt": 1,
    }
    assert sent.headers["Suyuan-Delivery"] == delivery.id
    assert sent.headers["Suyuan-Timestamp"] == str(int(world.clock.now().timestamp()))
    assert signature.is_good(secret, sent.headers["Suyuan-Signature"], sent.body, world.clock.now())
    assert world.states() == ["delivered"]
    (attempt,) = world.attempts(delivery.id)
    assert (attempt.outcome, attempt.status, attempt.answer) == (Outcome.DELIVERED, 200, "ok")


def test_only_what_was_asked_for_and_only_ones_own(world):
    world.add("https://all.example.com/")
    world.add("https://some.example.com/", topics=["handover.*", "hold.proposed"])
    world.add("https://other.example.com/", party=2)
    world.tell("s1")
    world.tell("h1", topic="handover.offered")
    world.tell("p1", topic="hold.proposed")
    world.serve()
    got = sorted(
        (each.target.host.partition(".")[0], json.loads(each.body)["subject"]) for each in world.outside.sent
    )
    assert got == [("all", "h1"), ("all", "p1"), ("all", "s1"), ("some", "h1"), ("some", "p1")]


def test_what_was_told_before_the_endpoint_was_there_is_not_sent(world):
    world.tell("before")
    world.clock.advance(timedelta(seconds=1))
    world.add()
    world.tell("after")
    world.serve()
    assert [json.loads(each.body)["subject"] for each in world.outside.sent] == ["after"]


def test_each_notice_becomes_one_delivery_however_often_one_looks(world):
    world.add()
    world.tell("s1", "s2")
    world.spread()
    world.spread()
    assert len(world.log()) == 2


def test_a_failure_is_tried_again_with_the_same_id_and_the_next_number(world):
    identifier, _ = world.add()
    world.outside.will("erp.example.com", ERROR, ERROR, OK)
    world.tell("s1")
    for _ in range(3):
        world.serve()
        world.clock.advance(timedelta(minutes=1))
    bodies = [json.loads(each.body) for each in world.outside.sent]
    assert [each["attempt"] for each in bodies] == [1, 2, 3]
    assert len({each["id"] for each in bodies}) == 1
    assert world.states() == ["delivered"]
    assert world.endpoint(identifier).failing_since is None


def test_the_waits_grow_and_stay_below_their_bound():
    policy = Policy()
    waits = [wait(policy, attempts, 0.5) for attempts in range(1, 60)]
    assert waits[:4] == [10, 20, 40, 80]
    assert waits == sorted(waits)
    assert max(waits) == policy.longest


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_the_jitter_stays_within_a_quarter(attempts, chance):
    plain = wait(Policy(), attempts, 0.5)
    assert 0.75 * plain <= wait(Policy(), attempts, chance) <= 1.25 * plain


def test_a_delivery_that_is_never_taken_is_given_up_after_three_days(world):
    world.add()
    world.outside.answers["erp.example.com"] = ERROR
    world.tell("s1")
    begun = world.clock.now()
    for _ in range(2_000):
        world.serve()
        if world.states() == ["given_up"]:
            break
        world.clock.advance(timedelta(minutes=10))
    assert world.states() == ["given_up"]
    assert timedelta(days=2, hours=12) < world.clock.now() - begun <= timedelta(days=3, hours=1)
    assert 15 < len(world.outside.sent) < 40


def test_a_dead_endpoint_is_asked_seldom_and_delays_nobody(world):
    world.add("https://dead.example.com/")
    world.add("https://good.example.com/")
    world.outside.answers["dead.example.com"] = DOWN
    world.tell(*(f"s{n}" for n in range(50)))
    world.serve()
    hosts = [each.target.host for each in world.outside.sent]
    assert hosts.count("good.example.com") == 50
    assert hosts.count("dead.example.com") == 1


@pytest.mark.parametrize("answer", [DOWN, BUSY, Answer(Outcome.TIMEOUT), Answer(Outcome.STATUS, 429)])
def test_trouble_of_the_endpoint_pauses_it_longer_each_time(world, answer):
    identifier, _ = world.add()
    world.outside.answers["erp.example.com"] = answer
    world.tell("s1", "s2", "s3")
    pauses = []
    for _ in range(12):
        world.serve()
        until = world.endpoint(identifier).paused_until
        pauses.append((until - world.clock.now()).total_seconds())
        world.clock.set(until + timedelta(hours=6))
    assert pauses[:3] == [10, 20, 40]
    assert pauses[-1] == 900
    assert len(world.outside.sent) == 12


def test_one_delivery_that_is_refused_does_not_hold_up_the_others(world):
    world.add()
    world.outside.will("erp.example.com", ERROR)
    world.tell("s1", "s2", "s3")
    world.serve()
    assert sorted(world.states()) == ["delivered", "delivered", "waiting"]


def test_an_endpoint_that_comes_back_gets_all_that_waited(world):
    world.add()
    world.outside.will("erp.example.com", DOWN)
    world.tell(*(f"s{n}" for n in range(30)))
    world.serve()
    assert len(world.outside.sent) == 1
    world.clock.advance(timedelta(minutes=1))
    world.serve()
    assert world.states() == ["delivered"] * 30


def test_an_endpoint_that_fails_for_three_days_is_disabled_and_its_owner_told(world):
    identifier, _ = world.add()
    world.outside.answers["erp.example.com"] = DOWN
    world.tell("s1")
    for _ in range(100):
        world.serve()
        world.clock.advance(timedelta(hours=1))
        world.tell("more")
        if world.endpoint(identifier).state == "disabled":
            break
    found = world.endpoint(identifier)
    assert (found.state, found.reason) == ("disabled", "failed_long")
    assert set(world.states()) == {"given_up"}
    with world.database.reading() as conn:
        (told,) = [each for each in notices.latest(conn, 1, 999) if each.topic == "webhook.disabled"]
    assert (told.subject, told.facts) == (identifier, {"name": "ERP", "reason": "failed_long"})


def test_an_endpoint_that_is_gone_is_disabled_at_once(world):
    identifier, _ = world.add()
    world.outside.will("erp.example.com", GONE)
    world.tell("s1", "s2")
    world.serve()
    assert world.endpoint(identifier).reason == "gone"
    assert len(world.outside.sent) == 1


class Killed(BaseException):
    """kill -9: nothing after it runs."""


def test_a_kill_between_sending_and_noting_sends_the_same_again(world):
    world.add()
    world.tell("s1")

    def kill(_point):
        raise Killed

    world.hook = kill
    with pytest.raises(Killed):
        serve(world.courier())
    world.hook = None
    assert world.states() == ["sending"]
    assert world.serve() == 0
    world.clock.advance(timedelta(seconds=61))
    world.serve()
    first, second = (json.loads(each.body) for each in world.outside.sent)
    assert first["id"] == second["id"]
    assert (first["attempt"], second["attempt"]) == (1, 2)
    assert world.states() == ["delivered"]


def test_two_clerks_never_send_to_one_endpoint_at_once(world):
    world.add()
    world.tell("s1", "s2")
    turns = []

    def other(_point):
        turns.append(serve(world.courier()))

    courier = world.courier()
    object.__setattr__(courier, "hook", other)
    serve(courier)
    assert turns == [False, False]
    assert len(world.outside.sent) == 2


def test_who_took_too_long_does_not_overwrite_who_came_after(world):
    world.add()
    world.tell("s1")
    late = []

    def other(_point):
        if not late:
            late.append(1)
            world.clock.advance(timedelta(seconds=61))
            world.serve()

    courier = world.courier()
    object.__setattr__(courier, "hook", other)
    serve(courier)
    (delivery,) = world.log()
    assert (delivery.state, delivery.attempts) == ("delivered", 2)
    assert [each.number for each in world.attempts(delivery.id)] == [2]


def test_a_name_that_leads_inside_is_not_followed_however_it_led_before(world):
    world.add()
    world.tell("s1")
    world.outside.names["erp.example.com"] = ["93.184.215.14", "169.254.169.254"]
    world.serve()
    assert world.outside.sent == []
    (delivery,) = world.log()
    (attempt,) = world.attempts(delivery.id)
    assert (attempt.outcome, attempt.address) == (Outcome.ADDRESS, "169.254.169.254")


def test_a_name_that_leads_nowhere_is_tried_again(world):
    world.add()
    world.tell("s1")
    world.outside.names["erp.example.com"] = []
    world.serve()
    assert world.attempts(world.log()[0].id)[0].outcome is Outcome.UNRESOLVED
    assert world.states() == ["waiting"]


def test_the_address_that_was_judged_is_the_one_that_is_connected_to(world):
    world.add()
    world.outside.names["erp.example.com"] = ["8.8.4.4", "8.8.8.8"]
    world.tell("s1")
    world.serve()
    assert world.outside.sent[0].address == "8.8.4.4"
    assert world.outside.sent[0].target.host == "erp.example.com"


def test_two_secrets_are_valid_while_one_replaces_the_other(world):
    identifier, old = world.add()
    with world.database.transaction() as conn:
        new, until = register.rotate_secret(conn, world.clock, world.sealer, world.policy, 1, identifier)
    assert until - world.clock.now() == timedelta(days=2)
    world.tell("s1")
    world.serve()
    world.clock.set(until)
    world.tell("s2")
    world.serve()
    first, second = world.outside.sent

    def good(secret, sent):
        at = world.clock.now() if sent is second else until - timedelta(days=2)
        return signature.is_good(secret, sent.headers["Suyuan-Signature"], sent.body, at)

    assert (good(old, first), good(new, first)) == (True, True)
    assert (good(old, second), good(new, second)) == (False, True)


def test_a_third_secret_ends_the_first(world):
    identifier, first = world.add()
    for _ in range(2):
        with world.database.transaction() as conn:
            register.rotate_secret(conn, world.clock, world.sealer, world.policy, 1, identifier)
    world.tell("s1")
    world.serve()
    (sent,) = world.outside.sent
    assert sent.headers["Suyuan-Signature"].count("v1=") == 2
    assert not signature.is_good(first, sent.headers["Suyuan-Signature"], sent.body, world.clock.now())


def test_secrets_are_sealed_anew_under_another_master_key(world):
    identifier, secret = world.add()
    world.sealer = FakeSealer("two", ("one",))
    with world.database.transaction() as conn:
        assert register.rewrap(conn, world.sealer) == 1
        assert register.rewrap(conn, world.sealer) == 0
    world.sealer = FakeSealer("two")
    world.tell("s1")
    world.serve()
    assert signature.is_good(
        secret,
        world.outside.sent[0].headers["Suyuan-Signature"],
        world.outside.sent[0].body,
        world.clock.now(),
    )
    assert world.endpoint(identifier).secrets == (None,)


def test_a_secret_that_does_not_open_sends_nothing_unsigned(world):
    world.add()
    world.sealer = FakeSealer("another")
    world.tell("s1")
    world.serve()
    assert world.outside.sent == []
    assert world.attempts(world.log()[0].id)[0].outcome is Outcome.UNSEALED


def test_the_secret_stands_nowhere_in_the_log(world):
    _, secret = world.add()
    world.outside.will("erp.example.com", Answer(Outcome.STATUS, 400, b"\xff\x00no"))
    world.tell("s1")
    world.serve()
    (delivery,) = world.log()
    shown = repr((delivery, delivery.payload, world.attempts(delivery.id)))
    assert secret not in shown
    assert world.attempts(delivery.id)[0].answer == "\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}no"


def test_a_delivery_is_sent_again_when_its_owner_asks(world):
    world.add()
    world.tell("s1")
    world.serve()
    (delivery,) = world.log()
    with world.database.transaction() as conn:
        queries.send_again(conn, world.clock, 1, delivery.id)
    world.serve()
    first, second = (json.loads(each.body) for each in world.outside.sent)
    assert first["id"] == second["id"]
    assert [each.number for each in world.attempts(delivery.id)] == [1, 2]


def test_a_test_is_sent_at_once_also_to_a_paused_endpoint(world):
    identifier, _ = world.add()
    world.outside.will("erp.example.com", DOWN)
    world.tell("s1")
    world.serve()
    with world.database.transaction() as conn:
        register.ping(conn, world.clock, 1, identifier)
    world.serve()
    assert json.loads(world.outside.sent[-1].body)["topic"] == "webhook.ping"


def test_nothing_goes_to_an_endpoint_that_is_switched_off_until_it_is_on_again(world):
    identifier, _ = world.add()
    world.tell("s1")
    with world.database.transaction() as conn:
        register.disable(conn, world.clock, 1, identifier)
    world.tell("s2")
    assert world.serve() == 0
    with world.database.transaction() as conn:
        with pytest.raises(EndpointDisabled):
            register.ping(conn, world.clock, 1, identifier)
        register.enable(conn, 1, identifier)
    world.tell("s3")
    world.serve()
    assert [json.loads(each.body)["subject"] for each in world.outside.sent] == ["s3"]
    assert {each.subject: each.state for each in world.log()} == {"s1": "given_up", "s3": "delivered"}


def test_what_is_on_its_way_when_the_endpoint_is_removed_waits_no_more(world):
    identifier, _ = world.add()
    world.outside.will("erp.example.com", ERROR)
    world.tell("s1")

    def remove(_point):
        with world.database.transaction() as conn:
            register.remove(conn, world.clock, 1, identifier)

    world.hook = remove
    world.serve()
    assert world.states() == ["given_up"]
    with world.database.reading() as conn:
        assert queries.endpoints_of(conn, 1) == []


def test_another_partys_endpoint_and_delivery_do_not_exist(world):
    identifier, _ = world.add()
    world.tell("s1")
    (delivery,) = world.log()
    with world.database.transaction() as conn:
        for act in (
            lambda: register.disable(conn, world.clock, 2, identifier),
            lambda: register.enable(conn, 2, identifier),
            lambda: register.remove(conn, world.clock, 2, identifier),
            lambda: register.ping(conn, world.clock, 2, identifier),
            lambda: register.rotate_secret(conn, world.clock, world.sealer, world.policy, 2, identifier),
            lambda: register.change_endpoint(conn, world.allowed, 2, identifier, register.Wanted("x", "y")),
            lambda: queries.endpoint(conn, 2, identifier),
        ):
            with pytest.raises(EndpointUnknown):
                act()
        for act in (
            lambda: queries.delivery(conn, 2, delivery.id),
            lambda: queries.send_again(conn, world.clock, 2, delivery.id),
        ):
            with pytest.raises(DeliveryUnknown):
                act()
        assert queries.deliveries_of(conn, 2, None, 9) == []


def test_every_fault_of_an_endpoint_is_told_at_once(world):
    with pytest.raises(EndpointRefused) as refused:
        world.add("https://localhost/", topics=["handover.*", "Bad", "*"])
    assert [each.pointer for each in refused.value.faults] == ["/url", "/topics/1", "/topics/2"]


def test_a_party_has_a_bounded_number_of_endpoints(world):
    for _ in range(MAX_ENDPOINTS):
        identifier, _ = world.add()
    with pytest.raises(TooManyEndpoints):
        world.add()
    with world.database.transaction() as conn:
        register.remove(conn, world.clock, 1, identifier)
    world.add()


def test_an_endpoint_changes_its_address_and_its_topics(world):
    identifier, _ = world.add()
    wanted = register.Wanted("新系统", "https://new.example.com/in", ["hold.proposed"])
    with world.database.transaction() as conn:
        register.change_endpoint(conn, world.allowed, 1, identifier, wanted)
    found = world.endpoint(identifier)
    assert (found.name, found.url, found.topics) == (wanted.name, wanted.url, ("hold.proposed",))


def test_old_logs_are_forgotten_in_pages_and_what_waits_is_not(world):
    world.add()
    world.tell("s1", "s2", "s3")
    world.serve()
    world.outside.answers["erp.example.com"] = DOWN
    world.clock.advance(timedelta(days=31))
    world.tell("s4")
    world.serve()
    with world.database.transaction() as conn:
        assert queries.forget_old(conn, world.clock, limit=2) is True
        assert queries.forget_old(conn, world.clock, limit=2) is False
    assert [each.subject for each in world.log()] == ["s4"]


def test_whether_something_is_due_is_seen_without_writing(world):
    world.add()
    world.tell("s1")
    with world.database.reading() as conn:
        assert is_due(conn, world.clock)
    world.serve()
    with world.database.reading() as conn:
        assert not is_due(conn, world.clock)
