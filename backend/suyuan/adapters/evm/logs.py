"""Logs of our own contracts, decoded; whatever another address wrote is not ours and is left out."""

from __future__ import annotations

from collections.abc import Mapping

from suyuan.adapters.evm import answers
from suyuan.adapters.evm.abi import Abi
from suyuan.anchoring.ports import (
    AnchorRecorded,
    ChainUnavailable,
    EntryRecorded,
    Log,
    PartyChanged,
    SubmissionRefused,
)
from suyuan.kernel.hashing import keccak256
from suyuan.kernel.ledger import Kind

LEDGER, ANCHORS, PARTIES = "TraceLedger", "AnchorRegistry", "PartyRegistry"
ENTRY_RECORDED = keccak256(b"EntryRecorded(bytes32,uint32,bytes32,uint256)")


class LogReader:
    """`addresses` and `abis` go by contract name; `errors` knows every custom error."""

    def __init__(self, addresses: Mapping[str, str], abis: Mapping[str, Abi], errors: Abi) -> None:
        self._contracts = {
            address.lower(): (name, abis[name]) for name, address in addresses.items() if name in abis
        }
        self._errors = errors

    def read(self, logs: object) -> tuple[Log, ...]:
        """The logs of a receipt, in order. Raises ChainUnavailable when one of ours cannot be read."""
        if not isinstance(logs, list):
            raise ChainUnavailable("the node gave a receipt without logs")
        found = (self._one(answers.members(log, "a log")) for log in logs)
        return tuple(log for log in found if log is not None)

    def _one(self, log: Mapping[str, object]) -> Log | None:
        contract = self._contracts.get(str(log.get("address")).lower())
        if contract is None or log.get("removed") is True:
            return None
        name, abi = contract
        listed = log.get("topics")
        if not isinstance(listed, list):
            raise ChainUnavailable("the node gave a log without topics")
        topics = [answers.octets(topic, "a topic", 32) for topic in listed]
        data = answers.octets(log.get("data"), "a log's data")
        if name == LEDGER and topics[:1] == [ENTRY_RECORDED]:
            return _entry(topics, data, answers.quantity(log.get("logIndex"), "a log's index"))
        decoded = abi.event(topics, data)
        return None if decoded is None else self._rarer(name, *decoded)

    def _rarer(self, name: str, event: str, values: Mapping[str, object]) -> Log | None:
        if name == LEDGER and event == "SubmissionRefused":
            reason = self._errors.reason(_octets(values, "reason"))
            return SubmissionRefused(_number(values, "party"), _number(values, "sequence"), reason)
        if name == ANCHORS and event == "Anchored":
            return AnchorRecorded(
                _number(values, "number"), _octets(values, "root"), _number(values, "leafCount")
            )
        if name == PARTIES and (number := _party(values)) is not None:
            return PartyChanged(event, number)
        return None


def _entry(topics: list[bytes], data: bytes, log_index: int) -> EntryRecorded:
    """By hand, because there are hundreds in a receipt; `facts` is packed as ITraceLedger says."""
    if len(topics) != 3 or len(data) != 64:
        raise ChainUnavailable("the node gave a log of EntryRecorded that cannot be read")
    facts = int.from_bytes(data[32:], "big")
    try:
        kind = Kind(facts & 0xFF)
    except ValueError as error:
        raise ChainUnavailable("the node gave an entry of no known kind") from error
    return EntryRecorded(
        lot_id=topics[1],
        party=int.from_bytes(topics[2], "big"),
        sequence=facts >> 120 & 0xFFFFFFFFFFFFFFFF,
        kind=kind,
        event_hash=data[:32],
        index=facts >> 88 & 0xFFFFFFFF,
        occurred_at=facts >> 48 & 0xFFFFFFFFFF,
        counterparty=facts >> 16 & 0xFFFFFFFF,
        in_custody=bool(facts >> 8 & 0xFF),
        log_index=log_index,
    )


def _party(values: Mapping[str, object]) -> int | None:
    for name in ("number", "party"):
        if isinstance(values.get(name), int):
            return _number(values, name)
    return None


def _number(values: Mapping[str, object], name: str) -> int:
    value = values.get(name)
    if not isinstance(value, int):
        raise ChainUnavailable(f"a log of ours has no {name}")
    return value


def _octets(values: Mapping[str, object], name: str) -> bytes:
    value = values.get(name)
    if not isinstance(value, bytes):
        raise ChainUnavailable(f"a log of ours has no {name}")
    return value
