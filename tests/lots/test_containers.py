from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from suyuan.lots.containers import MAX_NESTING, contents_at, reached, stays
from suyuan.lots.model import Change

START = datetime(2026, 11, 1, tzinfo=UTC)
BOX = b"box"


def at(hour):
    return START + timedelta(hours=hour)


def change(hour, child, *, added=True, container=BOX):
    return Change(container, child, added, at(hour), b"event")


changes = st.lists(
    st.builds(
        change,
        st.integers(0, 6),
        st.sampled_from([b"x", b"y", b"z"]),
        added=st.booleans(),
    )
    | st.builds(lambda hour: change(hour, None, added=False), st.integers(0, 6)),
    max_size=12,
)


@given(changes, st.integers(0, 7))
def test_contents_are_those_whose_stay_covers_the_time(told, hour):
    inside = {
        child
        for child, since, until in stays(told)
        if since <= at(hour) and (until is None or at(hour) < until)
    }
    assert set(contents_at(told, at(hour))) == inside


@given(changes, st.randoms())
def test_the_order_of_telling_matters_only_within_one_moment(told, random):
    distinct = list({each.at: each for each in told}.values())
    shuffled = distinct[:]
    random.shuffle(shuffled)
    for hour in range(8):
        assert contents_at(distinct, at(hour)) == contents_at(shuffled, at(hour))


def test_unpacking_without_naming_anything_empties():
    told = [change(1, b"x"), change(2, b"y"), change(3, None, added=False), change(5, b"z")]
    assert contents_at(told, at(2)) == [b"x", b"y"]
    assert contents_at(told, at(4)) == []
    assert contents_at(told, at(6)) == [b"z"]


def test_an_unpacking_that_is_told_late_ends_the_stay_at_its_time():
    told = [change(1, b"x"), change(5, b"x"), change(3, None, added=False)]
    assert stays(told) == [(b"x", at(1), at(3)), (b"x", at(5), None)]


def test_an_event_reaches_the_innermost_things():
    told = {
        b"trailer": [change(1, b"pallet", container=b"trailer")],
        b"pallet": [change(0, b"x", container=b"pallet"), change(0, b"y", container=b"pallet")],
    }
    assert reached(b"trailer", told, at(2)) == [b"x", b"y"]
    assert reached(b"trailer", told, at(0)) == [b"trailer"]
    assert reached(b"unknown", told, at(2)) == [b"unknown"]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=20))
def test_containers_that_contain_each_other_are_looked_into_once(pairs):
    told: dict[bytes, list[Change]] = {}
    for container, child in pairs:
        if container != child:
            told.setdefault(bytes([container]), []).append(
                change(0, bytes([child]), container=bytes([container]))
            )
    found = reached(bytes([0]), told, at(1))
    assert found
    assert len(found) == len(set(found))


def test_nesting_ends_somewhere():
    told = {bytes([n]): [change(0, bytes([n + 1]), container=bytes([n]))] for n in range(100)}
    assert reached(bytes([0]), told, at(1)) == [bytes([MAX_NESTING])]
