from __future__ import annotations

import pytest
import rlp
from hypothesis import given
from hypothesis import strategies as st

from suyuan.adapters.evm.rlp_codec import encode

ITEMS = st.recursive(
    st.binary(max_size=80) | st.integers(0, 2**256), lambda inner: st.lists(inner, max_size=5)
)


@given(ITEMS)
def test_items_are_encoded_as_the_library_does(item):
    assert encode(item) == rlp.encode(item)


@pytest.mark.parametrize("size", [0, 1, 55, 56, 255, 256, 65_535, 65_536])
def test_every_form_of_length_is_encoded_as_the_library_does(size):
    assert encode(b"\x99" * size) == rlp.encode(b"\x99" * size)
    assert encode([b"\x01"] * size) == rlp.encode([b"\x01"] * size)
