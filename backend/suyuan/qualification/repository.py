"""Rows of this room as values."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select

from suyuan.qualification.forms import facts_from, form_from, questions_from
from suyuan.qualification.model import Application, Document, DocumentState, Kind, State
from suyuan.qualification.tables import applications, documents


def load_applications(
    conn: Connection, *conditions: ColumnElement[bool], limit: int | None = None
) -> list[Application]:
    """The oldest first: ids sort by time."""
    query = select(applications).where(*conditions).order_by(applications.c.id).limit(limit)
    return [_application(row) for row in conn.execute(query)]


def load_documents(conn: Connection, *conditions: ColumnElement[bool]) -> list[Document]:
    """By age."""
    query = select(documents).where(*conditions).order_by(documents.c.created_at, documents.c.position)
    return [_document(row) for row in conn.execute(query)]


def _application(row: Row[Any]) -> Application:
    return Application(
        id=row.id,
        account=row.account,
        entered_by=row.entered_by,
        state=State(row.state),
        revision=row.revision,
        form=form_from(row.form),
        questions=questions_from(row.questions),
        reason=row.reason,
        party=row.party,
        created_at=row.created_at,
        submitted_at=row.submitted_at,
        submitted_by=row.submitted_by,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
    )


def _document(row: Row[Any]) -> Document:
    return Document(
        id=row.id,
        series=row.series,
        version=row.version,
        application=row.application,
        party=row.party,
        kind=Kind(row.kind),
        facts=facts_from(row.facts),
        file=row.file,
        file_name=row.file_name,
        state=DocumentState(row.state),
        shown=row.shown,
        reason=row.reason,
        created_at=row.created_at,
        created_by=row.created_by,
        decided_at=row.decided_at,
    )
