"""The head of a lot: what is hashed, and where the count stands."""

import pytest
from eth_abi import encode

from suyuan.kernel.hashing import keccak256, sha256
from suyuan.kernel.ledger import (
    ANY_ROLE,
    ZERO_HEAD,
    Kind,
    LedgerEntry,
    LotState,
    count_in,
    extend_head,
    record_entry,
)

ENTRY = LedgerEntry(sha256(b"lot"), sha256(b"event"), 1_790_000_000, 7, Kind.PRODUCED)
WORDS = ["bytes32", "uint8", "uint32", "bytes32", "uint40", "uint32"]


@pytest.mark.parametrize("head", [ZERO_HEAD, sha256(b"head")[:28] + b"\x00\x01\xff\xff"])
def test_a_head_is_the_hash_of_the_link_with_the_count_in_its_last_four_bytes(head):
    link = keccak256(encode(WORDS, [head, 2, 5, ENTRY.event_hash, ENTRY.occurred_at, 7]))
    following = extend_head(head, 5, ENTRY)
    assert following[:28] == link[:28]
    assert int.from_bytes(following[28:], "big") == int.from_bytes(head[28:], "big") + 1


def test_the_count_of_a_state_is_the_one_in_its_head():
    state = LotState()
    for count in range(1, 4):
        state, _ = record_entry(state, 5, ANY_ROLE, ENTRY, may_open=True)
        assert state.count == count_in(state.head) == count


def test_no_head_follows_the_greatest_count():
    with pytest.raises(OverflowError):
        extend_head(sha256(b"head")[:28] + b"\xff" * 4, 5, ENTRY)
