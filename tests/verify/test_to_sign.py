from __future__ import annotations

import copy
import json
from decimal import Decimal

import pytest

from journal_world import amount, as_bytes, document, made, packed, shipped
from own_keys import OwnKeys, signed
from suyuan.kernel.hashing import from_hex, leaf_hash, to_hex
from suyuan.kernel.ledger import Kind, LedgerEntry
from suyuan.kernel.typed_data import recover, submission_digest
from suyuan.verify.to_sign import NotWhatTheFileSays, check_parts, check_prepared

SECRET = {"suyuan:confidential": ["/quantityList/0/quantity"]}


@pytest.fixture
def own(sqlite_database):
    return OwnKeys(sqlite_database).populate()


@pytest.fixture
def asked(own):
    """(the file, what the gateway asks to be signed) for two events, one of which conceals its amount."""
    events = (made(amount("a", 12), **SECRET), shipped("store", amount("a", 12), hour=10))
    prepared = own.prepare("own", *events)
    return as_bytes(document(*events)), json.loads(json.dumps(prepared.as_json()))


def test_an_honest_gateway_asks_for_what_the_file_says(asked, own):
    parts, summary = check_prepared(*asked)
    assert [to_hex(part.digest) for part in parts] == [part["digest"] for part in asked[1]["parts"]]
    assert summary.kinds == {Kind.PRODUCED: 1, Kind.OFFERED: 1}
    assert summary.partners == {own.numbers["store"]}
    assert summary.amounts[("commissioning", "urn:example:lot:a", "KGM")] == Decimal(12)
    assert (summary.events, summary.inside, summary.repeated) == (2, 0, 0)
    assert f"{summary.since:%d %H}–{summary.until:%d %H}" == "01 00–01 02"


def test_our_digest_is_the_one_that_wallets_sign(asked):
    (part,) = check_prepared(*asked)[0]
    assert recover(part.digest, signed(asked[1]["parts"][0])) is not None


def change_entry(name, value):
    def change(prepared):
        prepared["parts"][0]["typedData"]["message"]["entries"][0][name] = value

    return change


def another_event(prepared):
    """The gateway shows an event of its own making, with the right hash for it, everywhere."""
    event = json.loads(prepared["events"][1]["public"])
    event["quantityList"][0]["quantity"] = 13
    text = json.dumps(event, separators=(",", ":"), sort_keys=True)
    prepared["events"][1] |= {"public": text, "eventHash": to_hex(leaf_hash(text.encode()))}


def shown_openly(prepared):
    event = json.loads(prepared["events"][0]["public"])
    event.pop("_sd_alg")
    event["quantityList"][0].pop("_sd")
    event["quantityList"][0]["quantity"] = 12
    text = json.dumps(event, separators=(",", ":"), sort_keys=True)
    prepared["events"][0] = {"public": text, "eventHash": to_hex(leaf_hash(text.encode())), "disclosures": []}


def in_another_form(prepared):
    prepared["events"][1]["public"] += " "


def told_twice(prepared):
    prepared["events"].append(copy.deepcopy(prepared["events"][1]))


def another_party(prepared):
    prepared["party"] = 1


def another_chain(prepared):
    prepared["parts"][0]["typedData"]["domain"]["chainId"] = 1


def another_value(prepared):
    prepared["events"][0]["disclosures"] = []


def out_of_order(prepared):
    second = copy.deepcopy(prepared["parts"][0])
    prepared["parts"].append(second)


def nonsense(prepared):
    prepared["parts"][0]["typedData"]["message"]["entries"][0]["kind"] = 99


@pytest.mark.parametrize(
    "change",
    [
        change_entry("lotId", "0x" + "11" * 32),
        change_entry("eventHash", "0x" + "11" * 32),
        change_entry("occurredAt", 1),
        change_entry("counterparty", 1),
        change_entry("kind", 15),
        another_event,
        shown_openly,
        in_another_form,
        told_twice,
        another_party,
        another_chain,
        another_value,
        out_of_order,
        nonsense,
    ],
)
def test_a_gateway_that_asks_for_something_else_gets_no_signature(asked, change):
    file, prepared = asked
    change(prepared)
    with pytest.raises(NotWhatTheFileSays):
        check_prepared(file, prepared)


def test_an_entry_about_no_event_of_the_file_is_not_signed(asked):
    """Also when the digest fits: a gateway that slips in an entry can hash it as well."""
    file, prepared = asked
    message = prepared["parts"][0]["typedData"]["message"]
    message["entries"].append({**message["entries"][0], "eventHash": "0x" + "22" * 32})
    domain = prepared["parts"][0]["typedData"]["domain"]
    entries = entries_of(prepared)
    digest = submission_digest(
        domain["chainId"], domain["verifyingContract"], message["party"], message["sequence"], entries
    )
    prepared["parts"][0]["digest"] = to_hex(digest)
    assert check_parts(prepared)
    with pytest.raises(NotWhatTheFileSays, match="not in the file"):
        check_prepared(file, prepared)


def entries_of(prepared):
    """The entries as they stand there, whatever the digest says."""
    return [
        LedgerEntry(
            from_hex(each["lotId"]),
            from_hex(each["eventHash"]),
            each["occurredAt"],
            each["counterparty"],
            Kind(each["kind"]),
        )
        for each in prepared["parts"][0]["typedData"]["message"]["entries"]
    ]


def test_goods_in_a_container_are_counted_apart(own):
    own.tell(made(amount("a", 12)), packed("urn:example:lot:box", amount("a", 12), hour=9))
    event = shipped("store", {"epcClass": "urn:example:lot:box"}, day=2)
    prepared = own.prepare("own", event)
    _, summary = check_prepared(as_bytes(document(event)), prepared.as_json())
    assert summary.inside == len(prepared.parts[0].typed_data["message"]["entries"])


def test_what_was_told_before_is_said(own):
    events = (made(amount("a", 12)), shipped("store", amount("a", 12), hour=10))
    own.tell(events[0])
    prepared = own.prepare("own", *events)
    _, summary = check_prepared(as_bytes(document(*events)), prepared.as_json())
    assert (summary.events, summary.repeated) == (1, 1)
