"""Which lot an address asks for."""

from __future__ import annotations

import pytest

from suyuan.kernel.identity import lot_id
from suyuan.verify import lot_of_address

URI = "https://id.gs1.org/01/06901234567892/10/M2611-07"
SEAFOOD = "urn:gdst:example.org:product:lot:class:processor.2u.v1-0122-2022"
GATE = "https://trace.example.cn"


@pytest.mark.parametrize(
    ("address", "uri"),
    [
        (f"{GATE}/01/06901234567892/10/M2611-07", URI),
        (f"{GATE}/01/06901234567892/10/M2611-07?format=json&lang=en#s3", URI),
        (f"{GATE}/under/here/01/06901234567892/22/2A/10/M2611-07", URI),
        (f"{GATE}/lot/https%3A%2F%2Fid.gs1.org%2F01%2F06901234567892%2F10%2FM2611-07", URI),
        (f"{GATE}/lot/urn%3Agdst%3A{SEAFOOD[9:].replace(':', '%3A')}?format=json", SEAFOOD),
        (f"{GATE}/lot/{SEAFOOD}", SEAFOOD),
        (f"{GATE}/lot/0x{lot_id(URI).hex()}", URI),
        (f"{GATE}/api/v1/lots/06901234567892%2FM2611-07/proof", URI),
        (f"{GATE}/api/v1/lots/06901234567892/M2611-07/proof", URI),
        (f"{GATE}/api/v1/lots/0x{lot_id(URI).hex().upper()}/proof", URI),
        (f"{GATE}/api/v1/lots/{SEAFOOD}/proof?x=1", SEAFOOD),
        (f"{GATE}/00/069012345678901238", "https://id.gs1.org/00/069012345678901238"),
    ],
)
def test_an_address_names_its_lot_in_every_form_that_is_served(address, uri):
    assert lot_of_address(address) == lot_id(uri)


@pytest.mark.parametrize(
    "address",
    [
        f"{GATE}/bundle.json", GATE, f"{GATE}/", f"{GATE}/lot/", f"{GATE}/lot/0x12",
        f"{GATE}/api/v1/lots//proof", f"{GATE}/01/06901234567893/10/A", f"{GATE}/download?lot={URI}", "http://[::1",
    ],
)  # fmt: skip
def test_where_no_lot_is_named_none_is_guessed(address):
    assert lot_of_address(address) is None
