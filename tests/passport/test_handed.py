"""A lot's page tells what both hands said: figures beside each other, the rules' answers, and no more."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from handover_world import PHOTO, HandoverWorld, measured
from journal_world import World, amount, seen
from passport.sample_pages import VERIFIED
from suyuan.anchoring.ports import Identity
from suyuan.handovers.tables import checks
from suyuan.kernel.hashing import to_hex
from suyuan.kernel.ledger import Kind
from suyuan.passport.handed import with_handovers
from suyuan.passport.lot_page import build_page
from suyuan.passport.model import Recorded, Vouch
from suyuan.passport.page import Links, render_lot
from suyuan.passport.story import gather

RECORDED = Recorded("0x" + "11" * 32, 7, datetime(2026, 11, 23, tzinfo=UTC), 1, 1, in_custody=True)
CHAIN = Identity(31337, bytes(32), {"TraceLedger": "0x" + "5f" * 20}, {})
LINKS = Links("https://trace.example.cn/x", "#", "qr.svg", "x.json", "?lang=en")


@pytest.fixture
def world(sqlite_database):
    found = HandoverWorld(World(sqlite_database).populate()).populate()
    found.make("farm", "A")
    return found


def page_of(world, lot="A"):
    with world.database.reading() as conn:
        return build_page(conn, CHAIN, gather(conn, f"urn:example:lot:{lot}"), demo=False)


def recorded(world, lot="A"):
    """The steps as they stand once everything is final and the offer was accepted."""
    uri = f"urn:example:lot:{lot}"
    with world.database.reading() as conn:
        story = gather(conn, uri)
        steps = [
            replace(step, recorded=RECORDED, state="final", handed=None, vouch=vouch_of(step))
            for step in build_page(conn, CHAIN, story, demo=False).steps
        ]
        told = {to_hex(each): event for each, event in story.events.items()}
        return with_handovers(conn, uri, steps, told)


def vouch_of(step):
    return Vouch.BOTH if step.kind in (Kind.OFFERED, Kind.ACCEPTED) else Vouch.SELF


def answered(steps):
    (found,) = [step.handed for step in steps if step.handed and step.handed.receiver]
    return found


def in_part(world, **members):
    offered = world.offer("farm", "carrier", world.line("A", profile="ME-RED"))
    figures = {"line": 1, "accepted": "90", "refused": "7", "missing": "3", "reason": "damaged"}
    note = {"note": "电话 13800000000", "photos": [PHOTO]}
    world.accept(
        "carrier",
        offered.id,
        figures | {"evidence": [PHOTO]},
        measurements=[measured(1, "2.5", "3", "3.5", **note)],
        **members,
    )
    return offered.id


def test_what_is_taken_whole_is_signed_by_both(world):
    offered = world.offer("farm", "carrier", world.line("A"))
    world.accept("carrier", offered.id)
    found = answered(recorded(world))
    assert found.vouch is Vouch.BOTH
    assert (found.receiver.sent, found.receiver.accepted, found.receiver.refused) == ("100", "100", "0")
    assert answered(page_of(world).steps).vouch is Vouch.SELF, "nothing is final yet"


def test_figures_of_a_part_are_the_receivers_word_until_the_sender_agrees(world):
    handover = in_part(world)
    found = answered(recorded(world))
    assert (found.vouch, found.agrees) == (Vouch.SELF, None)
    said = found.receiver
    assert (said.sent, said.accepted, said.refused, said.missing) == ("100", "90", "7", "3")
    assert (said.uom, said.reason) == ("KGM", "damaged")
    world.answer("farm", handover, agrees=True)
    found = answered(recorded(world))
    assert (found.vouch, found.agrees, found.sender) == (Vouch.BOTH, True, None)


def test_disputed_figures_stand_beside_each_other(world):
    handover = in_part(world)
    own = {"line": 1, "accepted": "90", "refused": "10", "missing": "0"}
    world.answer("farm", handover, agrees=False, lines=[own], note="只有我们知道")
    found = answered(recorded(world))
    assert (found.vouch, found.agrees) == (Vouch.SELF, False)
    assert (found.receiver.missing, found.sender.missing) == ("3", "0")
    page = page_of(world)
    text = render_lot(page, "zh", LINKS).decode()
    assert "数量有争议，双方的说法都列在这里" in text
    assert text.count("交出方说") == 2, "beside the receiver's, and in the sender's own step"
    for hidden in ("只有我们知道", "13800000000", PHOTO, "T-1"):
        assert hidden not in text


def test_the_rules_answers_and_the_limit_are_told_in_words(world):
    in_part(world)
    found = answered(page_of(world).steps)
    rules = dict(found.rules)
    assert found.limit == "0…4 ℃"
    assert "HA6" in rules["pass"]
    assert "HA3" in rules["not_measured"]
    for language, words in (("zh", ("交接温度", "未测", "要求 0…4")), ("en", ("not measured", "limit 0…4"))):
        text = render_lot(page_of(world), language, LINKS).decode()
        assert [word for word in words if word.lower() not in text.lower()] == []


def test_answers_of_the_rules_that_were_not_signed_are_not_shown(world):
    in_part(world)
    with world.database.transaction() as conn:
        for (name,) in conn.exec_driver_sql(
            f"SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '{checks.name}'"
        ).all():
            conn.exec_driver_sql(f"DROP TRIGGER {name}")
        conn.execute(checks.update().where(checks.c.rule == "HA9").values(verdict="pass"))
    found = answered(page_of(world).steps)
    assert (found.rules, found.limit, found.unproven) == ((), "", True)
    assert "验收结论与签名的指纹不符" in render_lot(page_of(world), "zh", LINKS).decode()


@pytest.mark.parametrize("told", [{"id": 7}, {"lines": "x", "act": "accept"}, {"act": ["accept"]}, [], "x"])
def test_whoever_takes_no_part_says_nothing_of_a_handover(world, told):
    handover = in_part(world)
    forged = {"id": handover, "act": "accept", "lines": [{"lot": "urn:example:lot:A", "sent": "1e9"}]}
    stranger = forged | told if isinstance(told, dict) else told
    world.world.send("store", seen("inspecting", amount("A", 1), **{"suyuan:handover": stranger}))
    assert [step.party.names["en"] for step in page_of(world).steps if step.handed] == ["carrier"]


def test_what_a_side_writes_in_another_shape_breaks_no_page(world):
    handover = in_part(world)
    odd = {
        "id": handover,
        "act": "accept",
        "lines": [7, {"lot": 7}, {"lot": "urn:x", "sent": []}],
        "checks": [1],
    }
    world.world.send("carrier", seen("inspecting", amount("A", 1), **{"suyuan:handover": odd}))
    shown = [step.handed.receiver is None for step in page_of(world).steps if step.handed]
    assert sorted(shown) == [False, True]


def test_a_page_of_lots_that_nobody_handed_over_says_nothing_of_it():
    assert "handed" not in render_lot(VERIFIED, "en", LINKS).decode().split("</style>")[-1]
