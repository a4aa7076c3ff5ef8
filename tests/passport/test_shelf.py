"""Pages that are kept are sent again only while nothing has changed."""

from __future__ import annotations

from suyuan.passport.shelf import Answer, Shelf

ONE, TWO = Answer(b"one", "text/plain"), Answer(b"two", "text/plain")


def test_an_answer_is_given_again_under_its_own_mark_only():
    shelf = Shelf()
    shelf.put("a", (1,), ONE)
    assert shelf.take("a", (1,)) is ONE
    assert shelf.take("a", (2,)) is None
    assert shelf.take("b", (1,)) is None
    shelf.put("a", (2,), TWO)
    assert shelf.take("a", (2,)) is TWO


def test_the_longest_unused_goes_first():
    shelf = Shelf(most=2)
    shelf.put("a", (1,), ONE)
    shelf.put("b", (1,), ONE)
    shelf.take("a", (1,))
    shelf.put("c", (1,), TWO)
    assert [shelf.take(key, (1,)) is not None for key in "abc"] == [True, False, True]


def test_tags_follow_the_bytes():
    assert ONE.tag != TWO.tag
    assert ONE.tag == Answer(b"one", "text/html").tag


def test_what_is_kept_stays_below_a_number_of_bytes():
    shelf = Shelf(most_bytes=1000, greatest=1000)
    for number in range(50):
        shelf.put(number, (1,), Answer(b"x" * 100, "text/plain"))
    assert [number for number in range(50) if shelf.take(number, (1,))] == [45, 46, 47, 48, 49]
    shelf.put(45, (2,), Answer(b"x" * 300, "text/plain"))
    assert [number for number in range(50) if shelf.take(number, (1,))] == [48, 49]


def test_a_very_large_answer_is_given_and_not_kept():
    shelf = Shelf(most_bytes=1000, greatest=400)
    large = Answer(b"x" * 201, "text/plain")
    shelf.put("a", (1,), ONE)
    assert shelf.put("a", (2,), large) is large
    assert shelf.take("a", (1,)) is None
    assert shelf.take("a", (2,)) is None
