"""Clock, ids, hashes, errors, cursors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suyuan.kernel import errors
from suyuan.kernel.clock import FixedClock, SystemClock, as_utc, from_millis, to_millis
from suyuan.kernel.errors import ErrorKind, Fault, Refused, SuyuanError
from suyuan.kernel.hashing import from_hex, keccak256, leaf_hash, node_hash, sha256, to_hex
from suyuan.kernel.ids import new_id
from suyuan.kernel.paging import BadCursor, CursorValue, decode_cursor, encode_cursor

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
cursor_values = st.lists(st.text(max_size=20) | st.integers(-(2**53) + 1, 2**53 - 1) | st.none(), max_size=4)


def test_known_hashes() -> None:
    assert sha256(b"").hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert keccak256(b"").hex() == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
    assert leaf_hash(b"x") == sha256(b"\x00x")
    assert node_hash(b"l" * 32, b"r" * 32) == sha256(b"\x01" + b"l" * 32 + b"r" * 32)


@given(st.binary(min_size=32, max_size=32))
def test_hex_is_read_as_written(data: bytes) -> None:
    assert from_hex(to_hex(data)) == data


@pytest.mark.parametrize("text", ["", "0x", "00" * 33, "0x" + "0" * 63, "0x" + "g" * 64, "0x" + "0 " * 32])
def test_wrong_hex_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="hex"):
        from_hex(text)


def test_the_clocks_speak_utc() -> None:
    assert SystemClock().now().utcoffset() == timedelta(0)
    clock = FixedClock(datetime(2026, 11, 23, 20, tzinfo=timezone(timedelta(hours=8))))
    assert clock.now() == NOON
    assert clock.now().tzinfo is UTC
    clock.advance(timedelta(hours=1))
    assert clock.now() == NOON + timedelta(hours=1)
    clock.set(NOON)
    assert clock.now() == NOON


def test_a_time_without_offset_is_refused() -> None:
    naive = NOON.replace(tzinfo=None)
    with pytest.raises(ValueError, match="offset"):
        as_utc(naive)
    with pytest.raises(ValueError, match="offset"):
        FixedClock(naive)


@given(st.datetimes(timezones=st.just(UTC)))
def test_milliseconds_round_down_and_come_back(moment: datetime) -> None:
    back = from_millis(to_millis(moment))
    assert timedelta(0) <= moment - back < timedelta(milliseconds=1)


def test_ids_are_version_7_unique_and_sorted_by_birth() -> None:
    clock = FixedClock(NOON)
    ids = []
    for _ in range(200):
        ids.append(new_id(clock))
        clock.advance(timedelta(milliseconds=1))
    assert ids == sorted(set(ids))
    born = UUID(ids[0])
    assert (born.version, born.variant) == (7, "specified in RFC 4122")
    assert born.int >> 80 == to_millis(NOON)
    assert len({new_id(clock) for _ in range(1000)}) == 1000


def test_every_error_has_a_code_and_a_kind() -> None:
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, SuyuanError):
            assert isinstance(kind.kind, ErrorKind)
            assert kind.code
    assert SuyuanError("no such lot", code="lot.unknown").code == "lot.unknown"
    assert SuyuanError.code == "internal"


def test_a_refusal_reports_every_fault() -> None:
    faults = [Fault("/a", "x.one", "one is wrong", "mend one"), Fault("/b", "x.two", "two is wrong")]
    refusal = Refused(faults)
    assert refusal.faults == tuple(faults)
    assert str(refusal) == "one is wrong (and 1 more)"
    assert faults[0].as_dict() == {
        "pointer": "/a",
        "code": "x.one",
        "message": "one is wrong",
        "fix": "mend one",
    }


@given(cursor_values)
def test_a_cursor_comes_back_as_it_was_given(values: list[CursorValue]) -> None:
    assert decode_cursor(encode_cursor(*values), len(values)) == tuple(values)


@given(st.text(max_size=40))
def test_a_made_up_cursor_is_refused_or_harmless(text: str) -> None:
    try:
        values = decode_cursor(text, 2)
    except BadCursor:
        return
    assert all(value is None or type(value) in (str, int) for value in values)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "!",
        "批",
        "bnVsbA",
        "WzEuNV0",
        "W3RydWVd",
        "W1tdXQ",
        "WzEsMl0",
        "Wzk5OTk5OTk5OTk5OTk5OTk5OTk5OTldXQ",
    ],
)
def test_a_cursor_of_another_shape_is_refused(text: str) -> None:
    with pytest.raises(BadCursor) as refusal:
        decode_cursor(text, 1)
    assert refusal.value.code == "cursor.malformed"


def test_a_long_cursor_is_refused() -> None:
    with pytest.raises(BadCursor):
        decode_cursor("A" * 2000, 1)
