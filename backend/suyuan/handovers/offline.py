"""Answers given without a network: they may arrive before the offer that they answer, and wait for it.

Whoever asks for a handover that does not exist and whoever asks for a stranger's get the same: the answer
waits. It counts when an offer with this id to this party arrives, with the party's word of then; what it is
refused for is kept beside it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row

from suyuan.access.model import Caller
from suyuan.database.locks import hold
from suyuan.handovers import repository
from suyuan.handovers import tables as t
from suyuan.handovers.accept import accept, refuse
from suyuan.handovers.desk import Desk, Draws, is_id, noted
from suyuan.handovers.errors import ActKeyReused, HandoverRefused, HandoverUnknown
from suyuan.handovers.model import Act, Handover
from suyuan.handovers.offer import offer
from suyuan.handovers.schemas import Accept, Offer, Refuse
from suyuan.kernel.canonical import canonical_json
from suyuan.kernel.clock import Clock
from suyuan.kernel.errors import Fault, Refused, SuyuanError
from suyuan.notices.tell import tell

#: Answers of one party that may wait at a time.
MOST_WAITING = 200

Answered = Accept | Refuse


def answer_or_wait(
    conn: Connection, clock: Clock, desk: Desk, handover_id: str, form: Answered
) -> Handover | None:
    """Accept or refuse; None when it waits for its offer. Raises like `accept`, and HandoverRefused for an
    answer without a client's number.
    """
    try:
        return _done(conn, clock, desk, handover_id, form)
    except HandoverUnknown:
        if not form.offline or not is_id(handover_id):
            raise
    if form.act_id is None:
        fix = "give every act of the device a number of its own"
        raise HandoverRefused([Fault("/actId", "handover.act_id", "an offline act needs its number", fix)])
    hold(conn, "handovers", "act", desk.party, form.act_id)
    its = (t.waiting.c.party == desk.party) & (t.waiting.c.act_id == form.act_id)
    body = form.model_dump_json(by_alias=True, exclude_none=True)
    told = repository.waiting_where(conn, its)
    if told and (told[0].handover_id, told[0].body) != (handover_id, body):
        raise ActKeyReused([Fault("/actId", ActKeyReused.code, "this number was used for another act", "")])
    if not told:
        _keep(conn, clock, desk, handover_id, form, body)
    return None


def _done(conn: Connection, clock: Clock, desk: Desk, handover_id: str, form: Answered) -> Handover:
    if isinstance(form, Accept):
        return accept(conn, clock, desk, handover_id, form)
    return refuse(conn, clock, desk, handover_id, form)


def _keep(  # noqa: PLR0913, PLR0917 - what one row is made of
    conn: Connection, clock: Clock, desk: Desk, handover_id: str, form: Answered, body: str
) -> None:
    its = (t.waiting.c.party == desk.party) & t.waiting.c.result.is_(None)
    if len(repository.waiting_where(conn, its)) >= MOST_WAITING:
        message = f"{MOST_WAITING} answers wait for their offers already"
        fix = "let the senders send their offers first"
        raise HandoverRefused([Fault("", "handover.too_many_waiting", message, fix)])
    row = {
        "handover_id": handover_id,
        "party": desk.party,
        "act": str(Act.ACCEPT if isinstance(form, Accept) else Act.REFUSE),
        "act_id": form.act_id,
        "caller": canonical_json(_caller_json(desk.caller)).decode(),
        "body": body,
        "received_at": clock.now(),
    }
    repository.insert_waiting(conn, row)
    noted(conn, clock, desk, "waiting", handover_id, {"act": row["act"]})


def offer_and_release(conn: Connection, clock: Clock, desk: Desk, form: Offer) -> Handover:
    """Offer, and let the answers that waited for this offer count. Raises like `offer`."""
    found = offer(conn, clock, desk, form)
    mine = (t.waiting.c.handover_id == found.id) & (t.waiting.c.party == found.receiver)
    for row in repository.waiting_where(conn, mine & t.waiting.c.result.is_(None)):
        _release(conn, clock, desk, row)
    return repository.handovers_where(conn, t.handovers.c.number == found.number)[0]


def _release(conn: Connection, clock: Clock, desk: Desk, row: Row[Any]) -> None:
    """One answer counts, or is refused whole; the offer stands either way."""
    schema = Accept if row.act == Act.ACCEPT else Refuse
    form = schema.model_validate_json(row.body)
    caller = _caller_of(json.loads(row.caller), row.party)
    theirs = replace(desk, caller=caller, draws=Draws(), identity=None, signed=None)
    if form.at is None:
        form = form.model_copy(update={"at": row.received_at})
    try:
        with conn.begin_nested():
            _done(conn, clock, theirs, row.handover_id, form)
        result: dict[str, Any] = {"state": "done"}
    except SuyuanError as error:
        faults = error.faults if isinstance(error, Refused) else ()
        result = {
            "state": "refused",
            "code": error.code,
            "message": error.message,
            "errors": [each.as_dict() for each in faults],
        }
        tell(conn, clock, row.party, "handover.answer_refused", row.handover_id, {"code": error.code})
    repository.settle_waiting(conn, row.number, result, clock.now())


def waiting_of(conn: Connection, party: int) -> list[dict[str, Any]]:
    """The party's answers that wait or were refused when their offer came, the newest first."""
    rows = repository.waiting_where(conn, t.waiting.c.party == party)
    return [
        {
            "handover": row.handover_id,
            "act": row.act,
            "actId": row.act_id,
            "receivedAt": row.received_at.isoformat(),
            "state": "waiting" if row.result is None else json.loads(row.result)["state"],
            "result": None if row.result is None else json.loads(row.result),
        }
        for row in reversed(rows)
    ]


def _caller_json(caller: Caller) -> dict[str, Any]:
    return {
        "token": caller.token,
        "name": caller.name,
        "account": caller.account,
        "scopes": sorted(caller.scopes),
    }


def _caller_of(told: Mapping[str, Any], party: int) -> Caller:
    """Whoever gave the answer, as he was when it was taken in."""
    scopes = frozenset(told["scopes"])
    return Caller(told["token"], told["name"], party, scopes, account=told["account"])
