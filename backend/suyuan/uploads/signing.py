"""The party's word on a prepared draft: sign what was shown, or take the draft back."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, insert, select, update

from suyuan.access.errors import ProofStale
from suyuan.access.model import Caller, Scope
from suyuan.access.trail import note
from suyuan.kernel.clock import Clock
from suyuan.kernel.errors import Forbidden
from suyuan.kernel.hashing import sha256, to_hex
from suyuan.parties.handed import sign_themselves
from suyuan.sheets.judged import RowResult, RowState
from suyuan.uploads import codec, repository
from suyuan.uploads import tables as t
from suyuan.uploads.errors import DraftState, DraftUnknown, FourEyes, NotWhatWasShown
from suyuan.uploads.model import OPEN, Choice, Draft, State
from suyuan.uploads.opening import Asked, change, open_for_change
from suyuan.uploads.preparing import statement_of
from suyuan.uploads.remainder import keep_the_rest


def choose(conn: Connection, clock: Clock, asked: Asked) -> Draft:
    """Have the good rows alone made ready for a signature; the others stay a draft of their own.

    Raises DraftUnknown, DraftState, DraftChanged, DraftLocked.
    """
    draft = open_for_change(conn, clock, asked)
    if draft.state is not State.NEEDS_FIXES or not draft.good:
        raise DraftState("Only a checked draft with good rows can be submitted in part.")
    what = {"act": "choose", "rows": draft.good, "left": draft.faulty}
    return change(conn, clock, asked, draft, what, {"state": State.PREPARING, "choice": Choice.GOOD})


def sign(conn: Connection, clock: Clock, asked: Asked, root: bytes) -> Draft:
    """Put the caller's name under the manifest: from here on the draft is submitted and never changed.

    `root` is the one that the caller was shown. A party that keeps its own key signs each document with it
    besides (`own_signing`). Raises DraftUnknown, DraftState, Forbidden, FourEyes, ProofStale,
    NotWhatWasShown.
    """
    caller = asked.caller
    draft = repository.lock_draft(conn, asked.draft)
    expect_signer(conn, clock, caller, draft)
    if draft.state is not State.VALID or draft.root is None:
        raise DraftState(f"A draft that is {draft.state} cannot be signed.")
    if draft.version != asked.version or draft.root != root:
        raise NotWhatWasShown("The draft was changed since it was shown; look at it again before you sign.")
    rest = None
    if (draft.summary or {}).get("left"):
        rest = keep_the_rest(conn, clock, draft, _left_out(conn, draft))
    own = bool(sign_themselves(conn, [draft.party]))
    values = {
        "state": State.SIGNING if own else State.SIGNED,
        "signer": caller.token,
        "signer_name": caller.name,
        "signed_at": clock.now(),
        "remainder": rest,
        "total": (draft.summary or {}).get("rows", 0),
    }
    signed = change(conn, clock, asked, draft, {"act": "sign", "root": to_hex(root)}, values)
    facts = {"root": to_hex(root), "statement": to_hex(sha256(statement_of(draft))), "rows": values["total"]}
    note(conn, clock, caller, "upload.signed", draft.id, facts)
    return signed


def _left_out(conn: Connection, draft: Draft) -> Callable[[RowResult], bool]:
    """Whether a row is in none of the documents."""
    stored = repository.documents_where(conn, draft.id)
    places = {place for each in stored for event in codec.unpack_places(each.places) for place in event}
    return lambda each: each.state is not RowState.EXAMPLE and (each.sheet, each.row) not in places


def expect_signer(conn: Connection, clock: Clock, caller: Caller, draft: Draft) -> None:
    """Raises DraftUnknown, Forbidden, FourEyes, ProofStale unless the caller may sign this draft now."""
    if not caller.acts_for(draft.party):
        raise DraftUnknown("There is no such upload.")
    if not (caller.has(Scope.SUBMIT) or caller.has(Scope.REGISTRAR)):
        raise Forbidden("Signing needs the seat of a signer.", code="token.scope")
    if has_four_eyes(conn, draft.party) and caller.token in preparers(conn, draft):
        raise FourEyes("Your company wants somebody else to sign than who prepared the draft.")
    if not caller.is_fresh(clock.now()):
        raise ProofStale("Confirm with your password or passkey before you sign.")


def preparers(conn: Connection, draft: Draft) -> set[str]:
    """Accounts and tokens of all who had a hand in the draft before it was signed."""
    told = (each.who for each in repository.changes_of(conn, draft.id) if each.what["act"] != "sign")
    return {draft.uploader, *told}


def withdraw(conn: Connection, clock: Clock, asked: Asked) -> Draft:
    """Take the draft back; nothing of it is submitted. One whose documents the party signs itself may be left
    too: what is in stays in, and the other rows become a draft of their own.

    Raises DraftUnknown, DraftState, DraftChanged; Forbidden where only a signer may.
    """
    draft = open_for_change(conn, clock, asked, (*OPEN, State.SIGNING))
    if draft.state is State.SIGNING:
        return _leave(conn, clock, asked, draft)
    repository.forget_documents(conn, draft.id)
    withdrawn = change(conn, clock, asked, draft, {"act": "withdraw"}, {"state": State.WITHDRAWN})
    note(conn, clock, asked.caller, "upload.withdrawn", draft.id, {})
    return withdrawn


def _leave(conn: Connection, clock: Clock, asked: Asked, draft: Draft) -> Draft:
    """Whoever cannot sign the next document, because the journal would refuse it by now or the key is gone,
    has the rows back.
    """
    if not (asked.caller.has(Scope.SUBMIT) or asked.caller.has(Scope.REGISTRAR)):
        raise Forbidden("A signer takes back what was signed.", code="token.scope")
    waiting = repository.documents_where(conn, draft.id, t.documents.c.number >= draft.submitted)
    places = {place for each in waiting for event in codec.unpack_places(each.places) for place in event}
    rest = keep_the_rest(conn, clock, draft, lambda each: (each.sheet, each.row) in places)
    state = State.SUBMITTED if draft.submitted else State.WITHDRAWN
    what = {"act": "leave", "documents": draft.submitted, "rows": len(places)}
    left = change(conn, clock, asked, draft, what, {"state": state, "remainder": rest})
    note(conn, clock, asked.caller, "upload.left", draft.id, {"documents": draft.submitted, "rest": rest})
    return left


def has_four_eyes(conn: Connection, party: int) -> bool:
    """Whether the party wants two people for each draft."""
    found = conn.execute(select(t.wishes.c.four_eyes).where(t.wishes.c.party == party)).scalar()
    return bool(found)


def wish_four_eyes(conn: Connection, clock: Clock, caller: Caller, party: int, *, wanted: bool) -> None:
    """Set it. The caller is the party's admin, or the registrar. Raises Forbidden."""
    if not caller.acts_for(party):
        raise Forbidden("Only the party's own admin decides this.", code="token.scope")
    its = t.wishes.c.party == party
    if not conn.execute(update(t.wishes).where(its).values(four_eyes=wanted)).rowcount:
        conn.execute(insert(t.wishes).values(party=party, four_eyes=wanted))
    note(conn, clock, caller, "upload.four-eyes", str(party), {"wanted": wanted})
