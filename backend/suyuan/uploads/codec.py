"""Rows as bytes: compressed JSON, the same on both databases; nothing in them is ever executed."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import orjson

from suyuan.sheets.judged import CellFault, FaultGroup, Normalised, Place, Proposal, RowResult, RowState
from suyuan.sheets.table import ErrorText, RawRow, RawValue

#: Bytes of a row's mark: its key, and the digest of its content.
KEY_BYTES = 16
MARK_BYTES = 2 * KEY_BYTES

_STATES = {each.value: each for each in RowState}
#: The fastest level: rows repeat themselves enough.
_LEVEL = 1


def pack(value: object) -> bytes:
    """Compressed JSON."""
    return zlib.compress(orjson.dumps(value), _LEVEL)


def unpack(data: bytes) -> Any:
    return orjson.loads(zlib.decompress(data))


def pack_raw(rows: Iterable[tuple[str, RawRow]]) -> bytes:
    """Rows as read, each with its sheet's name."""
    return pack([(sheet, row.number, [_tagged(each) for each in row.values]) for sheet, row in rows])


def unpack_raw(data: bytes) -> list[tuple[str, RawRow]]:
    return [
        (sheet, RawRow(number, tuple(_untagged(each) for each in values)))
        for sheet, number, values in unpack(data)
    ]


def _tagged(value: RawValue) -> object:
    """Texts, numbers and blanks as they are; the others as a list of a letter and a text or number."""
    if isinstance(value, ErrorText):
        return ["e", str(value)]
    if isinstance(value, date | time):
        tag = "t" if isinstance(value, datetime) else "d" if isinstance(value, date) else "c"
        return [tag, value.isoformat()]
    if isinstance(value, timedelta):
        return ["s", value // timedelta(microseconds=1)]
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 62:
        return ["i", str(value)]
    return value


def _untagged(value: Any) -> RawValue:
    if not isinstance(value, list):
        found: RawValue = value
        return found
    tag, text = value
    read: dict[str, Any] = {
        "e": ErrorText,
        "t": datetime.fromisoformat,
        "d": date.fromisoformat,
        "c": time.fromisoformat,
        "i": int,
    }
    return timedelta(microseconds=text) if tag == "s" else read[tag](text)


def pack_results(results: Iterable[RowResult]) -> bytes:
    """Rows as judged."""
    return pack([_listed(each) for each in results])


def _listed(each: RowResult) -> list[Any]:
    plain: list[Any] = [each.sheet, each.row, each.state.value, dict(each.values), each.key, each.digest]
    if not (each.faults or each.proposals or each.notes):
        return plain
    return [
        *plain,
        [(it.place.letter, it.column, it.value, it.rule, dict(it.values), it.level) for it in each.faults],
        [(it.column, it.from_, it.to, it.rule) for it in each.proposals],
        [(it.column, it.from_, it.to, it.rule) for it in each.notes],
    ]


def unpack_results(data: bytes) -> list[RowResult]:
    return [_result(*each) for each in unpack(data)]


def _result(  # noqa: PLR0913, PLR0917 - the members of a row as they are kept
    sheet: str,
    row: int,
    state: str,
    values: dict[str, str],
    key: str,
    digest: str,
    faults: Sequence[Any] = (),
    proposals: Sequence[Any] = (),
    notes: Sequence[Any] = (),
) -> RowResult:
    return RowResult(
        sheet,
        row,
        _STATES[state],
        values,
        key,
        digest,
        tuple(
            CellFault(Place(sheet, row, letter, column), value, rule, facts, level)
            for letter, column, value, rule, facts, level in faults
        ),
        tuple(Proposal(*each) for each in proposals),
        tuple(Normalised(*each) for each in notes),
    )


def mark_of(result: RowResult) -> bytes:
    """The row's key and digest; zeros for a row that cannot be named."""
    return bytes.fromhex(result.key + result.digest) if result.key and result.digest else bytes(MARK_BYTES)


def marks(data: bytes) -> list[tuple[bytes, bytes]]:
    """(key, digest) of each row."""
    return [
        (data[at : at + KEY_BYTES], data[at + KEY_BYTES : at + MARK_BYTES])
        for at in range(0, len(data), MARK_BYTES)
    ]


def unpack_places(data: bytes) -> list[list[tuple[str, int]]]:
    """(sheet, row) of each row of each event of a document."""
    return [[(sheet, row) for sheet, row in event] for event in unpack(data)]


def pack_groups(groups: Iterable[FaultGroup]) -> bytes:
    """Groups of equal faults, without those of other blocks."""
    return pack([_group_listed(each) for each in groups])


def _group_listed(each: FaultGroup) -> list[Any]:
    first = each.first
    place = first.place
    shown = [place.sheet, place.row, place.letter, dict(first.values)]
    return [each.column, each.rule, each.value, each.level, each.rows, list(each.proposals), shown]


def unpack_groups(data: bytes) -> list[FaultGroup]:
    found = []
    for column, rule, value, level, rows, proposals, (sheet, row, letter, facts) in unpack(data):
        first = CellFault(Place(sheet, row, letter, column), value, rule, facts, level)
        found.append(FaultGroup(column, rule, value, level, rows, first, tuple(proposals)))
    return found


def merge_groups(listed: Iterable[Iterable[FaultGroup]], most: int = 1_000) -> list[FaultGroup]:
    """The groups of several blocks as those of the whole, the most frequent first."""
    found: dict[tuple[str, str, str], FaultGroup] = {}
    for groups in listed:
        for each in groups:
            key = (each.column, each.rule, each.value)
            before = found.get(key)
            found[key] = each if before is None else _added(before, each)
    ordered = sorted(found.values(), key=lambda each: (-each.rows, each.column, each.rule, each.value))
    return ordered[:most]


def _added(one: FaultGroup, other: FaultGroup) -> FaultGroup:
    proposals = tuple(dict.fromkeys((*one.proposals, *other.proposals)))
    rows = one.rows + other.rows
    return FaultGroup(one.column, one.rule, one.value, one.level, rows, one.first, proposals)
