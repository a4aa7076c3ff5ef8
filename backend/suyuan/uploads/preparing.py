"""Good rows become documents, and the documents a manifest: what stands here is signed, byte for byte.

The manifest's root is the Merkle root (RFC 6962) over the SHA-256 of each document, in order, as leaves. The
journal's receipts name the same hashes, so that each receipt can be led back to the one signature.
"""

from __future__ import annotations

import random
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import orjson
from sqlalchemy import Connection

from suyuan.kernel.canonical import canonical_json
from suyuan.kernel.hashing import leaf_hash, sha256, to_hex
from suyuan.kernel.merkle import Tree
from suyuan.sheets.events import document, events_of
from suyuan.sheets.judged import RowResult
from suyuan.sheets.model import Context
from suyuan.uploads import codec, repository
from suyuan.uploads import tables as t
from suyuan.uploads.context import context_of
from suyuan.uploads.duty import Desk
from suyuan.uploads.foreseeing import Foreseen, Places, foresee, mark_refused
from suyuan.uploads.model import DOCUMENT_EVENTS, DOCUMENT_ROWS, SAMPLES, Choice, Draft, State
from suyuan.uploads.repository import StoredDocument

FORMAT = "suyuan-manifest/1"
#: Documents of one transaction.
AT_A_TIME = 8
#: Products and partners that a summary lists; what is beyond is counted.
MOST_LISTED = 200

#: Kilograms of one unit (UN/ECE Recommendation 20).
_KILOGRAMS = {"KGM": Decimal(1), "GRM": Decimal("0.001"), "TNE": Decimal(1000)}


@dataclass(slots=True)
class Tally:
    """What a person should know before he signs."""

    rows: int = 0
    events: int = 0
    first: str = ""
    last: str = ""
    goods: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)
    partners: Counter[str] = field(default_factory=Counter)

    def add(self, rows: list[RowResult]) -> None:
        self.events += 1
        for each in rows:
            self.rows += 1
            self._add_row(each.values)

    def _add_row(self, values: Mapping[str, str]) -> None:
        day = values.get("date", "")
        if day:
            self.first = min(self.first or day, day)
            self.last = max(self.last, day)
        if values.get("partner"):
            self.partners[values["partner"]] += 1
        if values.get("product"):
            key = (values["product"], values.get("direction", ""))
            sums: Any = self.goods.setdefault(key, Counter())
            sums["rows"] += 1
            unit = values.get("unit", "")
            if values.get("quantity"):
                kilograms = _KILOGRAMS.get(unit)
                amount = Decimal(values["quantity"])
                sums["kg" if kilograms else unit] += amount * (kilograms or 1)

    def as_json(self, context: Context) -> dict[str, Any]:
        names = {each.code: each.name for each in (*context.products, *context.partners)}
        goods = sorted(self.goods.items(), key=lambda each: -each[1]["rows"])
        return {
            "rows": self.rows,
            "events": self.events,
            "from": self.first,
            "to": self.last,
            "goods": [
                {
                    "product": product,
                    "name": names.get(product, ""),
                    "direction": direction,
                    "rows": sums["rows"],
                    "amounts": {unit: _plain(total) for unit, total in sums.items() if unit != "rows"},
                }
                for (product, direction), sums in goods[:MOST_LISTED]
            ],
            "products": len({product for product, _ in self.goods}),
            "partners": [
                {"partner": code, "name": names.get(code, ""), "rows": count}
                for code, count in self.partners.most_common(MOST_LISTED)
            ],
        }


