"""What a signer checks before he signs: that the entries put before him say what his own file says, and that
the digest is over those entries and nothing else. Nothing here asks or trusts the gateway.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from suyuan.kernel.canonical import canonical_json, parse_json
from suyuan.kernel.disclosure import CONFIDENTIAL, reveal
from suyuan.kernel.errors import SuyuanError
from suyuan.kernel.hashing import from_hex, leaf_hash, to_hex
from suyuan.kernel.identity import NotAnIdentifier, identify, lot_id
from suyuan.kernel.ledger import Kind, LedgerEntry
from suyuan.kernel.typed_data import submission_digest

Json = Mapping[str, Any]

_LISTS = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")
_ITEMS = ("epcList", "childEPCs", "inputEPCList", "outputEPCList")


class NotWhatTheFileSays(Exception):
    """What is to be signed differs from the file, or does not fit together; said in one sentence."""


@dataclass(frozen=True, slots=True)
class ToSign:
    """One signature to be made: `digest` is our own, over `entries`."""

    sequence: int
    digest: bytes
    entries: tuple[LedgerEntry, ...]


@dataclass(slots=True)
class Summary:
    """For people. `amounts`: (step, product, unit) to the sum; `partners`: party numbers of handovers;
    `inside`: entries about goods that the events do not name, because they lie in a container that is named.
    """

    party: int
    chain_id: int
    ledger: str
    events: int = 0
    repeated: int = 0
    inside: int = 0
    kinds: Counter[Kind] = field(default_factory=Counter)
    amounts: dict[tuple[str, str, str], Decimal] = field(default_factory=dict)
    partners: set[int] = field(default_factory=set)
    since: datetime | None = None
    until: datetime | None = None


def check_parts(prepared: Json) -> list[ToSign]:
    """Entries and digests of what was prepared, the digests worked out anew. Raises NotWhatTheFileSays."""
    found = [_part(part, int(prepared["party"])) for part in prepared["parts"]]
    domains = {canonical_json(part["typedData"]["domain"]) for part in prepared["parts"]}
    numbers = [part.sequence for part in found]
    if len(domains) > 1 or numbers != list(range(numbers[0], numbers[0] + len(numbers)) if numbers else []):
        raise NotWhatTheFileSays("The parts are not one submission: their numbers or ledgers do not agree.")
    return found


def check_prepared(file: bytes, prepared: Json) -> tuple[list[ToSign], Summary]:
    """Everything that a signer can know by himself. Raises NotWhatTheFileSays, MalformedJson."""
    parts = check_parts(prepared)
    told = _events_of(parse_json(file))
    events = dict(_event(shown, told) for shown in prepared["events"])
    summary = _summarise(prepared, parts, list(events.values()))
    summary.repeated = sum(told.values())
    things = {digest: _things(event) for digest, event in events.items()}
    for entry in (entry for part in parts for entry in part.entries):
        if entry.event_hash not in events:
            raise NotWhatTheFileSays(f"An entry is about an event that is not in the file: {_short(entry)}.")
        if entry.occurred_at != int(_time(events[entry.event_hash]).timestamp()):
            raise NotWhatTheFileSays(f"An entry has another time than its event: {_short(entry)}.")
        summary.inside += entry.lot_id not in things[entry.event_hash]
    return parts, summary


def _part(part: Json, party: int) -> ToSign:
    data = part["typedData"]
    message, domain = data["message"], data["domain"]
    try:
        entries = tuple(
            LedgerEntry(
                from_hex(each["lotId"]),
                from_hex(each["eventHash"]),
                int(each["occurredAt"]),
                int(each["counterparty"]),
                Kind(each["kind"]),
            )
            for each in message["entries"]
        )
        sequence = int(message["sequence"])
        ledger = int(domain["chainId"]), str(domain["verifyingContract"])
        digest = submission_digest(*ledger, party, sequence, entries)
    except (KeyError, TypeError, ValueError) as error:
        raise NotWhatTheFileSays(f"What is to be signed cannot be read: {error}.") from error
    if int(message["party"]) != party or to_hex(digest) != part["digest"]:
        raise NotWhatTheFileSays(f"The digest of number {sequence} is not over the entries that are shown.")
    return ToSign(sequence, digest, entries)


def _events_of(document: Any) -> Counter[bytes]:
    """The file's events as they compare: without their ids and contexts, which the gateway fills in."""
    found = document
    for name in ("epcisBody", "queryResults", "resultsBody", "eventList"):
        if isinstance(found, dict) and name in found:
            found = found[name]
    events = found if isinstance(found, list) else [found]
    return Counter(_comparable(each) for each in events if isinstance(each, dict))


