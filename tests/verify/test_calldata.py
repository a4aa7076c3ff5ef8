"""Calldata as the ABI writes it, read by hand; what no party could have signed is not read as signed."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import astuple

import pytest
from eth_abi import encode

from suyuan.kernel.hashing import keccak256, sha256
from suyuan.kernel.ledger import Kind, LedgerEntry
from suyuan.verify.calldata import NotSubmissions, Submission, submissions_in

ENTRIES = "(bytes32,bytes32,uint40,uint32,uint8)[]"
WIDE = "(bytes32,bytes32,uint256,uint256,uint256)[]"
GOOD = [
    LedgerEntry(sha256(b"lot %d" % number), sha256(b"event %d" % number), 2**40 - number, 2**32 - 1, kind)
    for number, kind in ((1, Kind.INTRODUCED), (2, Kind.CORRECTED))
]
SIGNED = Submission(7, 9, tuple(GOOD), b"\x05" * 65)
EMPTY = Submission(8, 1, (), b"\x06" * 90)


def sent(each: Submission) -> tuple:
    entries = [(*astuple(entry)[:4], int(entry.kind)) for entry in each.entries]
    return each.party, each.sequence, entries, each.signature


def record_many(*submissions: tuple, form: str = ENTRIES) -> bytes:
    selector = keccak256(f"recordMany((uint32,uint64,{ENTRIES},bytes)[])".encode())[:4]
    return selector + encode([f"(uint32,uint64,{form},bytes)[]"], [submissions])


def altered(place: int, value: int) -> tuple:
    party, sequence, entries, signature = sent(SIGNED)
    entry = (*entries[1][:place], value, *entries[1][place + 1 :])
    return party, sequence, [entries[0], entry], signature


def test_a_single_submission_is_read():
    selector = keccak256(f"record(uint32,uint64,{ENTRIES},bytes)".encode())[:4]
    calldata = selector + encode(["uint32", "uint64", ENTRIES, "bytes"], sent(SIGNED))
    assert submissions_in(calldata) == (SIGNED,)


def test_all_submissions_of_a_bundle_are_read():
    assert submissions_in(record_many(sent(SIGNED), sent(EMPTY))) == (SIGNED, EMPTY)


@pytest.mark.parametrize(("place", "value"), [(2, 2**40), (3, 2**32), (4, 0), (4, 17), (4, 2**255)])
def test_a_submission_with_an_entry_that_cannot_be_is_passed_over(place, value):
    calldata = record_many(altered(place, value), sent(EMPTY), form=WIDE)
    assert submissions_in(calldata) == (EMPTY,)


@pytest.mark.parametrize("length", [0, 3, 4, 36, 68, 300])
def test_calldata_that_is_cut_short_carries_nothing(length):
    calldata = record_many(sent(SIGNED))[:length]
    with suppress(NotSubmissions):
        assert submissions_in(calldata) == ()


def test_another_function_is_no_submission():
    with pytest.raises(NotSubmissions):
        submissions_in(b"\x00" * 100)
