"""Sentences for what is wrong and what to do, in Chinese and English."""

from __future__ import annotations

from suyuan.sheets.errors import FileRefused
from suyuan.sheets.judged import CellFault
from suyuan.sheets.model import Message


def fault_words(fault: CellFault, language: str) -> tuple[str, str]:
    """(what is wrong, what to do)."""
    raise NotImplementedError


def refusal_words(error: FileRefused, language: str) -> tuple[str, str]:
    """(why the file is not read, what to do)."""
    raise NotImplementedError


def notice_words(notice: Message, language: str) -> str:
    """One notice of a table."""
    raise NotImplementedError
