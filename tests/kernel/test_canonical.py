from __future__ import annotations

import json
import math
import time

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from kernel.vector_files import load, raw
from suyuan.kernel.canonical import (
    MAX_INTEGER,
    MalformedJson,
    NotCanonical,
    canonical_json,
    is_plain,
    parse_json,
)
from suyuan.kernel.hashing import leaf_hash, to_hex

VECTORS = load("canonical")

integers = st.integers(-MAX_INTEGER, MAX_INTEGER)
floats = st.floats(-float(MAX_INTEGER), float(MAX_INTEGER), allow_nan=False)
scalars = st.none() | st.booleans() | integers | floats | st.text()
values = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=40
)


def _body(case: dict[str, str]) -> bytes:
    return raw(case["bytes"]) if "bytes" in case else case["input"].encode()


@pytest.mark.parametrize("case", VECTORS["valid"], ids=lambda case: case["name"])
def test_a_text_becomes_the_canonical_text_that_ecmascript_writes(case: dict[str, str]) -> None:
    text = canonical_json(parse_json(_body(case)))
    assert text.decode() == case["canonical"]
    assert to_hex(leaf_hash(text)) == case["leaf_hash"]


@pytest.mark.parametrize("case", VECTORS["broken"], ids=lambda case: case["name"])
def test_a_text_that_two_readers_may_read_differently_is_refused(case: dict[str, str]) -> None:
    with pytest.raises(MalformedJson) as refusal:
        parse_json(_body(case))
    assert refusal.value.code == case["code"]


@given(values)
def test_the_quick_way_writes_what_the_library_writes(value: object) -> None:
    assert canonical_json(value) == rfc8785.dumps(value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_float_is_written_as_the_library_writes_it(number: float) -> None:
    assert canonical_json([number]) == rfc8785.dumps([number])


@given(values)
def test_what_is_read_back_is_written_the_same(value: object) -> None:
    text = canonical_json(value)
    assert canonical_json(parse_json(text)) == text


@given(values)
def test_any_layout_of_the_same_value_has_one_canonical_text(value: object) -> None:
    loose = json.dumps(value, indent=3, ensure_ascii=True, sort_keys=False).encode()
    assert canonical_json(parse_json(loose)) == canonical_json(value)


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused_with_a_code(data: bytes) -> None:
    try:
        value = parse_json(data)
    except MalformedJson as refusal:
        refused = refusal.code.split(".")[0]
    else:
        refused = None
        assert value == json.loads(data)
    assert refused in (None, "json")


@given(st.dictionaries(st.text(), integers, min_size=1), st.data())
def test_a_name_given_twice_is_found_however_it_is_escaped(
    value: dict[str, int], data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(sorted(value)))
    written = json.dumps(name, ensure_ascii=data.draw(st.booleans()))
    doubled = json.dumps(value)[:-1] + f",{written}:0}}"
    with pytest.raises(MalformedJson) as refusal:
        parse_json(doubled.encode())
    assert refusal.value.code == "json.duplicate"


@pytest.mark.parametrize(
    "value",
    [math.nan, math.inf, 2**53, -(2**53), {1: 2}, b"bytes", {"a": {1, 2}}, "\ud800", object(), 1j],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_json_is_not_written(value: object) -> None:
    with pytest.raises(NotCanonical):
        canonical_json(value)


def test_a_circle_is_not_written() -> None:
    circle: list[object] = []
    circle.append(circle)
    with pytest.raises(NotCanonical):
        canonical_json(circle)


def test_the_fault_says_where_it_is() -> None:
    with pytest.raises(MalformedJson) as refusal:
        parse_json(b'{"a":[0,{"b/c":9007199254740993}]}')
    assert refusal.value.pointer == "/a/1/b~1c"
    with pytest.raises(MalformedJson) as refusal:
        parse_json(b'["\xe6\x89\xb9", nope]')
    assert refusal.value.offset == 8


def test_an_integer_of_a_whole_float_is_an_integer_from_the_reader_on() -> None:
    value = parse_json(b'{"a":26.0,"b":[1e2]}')
    assert value == {"a": 26, "b": [100]}
    assert isinstance(value, dict)
    assert type(value["a"]) is int
    assert type(value["b"][0]) is int


HOSTILE = {
    "nested 10,000 deep": b"[" * 10_000 + b"]" * 10_000,
    "50 MB of opening brackets": b"[" * 50_000_000,
    "50 MB of opening objects": b'{"":' * 12_500_000,
    "50 MB of deep pairs": (b"[" * 66 + b"]" * 66 + b",") * 375_000,
    "20 MB that end in a wrong character": b"[" + b'"a",' * 5_000_000 + b"nope]",
    "20 MB with a name given twice at the end": b'{"a":[' + b"1," * 10_000_000 + b'1],"a":0}',
    "20 MB of one number": b"[" + b"9" * 20_000_000 + b"]",
    "20 MB of an open string": b'["' + b"a" * 20_000_000,
    "20 MB of text without brackets": b"nope " * 4_000_000,
    "20 MB of quotes escaped": b'["' + b'\\"' * 10_000_000 + b'"' * 2,
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_hostile_input_is_refused_quickly(body: bytes) -> None:
    start = time.process_time()
    with pytest.raises(MalformedJson):
        parse_json(body)
    assert time.process_time() - start < 10


@given(st.lists(st.dictionaries(st.text(), values)))
def test_what_one_look_found_plain_is_written_alike(told: list[dict[str, object]]) -> None:
    plain = is_plain(told)
    assert [canonical_json(each, plain=plain) for each in told] == [rfc8785.dumps(each) for each in told]


@pytest.mark.parametrize("odd", [26.0, 1e-7, 1e15, -1e21, math.inf, (1,), 1 + 2j])
def test_what_is_written_unlike_is_not_plain(odd: object) -> None:
    assert is_plain([{"a": [0.5, 1, "x", None, True]}])
    assert not is_plain([{"a": [0.5]}, {"b": [{"c": odd}]}])
