from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.vector_files import load, raw
from suyuan.kernel.ledger import Kind, LedgerEntry
from suyuan.kernel.typed_data import (
    Receipt,
    address_bytes,
    address_of,
    checksum_address,
    receipt_digest,
    recover,
    sign,
    submission_digest,
)

VECTORS = load("typed_data")
KEY = bytes(range(1, 33))
LEDGER = "0x5FbDB2315678afecb367f032d93F642f64180aa3"


def _entry(fields: dict[str, Any]) -> LedgerEntry:
    # The vectors also hold kinds that no contract knows: the digest is a matter of numbers.
    return LedgerEntry(
        raw(fields["lotId"]),
        raw(fields["eventHash"]),
        fields["occurredAt"],
        fields["counterparty"],
        fields["kind"],
    )


@pytest.mark.parametrize("case", VECTORS["submissions"])
def test_a_submission_is_digested_and_signed_as_eth_account_does(case: dict[str, Any]) -> None:
    message = case["message"]
    entries = [_entry(fields) for fields in message["entries"]]
    digest = submission_digest(
        case["chainId"], case["ledger"], message["party"], message["sequence"], entries
    )
    assert digest == raw(case["digest"])
    assert sign(digest, KEY) == raw(case["signature"])
    assert recover(digest, raw(case["signature"])) == case["signer"] == address_of(KEY)


@pytest.mark.parametrize("case", VECTORS["receipts"])
def test_a_receipt_is_digested_and_signed_as_eth_account_does(case: dict[str, Any]) -> None:
    message = case["message"]
    receipt = Receipt(
        message["submission"],
        message["party"],
        raw(message["documentHash"]),
        raw(message["entriesHash"]),
        message["receivedAt"],
        message["position"],
    )
    digest = receipt_digest(case["chainId"], case["ledger"], receipt)
    assert digest == raw(case["digest"])
    assert sign(digest, KEY) == raw(case["signature"])


@pytest.mark.parametrize("case", VECTORS["broken"], ids=lambda case: case["why"])
def test_a_bad_signature_is_not_the_signers(case: dict[str, Any]) -> None:
    assert recover(raw(case["digest"]), raw(case["signature"])) != case["signer"]


@pytest.mark.parametrize(
    "why", ["high s", "v of 0/1", "v of 29", "64 bytes", "66 bytes", "empty", "r of zero", "s of zero"]
)
def test_a_malformed_signature_is_nobodys(why: str) -> None:
    case = next(case for case in VECTORS["broken"] if case["why"] == why)
    assert recover(raw(case["digest"]), raw(case["signature"])) is None


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=70))
def test_no_bytes_make_recovery_fail_otherwise(digest: bytes, signature: bytes) -> None:
    assert recover(digest, signature) is None or len(signature) == 65


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=65, max_size=65))
def test_random_signatures_recover_to_some_address_or_none(digest: bytes, signature: bytes) -> None:
    found = recover(digest, signature[:64] + bytes([27 + signature[64] % 2]))
    assert found is None or checksum_address(found) == found


@given(st.integers(1, 2**256 - 2**129), st.binary(min_size=32, max_size=32))
def test_who_signs_is_recovered(key: int, digest: bytes) -> None:
    private = key.to_bytes(32, "big")
    assert recover(digest, sign(digest, private)) == address_of(private)


@pytest.mark.parametrize(
    ("party", "sequence", "entry"),
    [
        (-1, 1, None),
        (2**32, 1, None),
        (1, 2**64, None),
        (1, 1, LedgerEntry(bytes(31), bytes(32), 0, 0, Kind.SOLD)),
        (1, 1, LedgerEntry(bytes(32), bytes(33), 0, 0, Kind.SOLD)),
        (1, 1, LedgerEntry(bytes(32), bytes(32), 2**40, 0, Kind.SOLD)),
        (1, 1, LedgerEntry(bytes(32), bytes(32), -1, 0, Kind.SOLD)),
        (1, 1, LedgerEntry(bytes(32), bytes(32), 0, 2**32, Kind.SOLD)),
    ],
)
def test_what_does_not_fit_its_type_is_not_signed(
    party: int, sequence: int, entry: LedgerEntry | None
) -> None:
    with pytest.raises(ValueError, match=r"fit|32 bytes"):
        submission_digest(1, LEDGER, party, sequence, [entry] if entry else [])


# EIP-55's own examples.
@pytest.mark.parametrize(
    "address",
    [
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
        "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
        "0x52908400098527886E0F7030069857D2E4169EE7",
        "0xde709f2102306220921060314715629080e2fb77",
    ],
)
def test_addresses_carry_their_checksum(address: str) -> None:
    assert checksum_address(address.lower()) == address
    assert checksum_address("0x" + address[2:].upper()) == address
    assert checksum_address(address) == address
    assert address_bytes(address).hex() == address[2:].lower()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0x",
        "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0x" + "g" * 40,
        "0x" + "٣" * 40,
        "0x" + "1" * 41,
    ],
)
def test_a_wrong_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="address"):
        checksum_address(text)
