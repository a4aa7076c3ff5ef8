"""The templates as files to download."""

from __future__ import annotations

from suyuan.sheets.model import Context, RecordKind, Template


def template(kind: RecordKind) -> Template:
    """The current template of a kind."""
    raise NotImplementedError


def template_xlsx(kind: RecordKind, language: str, context: Context) -> bytes:
    """A workbook with drop-downs of the party's own products, sites and partners. `language`: zh or en."""
    raise NotImplementedError


def template_csv(kind: RecordKind, language: str) -> bytes:
    """Headings and the example row, UTF-8 with byte order mark."""
    raise NotImplementedError
