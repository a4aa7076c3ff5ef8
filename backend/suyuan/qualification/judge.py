"""All checks of an application, with what the database knows."""

from __future__ import annotations

from sqlalchemy import Connection

from suyuan.kernel.clock import Clock
from suyuan.qualification import queries
from suyuan.qualification.duplicates import alike_checks, taken_checks
from suyuan.qualification.judging import Check, form_checks, paper_checks
from suyuan.qualification.model import Application


def judge(
    conn: Connection, clock: Clock, application: Application, *, for_registrar: bool = False
) -> list[Check]:
    """Every check with its verdict. `for_registrar`: also what the platform knows of others."""
    papers = queries.papers_of(conn, application.id)
    found = form_checks(application.form, queries.contact_of(conn, application.id))
    found += paper_checks(application.form, papers, clock.now())
    found += taken_checks(conn, application, papers)
    if for_registrar:
        found += alike_checks(conn, application, papers)
    return found