def _plain(total: object) -> str:
    """A sum in plain notation, without zeros at its end."""
    text = format(Decimal(str(total)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(slots=True)
class _Work:
    """What comes together while documents are made."""

    context: Context
    tally: Tally = field(default_factory=Tally)
    foreseen: Foreseen = field(default_factory=Foreseen)
    hashes: list[bytes] = field(default_factory=list)
    waiting: list[StoredDocument] = field(default_factory=list)
    places: list[tuple[int, bytes]] = field(default_factory=list)

    def add(self, body: bytes, rows: list[list[RowResult]], places: Places) -> None:
        made = StoredDocument(
            number=len(self.hashes),
            hash=sha256(body),
            body=zlib.compress(body, 1),
            events=len(rows),
            rows=sum(map(len, rows)),
            marks=b"".join(codec.mark_of(each) for part in rows for each in part),
            places=codec.pack(places),
            answer=None,
        )
        self.hashes.append(made.hash)
        self.places.append((made.rows, made.places))
        self.waiting.append(made)


def prepare(desk: Desk, draft: Draft) -> None:
    """Make the documents and the summary, and ask the journal what it would say. Raises Overtaken."""
    with desk.database.transaction() as conn:
        desk.begin(conn, draft, State.PREPARING, draft.good)
        repository.forget_documents(conn, draft.id)
    work = _Work(context_of(desk.database, desk.clock, draft.party))
    for body, rows in _bodies(desk, draft, work):
        places = [[(each.sheet, each.row) for each in part] for part in rows]
        foresee(desk, draft, body, places, work.foreseen)
        work.add(body, rows, places)
        if len(work.waiting) == AT_A_TIME:
            with desk.database.transaction() as conn:
                repository.insert_documents(conn, draft.id, work.waiting)
                desk.write(conn, draft, {"done": work.tally.rows})
            work.waiting = []
    with desk.database.transaction() as conn:
        if work.foreseen.faults or not work.hashes:
            _give_back(desk, conn, draft, work)
        else:
            repository.insert_documents(conn, draft.id, work.waiting)
            _make_ready(desk, conn, draft, work)


def _give_back(desk: Desk, conn: Connection, draft: Draft, work: _Work) -> None:
    """The journal would refuse some rows, or there is none: nothing is signed."""
    repository.forget_documents(conn, draft.id)
    totals = mark_refused(conn, draft.id, work.foreseen.faults)
    trouble = None if work.hashes else {"code": "upload.no-rows"}
    values = {"totals": dict(totals), "choice": None, "trouble": trouble}
    desk.end(conn, draft, State.NEEDS_FIXES, values)


def _make_ready(desk: Desk, conn: Connection, draft: Draft, work: _Work) -> None:
    root = manifest_root(work.hashes)
    summary = {
        "format": FORMAT,
        "upload": draft.id,
        "party": work.context.party,
        "kind": draft.kind,
        "file": {"hash": to_hex(draft.file_hash), "size": draft.file_size},
        "choice": draft.choice or Choice.ALL,
        "left": draft.good + draft.faulty - work.tally.rows,
        "documents": len(work.hashes),
        "root": to_hex(root),
        "warnings": dict(work.foreseen.warnings),
        **work.tally.as_json(work.context),
    }
    values = {
        "summary": summary,
        "root": root,
        "documents": len(work.hashes),
        "submitted": 0,
        "samples": _samples(conn, draft, root, work),
    }
    desk.end(conn, draft, State.VALID, {**values, "done": work.tally.rows, "trouble": None})


def _samples(conn: Connection, draft: Draft, root: bytes, work: _Work) -> list[dict[str, Any]]:
    """The rows that the root chooses, as they are shown."""
    places = []
    passed, wanted = 0, sample_places(root, work.tally.rows)
    for count, packed in work.places:
        here = [each - passed for each in wanted if passed <= each < passed + count]
        flat = [place for event in codec.unpack_places(packed) for place in event] if here else []
        places += [flat[each] for each in here]
        passed += count
    found: dict[tuple[str, int], dict[str, str]] = {}
    for number, _, _, _ in repository.block_facts(conn, draft.id):
        if len(found) == len(places):
            break
        (block,) = repository.blocks_where(conn, draft.id, t.blocks.c.number == number)
        for each in codec.unpack_results(block.results):
            if (each.sheet, each.row) in places:
                found[each.sheet, each.row] = dict(each.values)
    return [{"sheet": sheet, "row": row, "values": found[sheet, row]} for sheet, row in places]


def _bodies(desk: Desk, draft: Draft, work: _Work) -> Iterator[tuple[bytes, list[list[RowResult]]]]:
    """Documents of DOCUMENT_EVENTS events and DOCUMENT_ROWS rows at most, each with the rows of its events; a
    single event with more rows stands alone.
    """
    assert draft.kind is not None  # noqa: S101 - it was checked
    most = min(DOCUMENT_EVENTS, desk.limits.max_events)
    events: list[dict[str, Any]] = []
    rows: list[list[RowResult]] = []
    count = 0
    for event, its in events_of(draft.kind, judged_rows(desk, draft), work.context):
        if events and (len(events) == most or count + len(its) > DOCUMENT_ROWS):
            yield orjson.dumps(document(events, work.context)), rows
            events, rows, count = [], [], 0
        events.append(event)
        rows.append(its)
        count += len(its)
        work.tally.add(its)
    if events:
        yield orjson.dumps(document(events, work.context)), rows


def judged_rows(desk: Desk, draft: Draft) -> Iterator[RowResult]:
    """Every row in the file's order, the faulty ones too: a process with one of them is not written at all.
    A few blocks at a time are in memory.
    """
    last = -1
    while True:
        with desk.database.reading() as conn:
            found = repository.blocks_where(conn, draft.id, t.blocks.c.number > last, limit=AT_A_TIME)
        for block in found:
            last = block.number
            yield from codec.unpack_results(block.results)
        if len(found) < AT_A_TIME:
            return


def manifest_root(hashes: list[bytes]) -> bytes:
    """The root over the documents' SHA-256 hashes."""
    return Tree([leaf_hash(each) for each in hashes]).root


def seed_of(root: bytes) -> str:
    """What chooses the sample rows: the first eight bytes of the root, so that nobody chooses them."""
    return root[:8].hex()


def sample_places(root: bytes, count: int) -> list[int]:
    """Which of `count` rows in the documents, from 0, are shown: random.Random(seed).sample, rising."""
    chosen = random.Random(seed_of(root))  # noqa: S311 - it is to be repeatable, by anybody
    return sorted(chosen.sample(range(count), min(SAMPLES, count)))


def statement_of(draft: Draft) -> bytes:
    """The summary as canonical JSON: the bytes that the signer's name goes under."""
    return canonical_json(dict(draft.summary or {}))
