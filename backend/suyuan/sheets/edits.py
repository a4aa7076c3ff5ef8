"""What a person decides about faulty cells; values, kept apart from the file."""

from __future__ import annotations

from typing import Any

from suyuan.sheets.judged import Edits, FaultGroup


def edit_cell(edits: Edits, place: tuple[str, int, str], text: str) -> Edits:
    """One cell, by (sheet, row, column), now reads `text`."""
    return Edits({**edits.cells, place: text}, edits.replaced, edits.accepted)


def apply_fix(edits: Edits, group: FaultGroup, value: str) -> Edits:
    """Every cell of the group now reads `value`."""
    replaced = {**edits.replaced, (group.column, group.rule, group.value): value}
    return Edits(edits.cells, replaced, edits.accepted)


def accept(edits: Edits, column: str, rule: str) -> Edits:
    """Every proposal of this rule in this column is taken."""
    return Edits(edits.cells, edits.replaced, edits.accepted | {(column, rule)})


def as_json(edits: Edits) -> dict[str, Any]:
    """JSON-able form; `from_json` reads it."""
    return {
        "cells": [[*place, text] for place, text in edits.cells.items()],
        "replaced": [[*what, text] for what, text in edits.replaced.items()],
        "accepted": sorted([column, rule] for column, rule in edits.accepted),
    }


def from_json(value: dict[str, Any]) -> Edits:
    """What `as_json` gave."""
    return Edits(
        {(sheet, int(row), column): text for sheet, row, column, text in value["cells"]},
        {(column, rule, read): text for column, rule, read, text in value["replaced"]},
        frozenset((column, rule) for column, rule in value["accepted"]),
    )
