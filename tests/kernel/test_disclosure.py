from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.vector_files import load, raw
from suyuan.kernel.disclosure import (
    BadDisclosure,
    Disclosure,
    conceal,
    confidential_pointers,
    event_hash,
    random_salt,
    reveal,
)
from suyuan.kernel.errors import Refused
from suyuan.kernel.hashing import to_hex

VECTORS = load("disclosure")
VALID = pytest.mark.parametrize("case", VECTORS["valid"], ids=lambda case: case["name"])


def _concealed(case: dict[str, Any]) -> tuple[dict[str, Any], list[Disclosure]]:
    salts = iter(case["salts"])
    return conceal(case["event"], case["pointers"], lambda: raw(next(salts)))


@VALID
def test_the_public_form_is_the_one_another_implementation_makes(case: dict[str, Any]) -> None:
    public, disclosures = _concealed(case)
    assert public == case["public"]
    assert [disclosure.encoded for disclosure in disclosures] == case["disclosures"]
    assert to_hex(event_hash(public)) == case["event_hash"]


@VALID
def test_all_disclosures_together_give_the_event_back(case: dict[str, Any]) -> None:
    whole = {name: value for name, value in case["event"].items() if name != "suyuan:confidential"}
    assert reveal(case["public"], case["disclosures"]) == whole


@VALID
def test_the_event_given_in_stays_as_it_is(case: dict[str, Any]) -> None:
    before = copy.deepcopy(case["event"])
    _concealed(case)
    assert case["event"] == before


@pytest.mark.parametrize("case", VECTORS["broken"], ids=lambda case: case["name"])
def test_what_cannot_be_hidden_is_refused(case: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refusal:
        conceal(case["event"], case["pointers"])
    assert case["code"] in [fault.code for fault in refusal.value.faults]


def test_the_sample_of_the_standard_is_read() -> None:
    sample = VECTORS["known"][0]
    disclosure = Disclosure.read(sample["encoded"])
    assert (disclosure.salt, disclosure.name, disclosure.value) == (
        sample["salt"],
        sample["name"],
        sample["value"],
    )
    assert disclosure.digest == sample["digest"]


names = st.text(min_size=1, max_size=8).filter(lambda name: name not in {"_sd", "_sd_alg", "..."})
leaves = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8)
objects = st.dictionaries(names, leaves | st.dictionaries(names, leaves, max_size=4), max_size=6)


@given(objects, st.data())
def test_showing_hiding_and_erasing_leave_the_hash_alone(ilmd: dict[str, Any], data: st.DataObject) -> None:
    event = {"type": "ObjectEvent", "ilmd": ilmd}
    chosen = data.draw(st.lists(st.sampled_from(sorted(ilmd)), unique=True)) if ilmd else []
    pointers = ["/ilmd/" + name.replace("~", "~0").replace("/", "~1") for name in chosen]
    public, disclosures = conceal(event, pointers, random_salt)
    sealed = event_hash(public)
    shown = data.draw(st.permutations(disclosures))[: data.draw(st.integers(0, len(disclosures)))]
    partly = reveal(public, shown)
    assert event_hash(public) == sealed
    for disclosure in shown:
        assert partly["ilmd"][disclosure.name] == ilmd[disclosure.name]
    for name in {d.name for d in disclosures} - {d.name for d in shown}:
        assert name not in partly["ilmd"]
    assert reveal(public, [d.encoded for d in disclosures]) == event


def test_the_same_value_hides_behind_another_digest_each_time() -> None:
    event = {"type": "ObjectEvent", "ex:price": "3.20"}
    first, second = conceal(event, ["/ex:price"])[0], conceal(event, ["/ex:price"])[0]
    assert first != second


def _sample() -> tuple[dict[str, Any], str]:
    public, disclosures = conceal({"type": "ObjectEvent", "ex:price": "3.20"}, ["/ex:price"])
    return public, disclosures[0].encoded


def test_a_disclosure_of_another_event_is_refused() -> None:
    public, _ = _sample()
    _, foreign = _sample()
    with pytest.raises(BadDisclosure, match="fit nowhere"):
        reveal(public, [foreign])


def test_a_disclosure_given_twice_is_refused() -> None:
    public, disclosure = _sample()
    with pytest.raises(BadDisclosure, match="twice"):
        reveal(public, [disclosure, disclosure])


def test_a_disclosure_does_not_overwrite_a_member() -> None:
    public, disclosure = _sample()
    with pytest.raises(BadDisclosure, match="already there"):
        reveal({**public, "ex:price": "0.01"}, [disclosure])


@pytest.mark.parametrize(
    "encoded", ["", "x", "*", "WzFd", "批", "bnVsbA", "WyJzIiwiX3NkIiwxXQ", "WzEsIm4iLDFd"], ids=repr
)
def test_a_disclosure_that_cannot_be_read_is_refused(encoded: str) -> None:
    with pytest.raises(BadDisclosure):
        Disclosure.read(encoded)


def test_a_short_salt_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        Disclosure.make(bytes(15), "name", 1)


def test_the_list_of_confidential_members_must_be_pointers() -> None:
    assert confidential_pointers({}) == []
    assert confidential_pointers({"suyuan:confidential": ["/a"]}) == ["/a"]
    for wrong in ("/a", [1], {"a": 1}):
        with pytest.raises(Refused):
            confidential_pointers({"suyuan:confidential": wrong})
