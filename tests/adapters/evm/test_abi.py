from __future__ import annotations

import contextlib

import pytest
from eth_abi.abi import encode as packed_loosely
from hypothesis import given
from hypothesis import strategies as st

from suyuan.adapters.evm.abi import Abi, decode, encode
from suyuan.adapters.evm.connect import contract_abis
from suyuan.anchoring.ports import ChainUnavailable
from suyuan.kernel.hashing import keccak256

WORD = 32
LEDGER = contract_abis()["TraceLedger"]
ENTRIES = "(bytes32,bytes32,uint40,uint32,uint8)[]"
SUBMISSIONS = f"(uint32,uint64,{ENTRIES},bytes)[]"


def test_structs_are_named_by_their_members():
    entry = LEDGER.functions["recordMany"]
    assert entry.types == (SUBMISSIONS,)
    assert entry.signature == keccak256(f"recordMany({SUBMISSIONS})".encode())


def test_a_call_is_selector_and_values():
    entries = ((b"lot".ljust(WORD), b"event".ljust(WORD), 2**40 - 1, 2**32 - 1, 16),) * 2
    arguments = (7, 2**64 - 1, entries, b"signature")
    types = ["uint32", "uint64", ENTRIES, "bytes"]

    data = LEDGER.call("record", *arguments)

    assert data[:4] == keccak256(f"record(uint32,uint64,{ENTRIES},bytes)".encode())[:4]
    assert data[4:] == packed_loosely(types, arguments)
    assert decode(types, data[4:]) == arguments


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
        ("bytes32", b"short"),
        ("bytes32", bytes(33)),
        ("bytes", "text"),
        ("bytes", None),
        ("address", "0x12"),
        ("address", "name.eth"),
        ("address", None),
        ("bytes33", bytes(33)),
        ("(uint8,uint8)", (1,)),
        ("(uint8,uint8)", 1),
        ("uint8[]", 1),
    ],
)
def test_a_value_that_does_not_fit_is_refused(type_, value):
    with pytest.raises(ValueError, match=r"."):
        encode([type_], [value])


@pytest.mark.parametrize(
    ("type_", "data"),
    [
        ("uint8", b""),
        ("uint8", bytes(31)),
        ("uint8", (256).to_bytes(WORD, "big")),
        ("bool", (2).to_bytes(WORD, "big")),
        ("address", b"\x01" * 32),
        ("bytes4", bytes(31) + b"\x01"),
        ("bytes", (10**30).to_bytes(WORD, "big")),
        ("bytes[]", (32).to_bytes(WORD, "big") + (2**255).to_bytes(WORD, "big")),
        ("string", (32).to_bytes(WORD, "big") + (1).to_bytes(WORD, "big") + b"\xff" + bytes(31)),
    ],
)
def test_bytes_that_are_no_such_value_are_refused(type_, data):
    with pytest.raises(ValueError, match=r"."):
        decode([type_], data)


@given(
    st.sampled_from([SUBMISSIONS, "string", "(bytes32,bytes)", "bytes4[]", "bool"]),
    st.binary(),
)
def test_any_bytes_are_decoded_or_refused_with_a_value_error(type_, data):
    with contextlib.suppress(ValueError):
        decode([type_], data)


@given(st.binary(max_size=300))
def test_any_revert_is_put_into_words(data):
    for selector in (b"", *LEDGER.errors, keccak256(b"Error(string)")[:4], keccak256(b"Panic(uint256)")[:4]):
        assert LEDGER.reason(selector + data)


def test_the_words_of_a_revert():
    error = next(each for each in LEDGER.errors.values() if each.name == "TraceLedger_WrongSequence")
    data = error.signature[:4] + packed_loosely(error.types, (3, 1, 2))
    assert LEDGER.reason(data) == "WrongSequence(party=3, sequence=1, expected=2)"
    said = keccak256(b"Error(string)")[:4] + packed_loosely(["string"], ["no such thing"])
    assert LEDGER.reason(said) == "no such thing"
    assert LEDGER.reason(keccak256(b"Panic(uint256)")[:4] + bytes(31) + b"\x11") == "Panic(0x11)"
    assert LEDGER.reason(b"") == "Reverted without a reason"


def test_an_answer_that_cannot_be_read_tells_nothing():
    with pytest.raises(ChainUnavailable, match="no readable answer to lot"):
        LEDGER.answer("lot", bytes(31))


def test_an_event_that_is_not_in_the_abi_is_passed_over():
    assert LEDGER.event([keccak256(b"Other()")], b"") is None
    assert LEDGER.event([], b"") is None


def test_a_log_that_cannot_be_read_tells_nothing():
    topic = next(each.signature for each in LEDGER.events.values() if each.name == "SubmissionRefused")
    with pytest.raises(ChainUnavailable, match="a log of SubmissionRefused that cannot be read"):
        LEDGER.event([topic, bytes(31) + b"\x01", bytes(31) + b"\x01"], b"\x01")


def test_nameless_inputs_have_a_name():
    abi = Abi([{"type": "error", "name": "Odd", "inputs": [{"name": "", "type": "uint8"}]}])
    assert abi.reason(keccak256(b"Odd(uint8)")[:4] + bytes(31) + b"\x05") == "Odd(value0=5)"
