"""How far what hangs on a reference has come, as conditions for lists of other rooms."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ColumnElement, exists, select

from suyuan.anchoring.model import State
from suyuan.anchoring.tables import operations


class Reach(StrEnum):
    """What people look for."""

    UNDER_WAY = "under-way"  # neither final nor rejected, or not on the way at all
    FINAL = "final"  # every part of it
    REJECTED = "rejected"  # at least a part of it


def has_come(reference: ColumnElement[str], reach: Reach) -> ColumnElement[bool]:
    """Whether the operations of this reference have come so far."""
    its = select(operations.c.id).where(operations.c.reference == reference)
    rejected = exists(its.where(operations.c.state == State.REJECTED))
    if reach is Reach.REJECTED:
        return rejected
    pending = exists(its.where(operations.c.state.not_in([State.FINAL, State.REJECTED])))
    if reach is Reach.FINAL:
        return exists(its) & ~rejected & ~pending
    return ~rejected & (pending | ~exists(its))
