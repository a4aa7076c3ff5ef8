"""The bundle ``suyuan-bundle/1`` as values: strict reading of the form that docs/formats/bundle.md defines.

Nothing is tolerated that the form does not name: a member too many, one missing, another type, a letter in
another case. What cannot be read strictly was not checked, and must not look as if it had been.
"""

from __future__ import annotations

from dataclasses import dataclass

from suyuan.kernel.canonical import canonical_json, parse_json
from suyuan.kernel.errors import SuyuanError
from suyuan.kernel.hashing import leaf_hash
from suyuan.kernel.ledger import Kind, LedgerEntry, LotState
from suyuan.verify import form
from suyuan.verify.form import BundleFault, Reader
from suyuan.verify.trust import CONTRACTS

FORMAT = "suyuan-bundle/1"
MAX_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class BundleParty:
    """A party as it is shown; `profile_hash` is the leaf hash of the profile's canonical JSON."""

    number: int
    profile: dict[str, object]
    profile_hash: bytes

    @property
    def subject(self) -> str:
        return f"party {self.number}"


@dataclass(frozen=True, slots=True)
class BundleEntry:
    """An entry as it is shown. `entry` is what its party signed, its event hash taken of the event shown;
    `block_time` is Unix seconds.
    """

    event: dict[str, object]
    entry: LedgerEntry
    party: int
    sequence: int
    index: int
    in_custody: bool
    transaction: bytes
    block: int
    block_time: int
    log_index: int

    @property
    def subject(self) -> str:
        return f"entry {self.index}"


@dataclass(frozen=True, slots=True)
class BundleLeaf:
    """A leaf's bytes, its place in the tree and its way up to the root."""

    data: bytes
    index: int
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class BundleAnchor:
    """One anchor and those of its leaves that the bundle shows."""

    number: int
    root: bytes
    leaf_count: int
    leaves: tuple[BundleLeaf, ...]

    @property
    def subject(self) -> str:
        return f"anchor {self.number}"


@dataclass(frozen=True, slots=True)
class AsOf:
    """The block up to which the bundle is complete; `time` is its timestamp in Unix seconds."""

    block: int
    block_hash: bytes
    time: int


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle that was read strictly. Nothing in it has been checked against a chain yet."""

    lot_uri: str
    lot_id: bytes
    chain_id: int
    contracts: dict[str, str]
    parties: tuple[BundleParty, ...]
    entries: tuple[BundleEntry, ...]
    anchors: tuple[BundleAnchor, ...]
    status: LotState
    as_of: AsOf


def parse_bundle(data: bytes) -> Bundle:
    """Read the bytes of a bundle. Raises BundleFault with a JSON pointer where they leave the form."""
    if len(data) > MAX_BYTES:
        raise BundleFault("", f"longer than {MAX_BYTES} bytes")
    try:
        value = parse_json(data)
    except SuyuanError as fault:
        raise BundleFault("", str(fault)) from fault
    top = Reader(value, "", ("format", "lot", "chain", "parties", "entries", "anchors", "status", "asOf"))
    if top.text("format") != FORMAT:
        raise BundleFault("/format", f"only {FORMAT} is known")
    lot = top.part("lot", ("uri", "lotId"))
    chain = top.part("chain", ("chainId", "contracts"))
    contracts = chain.part("contracts", CONTRACTS)
    status = top.part("status", ("custodian", "offeredTo", "count", "head"))
    as_of = top.part("asOf", ("block", "blockHash", "time"))
    lot_id = lot.hash32("lotId")
    entries = tuple(_entry(reader, lot_id) for reader in top.parts("entries", _ENTRY))
    bundle = Bundle(
        lot_uri=lot.text("uri"),
        lot_id=lot_id,
        chain_id=chain.integer("chainId", form.UINT53),
        contracts={name: contracts.address(name) for name in CONTRACTS},
        parties=tuple(_party(reader) for reader in top.parts("parties", ("number", "profile"))),
        entries=entries,
        anchors=tuple(_anchor(reader) for reader in top.parts("anchors", _ANCHOR)),
        status=LotState(
            custodian=status.integer("custodian", form.UINT32),
            offered_to=status.integer("offeredTo", form.UINT32),
            count=status.integer("count", form.UINT32),
            head=status.hash32("head"),
        ),
        as_of=AsOf(
            as_of.integer("block", form.UINT53), as_of.hash32("blockHash"), as_of.integer("time", form.UINT53)
        ),
    )
    _check_order(bundle)
    return bundle


_ENTRY = (
    "event", "kind", "party", "sequence", "occurredAt", "counterparty",
    "index", "inCustody", "transaction", "block", "blockTime", "logIndex",
)  # fmt: skip
_ANCHOR = ("number", "root", "leafCount", "leaves")


def _entry(reader: Reader, lot_id: bytes) -> BundleEntry:
    event = reader.mapping("event")
    kind = reader.text("kind")
    if kind not in Kind.__members__:
        raise BundleFault(f"{reader.pointer}/kind", f"no kind of entry: {kind[:40]!r}")
    return BundleEntry(
        event=event,
        entry=LedgerEntry(
            lot_id=lot_id,
            event_hash=leaf_hash(canonical_json(event)),
            occurred_at=reader.integer("occurredAt", form.UINT40),
            counterparty=reader.integer("counterparty", form.UINT32),
            kind=Kind[kind],
        ),
        party=reader.integer("party", form.UINT32),
        sequence=reader.integer("sequence", form.UINT53),
        index=reader.integer("index", form.UINT32),
        in_custody=reader.boolean("inCustody"),
        transaction=reader.hash32("transaction"),
        block=reader.integer("block", form.UINT53),
        block_time=reader.integer("blockTime", form.UINT53),
        log_index=reader.integer("logIndex", form.UINT53),
    )


def _party(reader: Reader) -> BundleParty:
    profile = reader.mapping("profile")
    return BundleParty(reader.integer("number", form.UINT32), profile, leaf_hash(canonical_json(profile)))


def _anchor(reader: Reader) -> BundleAnchor:
    leaves = tuple(
        BundleLeaf(leaf.text("data").encode(), leaf.integer("index", form.UINT32), leaf.hashes32("path"))
        for leaf in reader.parts("leaves", ("data", "index", "path"))
    )
    return BundleAnchor(
        reader.integer("number", form.UINT53),
        reader.hash32("root"),
        reader.integer("leafCount", form.UINT32),
        leaves,
    )


def _check_order(bundle: Bundle) -> None:
    """Lists have one order only, and the parties shown are exactly those that the bundle names."""
    for place, entry in enumerate(bundle.entries):
        if entry.index != place:
            raise BundleFault(f"/entries/{place}/index", "entries stand in order, from 0 without gaps")
    if not bundle.entries:
        raise BundleFault("/entries", "a bundle has at least one entry")
    numbers = [party.number for party in bundle.parties]
    named = {bundle.status.custodian, bundle.status.offered_to}
    for entry in bundle.entries:
        named |= {entry.party, entry.entry.counterparty}
    if numbers != sorted(named - {0}):
        raise BundleFault("/parties", "must be exactly the parties named by entries and status, by number")
    anchors = [anchor.number for anchor in bundle.anchors]
    if anchors != sorted(set(anchors)) or not all(anchor.leaves for anchor in bundle.anchors):
        raise BundleFault("/anchors", "anchors stand by number, each once, each with a leaf")
