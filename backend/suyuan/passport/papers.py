"""The papers of those who brought a lot into being, as far as they let the page name them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from suyuan.kernel.hashing import to_hex
from suyuan.kernel.ledger import Kind
from suyuan.passport.model import Paper, Step, Who
from suyuan.qualification.model import Document, day_of
from suyuan.qualification.queries import shown_of

_OPENING = frozenset({Kind.PRODUCED, Kind.PROCESSED, Kind.INTRODUCED})
#: Parties whose papers one page names; a lot of more makers is a mixture whose parents say more.
_MOST_PARTIES = 8


def papers_of(conn: Connection, steps: Sequence[Step]) -> tuple[Paper, ...]:
    """Papers by party in the order of the steps, and by age. Of a paper's versions the one that was valid at
    the time of the step, else the newest, with what is wrong about it.
    """
    makers: dict[int, tuple[Who, datetime]] = {}
    for step in steps:
        if step.kind in _OPENING and step.state != "rejected":
            makers.setdefault(step.party.number, (step.party, step.happened))
    found = []
    for who, at in list(makers.values())[:_MOST_PARTIES]:
        found += [_paper(who, each, at) for each in _one_of_each(shown_of(conn, who.number), at)]
    return tuple(found)


def _one_of_each(documents: Iterable[Document], at: datetime) -> list[Document]:
    chosen: dict[str, Document] = {}
    for each in documents:
        before = chosen.get(each.series)
        if before is None or not before.is_valid(at):
            chosen[each.series] = each
    return list(chosen.values())


def _paper(who: Who, document: Document, at: datetime) -> Paper:
    facts = document.facts
    is_over = facts.valid_until is not None and day_of(at) > facts.valid_until
    standing = "valid" if document.is_valid(at) else "over" if is_over else "early"
    kind, scan = str(document.kind), to_hex(document.file)
    return Paper(who, kind, facts.number, facts.issuer, facts.valid_from, facts.valid_until, standing, scan)
