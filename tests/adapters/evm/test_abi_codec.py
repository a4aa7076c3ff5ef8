from __future__ import annotations

import contextlib

import eth_abi.abi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from suyuan.adapters.evm.abi_codec import decode, encode

SIMPLE = {
    "uint8": st.integers(0, 2**8 - 1),
    "uint40": st.integers(0, 2**40 - 1),
    "uint256": st.integers(0, 2**256 - 1),
    "bool": st.booleans(),
    "address": st.binary(min_size=20, max_size=20).map(lambda b: "0x" + b.hex()),
    "bytes4": st.binary(min_size=4, max_size=4),
    "bytes32": st.binary(min_size=32, max_size=32),
    "bytes": st.binary(max_size=70),
    "string": st.text(max_size=40),
}


def typed(depth: int = 2):
    """A type and a value of it."""
    simple = st.sampled_from(sorted(SIMPLE)).flatmap(lambda t: st.tuples(st.just(t), SIMPLE[t]))
    if depth == 0:
        return simple
    inner = typed(depth - 1)
    tuples = st.lists(inner, min_size=1, max_size=4).map(
        lambda parts: ("(" + ",".join(p[0] for p in parts) + ")", tuple(p[1] for p in parts))
    )
    arrays = st.tuples(inner, st.integers(0, 3)).map(lambda p: (p[0][0] + "[]", (p[0][1],) * p[1]))
    return st.one_of(simple, tuples, arrays)


@given(st.lists(typed(), max_size=5))
def test_values_are_encoded_as_eth_abi_does_and_come_back(parts):
    types, values = [p[0] for p in parts], tuple(p[1] for p in parts)

    encoded = encode(types, values)

    assert encoded == eth_abi.abi.encode(types, values)
    assert decode(types, encoded) == values == eth_abi.abi.decode(types, encoded)


@given(
    st.sampled_from(["(uint32,uint64,bytes,bytes)[]", "string", "(bytes32,bytes)", "bytes4[]", "bool"]),
    st.binary(),
)
def test_any_bytes_are_decoded_or_refused_with_a_value_error(type_, data):
    with contextlib.suppress(ValueError):
        decode([type_], data)


@given(st.binary(max_size=200))
def test_what_eth_abi_reads_is_read_alike(data):
    types = ["bytes32", "(uint8,bytes)[]"]
    try:
        expected = eth_abi.abi.decode(types, data)
    except (eth_abi.exceptions.DecodingError, OverflowError, UnicodeDecodeError):
        return
    assert decode(types, data) == expected


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("uint8", 256),
        ("uint8", -1),
        ("uint8", True),
        ("uint8", "1"),
        ("uint8", None),
        ("bool", 1),
        ("bytes4", b"123"),
        ("bytes32", "0x"),
        ("bytes", "text"),
        ("address", "0x12"),
        ("bytes33", bytes(33)),
        ("(uint8,uint8)", (1,)),
    ],
)
def test_a_value_that_does_not_fit_is_refused(type_, value):
    with pytest.raises(ValueError, match=r"."):
        encode([type_], [value])


@pytest.mark.parametrize(
    ("type_", "data"),
    [
        ("uint8", bytes(31)),
        ("uint8", (256).to_bytes(32, "big")),
        ("bool", (2).to_bytes(32, "big")),
        ("address", b"\x01" * 32),
        ("bytes4", bytes(31) + b"\x01"),
        ("bytes", (10**30).to_bytes(32, "big")),
        ("bytes[]", (32).to_bytes(32, "big") + (2**255).to_bytes(32, "big")),
    ],
)
def test_bytes_that_are_no_such_value_are_refused(type_, data):
    with pytest.raises(ValueError, match=r"."):
        decode([type_], data)
