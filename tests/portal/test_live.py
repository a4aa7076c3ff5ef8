"""News as they come: to whom, in which order, from where on, and until when."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import event, update

from portal.site import running
from portal.told import commissioned, tell
from suyuan.access import sessions
from suyuan.access.model import Caller, Scope
from suyuan.anchoring.tables import operations
from suyuan.notices import tell as notify
from suyuan.portal.live import AT_ONCE, MOST_WAITING, PER_SESSION, Feed, Listener, TooManyListeners
from suyuan.portal.live_routes import live_href

LOT = "https://id.gs1.org/01/06901234567892/10/LIVE"


def caller(party, session="s1"):
    return Caller("a", "a", party, frozenset({Scope.READ}), account="a", session=session)


def news(gateway, party, subject, topic="handover.offered"):
    with gateway.database.transaction() as conn:
        notify(conn, gateway.clock, party, topic, subject, {})


def put(gateway, submission, state):
    with gateway.database.transaction() as conn:
        conn.execute(update(operations).where(operations.c.reference == submission).values(state=state))


def taken(listener):
    """What waits for it: (event, what it says)."""
    found = []
    while not listener.waiting.empty():
        message = listener.waiting.get_nowait()
        found.append(message and (message["event"], json.loads(message["data"])))
    return found


@pytest.fixture
def feed(gateway):
    """A feed whose looks the test takes itself: feed.add(listener), feed.look()."""

    class Looking(Feed):
        def add(self, *listeners):
            self._listeners.update(listeners)

        def look(self):
            asyncio.run(self.turn())

    return Looking(gateway.database, gateway.clock)


def test_a_party_hears_its_own_notices_once_and_never_anothers(feed, gateway, parties):
    one, other = Listener(caller(1), 1, 0, {}), Listener(caller(2, "s2"), 2, 0, {})
    feed.add(one, other)
    news(gateway, 1, "a")
    news(gateway, 2, "b")
    news(gateway, 1, "c")
    feed.look()
    assert [said["subject"] for _, said in taken(one)] == ["a", "c"]
    assert [said["subject"] for _, said in taken(other)] == ["b"]
    feed.look()
    assert taken(one) == taken(other) == []


def test_who_comes_back_hears_what_he_missed_and_the_others_nothing_twice(feed, gateway, parties):
    for subject in "abc":
        news(gateway, 1, subject)
    late, now = Listener(caller(1), 1, 1, {}), Listener(caller(1, "s2"), 1, 3, {})
    feed.add(late, now)
    feed.look()
    assert [said["subject"] for _, said in taken(late)] == ["b", "c"]
    assert taken(now) == []


def test_a_submissions_change_is_told_to_those_who_follow_it(feed, gateway, parties):
    made = tell(gateway, 1, commissioned(LOT))
    follows, does_not = Listener(caller(1), 1, 0, {made: "received"}), Listener(caller(1, "s2"), 1, 0, {})
    feed.add(follows, does_not)
    feed.look()
    put(gateway, made, "final")
    feed.look()
    feed.look()
    assert taken(follows) == [("submission", {"submission": made, "state": "final"})]
    assert taken(does_not) == []


def test_however_many_listen_one_look_asks_the_database_the_same(feed, gateway, parties):
    asked = []
    with gateway.database.reading() as conn:
        event.listen(conn.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    made = tell(gateway, 1, commissioned(LOT))

    def look():
        asked.clear()
        feed.look()
        return len(asked)

    feed.add(Listener(caller(1), 1, 0, {made: "received"}))
    alone = look()
    feed.add(*(Listener(caller(1 + n % 2, f"s{n}"), 1 + n % 2, 0, {made: "received"}) for n in range(40)))
    assert look() == alone > 0


def test_who_does_not_keep_up_is_ended(feed, gateway, parties):
    slow = Listener(caller(1), 1, 0, {})
    feed.add(slow)
    for n in range(MOST_WAITING + 1):
        news(gateway, 1, f"n{n}")
    feed.look()
    assert taken(slow) == [None]


def test_a_session_listens_only_so_often(feed):
    feed.add(*(Listener(caller(1), 1, 0, {}) for _ in range(PER_SESSION)))
    with pytest.raises(TooManyListeners):
        feed.check_room(caller(1))
    feed.check_room(caller(1, "another"))


@pytest.fixture
def site(gateway):
    with running(gateway, makers=()) as found:
        yield found


def listen(site, cookie, query="", **headers):
    """An open stream, and its events as they come."""
    name, value = cookie
    headers |= {"Cookie": f"{name}={value}"}
    return httpx.stream("GET", f"{site.url}/supplier/live{query}", headers=headers, timeout=30)


def events(stream):
    """(event, id, data) of each message."""
    told = {}
    for line in stream.iter_lines():
        if not line and "event" in told:
            yield told["event"], told.get("id"), json.loads(told["data"])
            told = {}
        name, _, value = line.partition(": ")
        if name:
            told[name] = value


def test_a_browser_hears_of_its_party_while_it_listens(site, gateway):
    made = tell(gateway, 1, commissioned(LOT))
    with listen(site, site.cookie("auditor"), f"?submission={made}.received") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert stream.headers["cache-control"] == "no-store"
        coming = events(stream)
        news(gateway, 2, "not for us")
        news(gateway, 1, "for us")
        event_name, position, said = next(coming)
        assert (event_name, said) == ("notice", {"topic": "handover.offered", "subject": "for us"})
        put(gateway, made, "signed")
        assert next(coming) == ("submission", None, {"submission": made, "state": "signed"})
    with listen(site, site.cookie("auditor"), **{"Last-Event-ID": str(int(position) - 1)}) as stream:
        assert next(events(stream))[2]["subject"] == "for us"


def test_what_came_between_the_page_and_its_listening_is_not_missed(site, gateway):
    made = tell(gateway, 1, commissioned(LOT))
    news(gateway, 1, "before the page")
    with gateway.database.reading() as conn:
        href = live_href(conn, [(made, "received")])
    news(gateway, 1, "after the page")
    put(gateway, made, "signed")
    with listen(site, site.cookie("auditor"), href.removeprefix("/supplier/live")) as stream:
        coming = events(stream)
        assert next(coming)[2] == {"topic": "handover.offered", "subject": "after the page"}
        assert next(coming)[2] == {"submission": made, "state": "signed"}


def test_who_was_away_for_too_long_is_told_that_there_is_news(site, gateway):
    with gateway.database.transaction() as conn:
        for n in range(AT_ONCE + 2):
            notify(conn, gateway.clock, 2, "handover.offered", f"n{n}", {})
    with listen(site, site.cookie("auditor"), **{"Last-Event-ID": "1"}) as stream:
        name, position, said = next(events(stream))
    assert (name, position, said["topic"]) == ("notice", str(AT_ONCE + 2), "missed")


def test_it_ends_when_the_session_does(site, gateway, clock):
    cookie = site.cookie("auditor")
    with listen(site, cookie) as stream:
        with gateway.database.transaction() as conn:
            found = sessions.find(conn, clock, cookie[1])
            sessions.close(conn, clock, found.id)
        clock.advance(timedelta(seconds=20))
        assert list(events(stream)) == []
    with listen(site, cookie) as stream:
        assert stream.status_code == 303


def test_nobody_follows_what_is_not_his(site, gateway):
    made = tell(gateway, 1, commissioned(LOT))
    name, value = site.cookie("signer", 2)
    own = {"Cookie": f"{name}={value}"}
    for query in (f"?submission={made}", "?submission=" + "0" * 36, "&".join(["?submission=x"] * 60)):
        assert httpx.get(f"{site.url}/supplier/live{query}", headers=own).status_code == 404
    assert httpx.get(f"{site.url}/supplier/live").status_code == 303
    name, value = site.cookie("registrar")
    answer = httpx.get(f"{site.url}/supplier/live", headers={"Cookie": f"{name}={value}"})
    assert answer.status_code == 403
