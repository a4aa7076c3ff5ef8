"""Sentences for what is wrong and what to do, in Chinese and English."""

from __future__ import annotations

from suyuan.sheets.columns import UNITS
from suyuan.sheets.errors import FileRefused
from suyuan.sheets.judged import CellFault
from suyuan.sheets.model import Message
from suyuan.sheets.phrases import tree

__all__ = [
    "fault_words",
    "label",
    "note_words",
    "notice_words",
    "refusal_words",
    "rule_words",
    "tree",
    "type_words",
]

_UNITS = {each.code: each for each in UNITS}


def fault_words(fault: CellFault, language: str) -> tuple[str, str]:
    """(what is wrong, what to do)."""
    return rule_words(fault.rule, {"value": fault.value, **fault.values}, language)


def rule_words(rule: str, values: dict[str, str], language: str) -> tuple[str, str]:
    """The same for a rule and the values of its sentence."""
    unit = _UNITS.get(values.get("unit", ""))
    if unit is not None:
        values = {**values, "unit": unit.word(language)}
    what, to_do = tree(language)["faults"][rule]
    return what.format(**values), to_do.format(**values)


def refusal_words(error: FileRefused, language: str) -> tuple[str, str]:
    """(why the file is not read, what to do)."""
    what, to_do = tree(language)["refusals"][error.code]
    return what.format(**error.values), to_do.format(**error.values)


def notice_words(notice: Message, language: str) -> str:
    """One notice of a table."""
    return str(tree(language)["notices"][notice.code].format(**notice.values))


def note_words(rule: str, language: str) -> str:
    """What was normalised, by the rule of a `Normalised`."""
    return str(tree(language)["notes"][rule])


def label(name: str, language: str) -> str:
    """A word of the templates."""
    return str(tree(language)["labels"][name])


def type_words(name: str, language: str) -> str:
    """What a column's cells are, by the name of its type."""
    return str(tree(language)["types"][name])
