"""Uploads as they are asked for and shown."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from suyuan.api.forms import Form
from suyuan.kernel.hashing import to_hex
from suyuan.sheets.judged import CellFault, FaultGroup, RowResult
from suyuan.sheets.words import fault_words
from suyuan.uploads.model import Draft
from suyuan.uploads.preparing import seed_of

Version = Annotated[int, Field(ge=1, le=2**31 - 1, description="The draft's version that you have seen")]
Text = Annotated[str, Field(max_length=2_000)]
Name = Annotated[str, Field(min_length=1, max_length=100)]


class Cell(Form):
    sheet: str = Field(max_length=255)
    row: int = Field(ge=1, le=2**31 - 1, description="As the file shows it")
    column: Name
    text: Text


class Cells(Form):
    """Corrections of single cells."""

    version: Version
    cells: list[Cell] = Field(min_length=1, max_length=1_000)
    take_over: bool = False


class FixIn(Form):
    """One correction for all rows with the same fault: a text, or every proposal (`accept`), or none any more
    (`accept` false).
    """

    version: Version
    column: str = Field(max_length=100)
    rule: Name
    value: Text | None = Field(None, description="Only cells that read so")
    text: Text | None = None
    accept: bool | None = None
    take_over: bool = False


class Columns(Form):
    """Which column of the file (by index from 0) is which of the template."""

    version: Version
    kind: str | None = Field(None, max_length=20)
    columns: dict[Annotated[int, Field(ge=0, le=16_383)], Name] = Field(max_length=200)
    take_over: bool = False


class Choose(Form):
    """Have the good rows alone made ready to be signed."""

    version: Version
    take_over: bool = False


class Submit(Form):
    """Sign the manifest with this root and submit it."""

    version: Version
    root: str = Field(pattern="^0x[0-9a-f]{64}$")


class Withdraw(Form):
    version: Version
    take_over: bool = False


class Wishes(Form):
    four_eyes: bool


class DocumentSignatures(Form):
    """What a party's own key made of a prepared document: one signature for each of its parts."""

    prepared: str = Field(max_length=36)
    signatures: list[Annotated[str, Field(pattern="^0x([0-9a-fA-F]{2}){1,4096}$")]] = Field(max_length=1_000)


def draft_as_json(draft: Draft) -> dict[str, Any]:
    """A draft as it is shown."""
    progress = draft.progress
    return {
        "id": draft.id,
        "party": draft.party,
        "state": draft.state,
        "version": draft.version,
        "kind": draft.kind,
        "file": {"name": draft.file_name, "hash": to_hex(draft.file_hash), "size": draft.file_size},
        "createdAt": draft.created_at.isoformat(),
        "updatedAt": draft.updated_at.isoformat(),
        "uploader": draft.uploader_name,
        "owner": draft.owner_name,
        "rows": draft.rows,
        "totals": dict(draft.totals),
        "progress": {
            "done": progress.done,
            "total": progress.total,
            "rowsPerSecond": progress.rate,
            "secondsLeft": progress.remaining,
        },
        "header": draft.header,
        "columns": {str(index): name for index, name in draft.columns.items()} if draft.columns else None,
        "notices": draft.notices,
        "choice": draft.choice,
        "parent": draft.parent,
        "remainder": draft.remainder,
        "compared": draft.compared,
        "manifest": draft.summary,
        "samples": {"seed": seed_of(draft.root), "rows": draft.samples} if draft.root else None,
        "root": to_hex(draft.root) if draft.root else None,
        "documents": draft.documents,
        "submitted": draft.submitted,
        "signer": draft.signer_name,
        "signedAt": draft.signed_at.isoformat() if draft.signed_at else None,
        "trouble": draft.trouble,
    }


def row_as_json(result: RowResult, language: str) -> dict[str, Any]:
    """A row with its faults in words."""
    return {
        "sheet": result.sheet,
        "row": result.row,
        "state": result.state,
        "values": dict(result.values),
        "faults": [fault_as_json(each, language) for each in result.faults],
        "proposals": [
            {"column": each.column, "from": each.from_, "to": each.to, "rule": each.rule}
            for each in result.proposals
        ],
        "normalised": [
            {"column": each.column, "from": each.from_, "to": each.to, "rule": each.rule}
            for each in result.notes
        ],
    }


def fault_as_json(fault: CellFault, language: str) -> dict[str, Any]:
    message, fix = words_of(fault, language)
    return {
        "sheet": fault.place.sheet,
        "row": fault.place.row,
        "letter": fault.place.letter,
        "column": fault.column,
        "value": fault.value,
        "rule": fault.rule,
        "level": fault.level,
        "message": message,
        "fix": fix,
    }


def words_of(fault: CellFault, language: str) -> tuple[str, str]:
    """What is wrong and what to do; the journal's own sentences where the fault is the journal's."""
    if "message" in fault.values:
        return fault.values["message"], fault.values.get("fix", "")
    return fault_words(fault, language)


def group_as_json(group: FaultGroup, language: str) -> dict[str, Any]:
    """The same fault in many rows."""
    return {
        **fault_as_json(group.first, language),
        "value": group.value,
        "rows": group.rows,
        "proposals": list(group.proposals),
    }
