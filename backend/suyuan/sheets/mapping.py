"""Which column of a file is which of ours: by headings, by what was chosen last time, by a person."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping

from suyuan.kernel.errors import Fault, Refused
from suyuan.sheets.headings import is_machine_row, known, names_of, normal
from suyuan.sheets.kinds import TEMPLATES
from suyuan.sheets.model import RecordKind
from suyuan.sheets.table import ColumnMapping, Guess, Table, text_of

SAMPLES = 5
_SAMPLED_ROWS = 200
#: How sure a heading makes: ours, one of its synonyms, one that looks like it.
_OWN, _SYNONYM, _ALIKE = 100, 90, 60
#: From here on a guess is taken into the mapping.
_TAKEN = 90


class ColumnsRefused(Refused):
    """The chosen columns do not fit the file or the template; every fault is told."""

    code = "sheets.columns"


def guess(table: Table, kind: RecordKind, remembered: Mapping[str, str] | None = None) -> ColumnMapping:
    """A mapping by headings; `remembered` (heading -> machine name) is what the party chose last time."""
    chosen_before = {normal(heading): name for heading, name in (remembered or {}).items()}
    names = {column.name for column in TEMPLATES[kind].columns}
    columns: dict[int, str] = {}
    guesses: list[Guess] = []
    rated = {
        index: _rated(heading, kind, chosen_before, names)
        for index, heading in enumerate(table.header)
        if heading
    }
    # A template says itself what its columns are, whatever became of the headings.
    own = table.sheets[0].machine
    rated |= {index: (name, _OWN) for index, name in enumerate(own) if name in names}
    for index, (name, confidence) in sorted(rated.items(), key=lambda pair: (-pair[1][1], pair[0])):
        if name is not None and confidence >= _TAKEN and name not in columns.values():
            columns[index] = name
    for index, (name, confidence) in rated.items():
        taken = columns.get(index)
        shown = taken or (name if confidence < _TAKEN and name not in columns.values() else None)
        samples = tuple(_samples(table, index))
        heading = table.header[index] if index < len(table.header) else ""
        guesses.append(Guess(index, heading, shown, confidence if shown else 0, samples))
    return ColumnMapping(columns, tuple(guesses), _missing(kind, columns))


def chosen(table: Table, kind: RecordKind, columns: Mapping[int, str]) -> ColumnMapping:
    """The mapping that a person chose on the page: index -> machine name. Raises ColumnsRefused."""
    names = {column.name for column in TEMPLATES[kind].columns}
    faults = []
    for index, name in columns.items():
        where = f"/columns/{index}"
        if not 0 <= index < len(table.header):
            faults.append(Fault(where, "columns.no_such", f"the file has no column {index}"))
        if name not in names:
            faults.append(Fault(where, "columns.unknown", f"{name} is no column of this template"))
        elif list(columns.values()).count(name) > 1:
            faults.append(Fault(where, "columns.twice", f"{name} is chosen for several columns"))
    if faults:
        raise ColumnsRefused(faults)
    guesses = guess(table, kind).guesses
    return ColumnMapping(dict(columns), guesses, _missing(kind, columns))


def kind_of(table: Table) -> RecordKind | None:
    """The kind that the file's template mark, else its headings, speak for; None where none or two do."""
    if table.template is not None and table.template.kind in set(RecordKind):
        return RecordKind(table.template.kind)
    headings = {normal(each) for each in table.header if each}
    fitting = {kind: len(headings & known(kind)) for kind in RecordKind}
    complete = {kind: count for kind, count in fitting.items() if not guess(table, kind).missing}
    ranked = sorted((complete or fitting).items(), key=lambda pair: -pair[1])
    if ranked[0][1] < 2 or (len(ranked) > 1 and ranked[0][1] == ranked[1][1]):
        return None
    return ranked[0][0]


def is_outdated(table: Table, kind: RecordKind) -> bool:
    """Whether the file was made from another version of the kind's template."""
    mark = table.template
    return mark is not None and (mark.kind != kind or mark.schema_hash != TEMPLATES[kind].schema_hash)


def _rated(
    heading: str, kind: RecordKind, remembered: Mapping[str, str], names: set[str]
) -> tuple[str | None, int]:
    told = normal(heading)
    if remembered.get(told) in names:
        return remembered[told], _OWN
    alike: dict[str, str] = {}
    for column in TEMPLATES[kind].columns:
        own = names_of(column)
        if told in own:
            return column.name, _OWN if own.index(told) < 3 else _SYNONYM
        alike |= dict.fromkeys(own, column.name)
    near = difflib.get_close_matches(told, alike, n=1, cutoff=0.75)
    return (alike[near[0]], _ALIKE) if near else (None, 0)


def _samples(table: Table, index: int) -> Iterator[str]:
    found: dict[str, None] = {}
    for row in table.sheets[0].rows[:_SAMPLED_ROWS]:
        if index < len(row.values) and row.values[index] is not None and not is_machine_row(row.values):
            found.setdefault(text_of(row.values[index])[:60])
        if len(found) == SAMPLES:
            break
    return iter(found)


def _missing(kind: RecordKind, columns: Mapping[int, str]) -> tuple[str, ...]:
    there = set(columns.values())
    return tuple(
        column.name for column in TEMPLATES[kind].columns if column.rule.required and column.name not in there
    )