def _comparable(event: Json) -> bytes:
    plain = {name: value for name, value in event.items() if name not in ("@context", "eventID")}
    plain[CONFIDENTIAL] = sorted(plain.get(CONFIDENTIAL) or ())
    return canonical_json(plain)


def _event(shown: Json, told: Counter[bytes]) -> tuple[bytes, Json]:
    """The event's hash, and the event with what its public form conceals; takes it off the file's list."""
    text = str(shown["public"]).encode()
    public: Any = parse_json(text)
    if canonical_json(public) != text:
        raise NotWhatTheFileSays("An event is not shown in the form that its hash is taken over.")
    digest = leaf_hash(text)
    if to_hex(digest) != shown["eventHash"]:
        raise NotWhatTheFileSays(
            f"An event does not have the hash that is to be signed: {shown['eventHash']}."
        )
    try:
        event = reveal(public, [each["encoded"] for each in shown["disclosures"]])
    except SuyuanError as error:
        raise NotWhatTheFileSays(f"What an event conceals does not fit: {error}.") from error
    hidden = {**event, CONFIDENTIAL: sorted(each["pointer"] for each in shown["disclosures"])}
    key = _comparable(hidden)
    if not told[key]:
        raise NotWhatTheFileSays(f"This event is not in the file: {text[:200].decode(errors='replace')}…")
    told[key] -= 1
    return digest, event


def _summarise(prepared: Json, parts: Sequence[ToSign], events: Sequence[Json]) -> Summary:
    domain = prepared["parts"][0]["typedData"]["domain"] if prepared["parts"] else {}
    found = Summary(
        int(prepared["party"]), int(domain.get("chainId", 0)), str(domain.get("verifyingContract", ""))
    )
    found.events = len(events)
    for entry in (entry for part in parts for entry in part.entries):
        found.kinds[entry.kind] += 1
        found.partners |= {entry.counterparty} - {0}
    for event in events:
        step = str(event.get("bizStep", event.get("type", "")))
        for amount in _amounts(event):
            key = (step, _product(str(amount.get("epcClass", ""))), str(amount.get("uom", "")))
            found.amounts[key] = found.amounts.get(key, Decimal(0)) + Decimal(str(amount["quantity"]))
    times = sorted(map(_time, events))
    found.since, found.until = (times[0], times[-1]) if times else (None, None)
    return found


def _amounts(event: Json) -> Iterator[Json]:
    for name in _LISTS:
        yield from (each for each in event.get(name) or () if "quantity" in each)


def _product(uri: str) -> str:
    try:
        found = identify(uri)
    except NotAnIdentifier:
        return uri
    return found.class_uri or found.uri


def _things(event: Json) -> set[bytes]:
    """The ids of everything that the event names."""
    uris = [each.get("epcClass") for name in _LISTS for each in event.get(name) or ()]
    uris += [each for name in _ITEMS for each in event.get(name) or ()]
    uris.append(event.get("parentID"))
    return {lot_id(identify(uri).uri) for uri in uris if isinstance(uri, str)}


def _time(event: Json) -> datetime:
    return datetime.fromisoformat(str(event["eventTime"]).upper()).astimezone(UTC)


def _short(entry: LedgerEntry) -> str:
    return f"{entry.kind.name} of lot {to_hex(entry.lot_id)[:18]}…, event {to_hex(entry.event_hash)[:18]}…"
