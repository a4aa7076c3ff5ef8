"""Acts of parties that keep their own keys: shown, signed outside, and done when the signature comes back.

Between the two nothing is stored of the act but what is needed to make the very same document again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlalchemy import Connection, delete, insert, select

from suyuan.anchoring.ports import Identity
from suyuan.handovers import tables as t
from suyuan.handovers.desk import Desk, Draws, ReadyToSign, Signed
from suyuan.handovers.dispute import answer
from suyuan.handovers.errors import OutOfOrder
from suyuan.handovers.leave import depart, withdraw
from suyuan.handovers.measure import measure
from suyuan.handovers.model import Act, Handover
from suyuan.handovers.offline import answer_or_wait, offer_and_release
from suyuan.handovers.schemas import Accept, Answer, Depart, Measure, Offer, Refuse, SentAct, Withdraw
from suyuan.journal.errors import PreparedUnknown
from suyuan.journal.prepare import OPEN_FOR, Prepared
from suyuan.kernel.clock import Clock
from suyuan.kernel.hashing import sha256
from suyuan.parties.handed import sign_themselves

Verb = Callable[..., Handover | None]

#: Act -> what is sent for it.
SCHEMAS: dict[Act, type[SentAct]] = {
    Act.OFFER: Offer,
    Act.DEPART: Depart,
    Act.MEASURE: Measure,
    Act.ACCEPT: Accept,
    Act.REFUSE: Refuse,
    Act.WITHDRAW: Withdraw,
    Act.ANSWER: Answer,
}

_VERBS: dict[Act, Verb] = {
    Act.DEPART: depart,
    Act.MEASURE: measure,
    Act.ACCEPT: answer_or_wait,
    Act.REFUSE: answer_or_wait,
    Act.WITHDRAW: withdraw,
    Act.ANSWER: answer,
}


def perform(  # noqa: PLR0913, PLR0917 - an act as all doors name it
    conn: Connection, clock: Clock, desk: Desk, act: Act, handover_id: str, form: SentAct
) -> Handover | None:
    """One act; `handover_id` is empty for an offer. None: the answer waits for its offer. Raises what the
    act raises; SignatureNeeded for a party that signs itself.
    """
    if act is Act.OFFER:
        assert isinstance(form, Offer)  # noqa: S101 - SCHEMAS says so
        return offer_and_release(conn, clock, desk, form)
    return _VERBS[act](conn, clock, desk, handover_id, form)


def signs_itself(conn: Connection, party: int) -> bool:
    """Whether the party keeps its own key, so that acts are prepared and signed by itself."""
    return party in sign_themselves(conn, [party])


def prepare_act(  # noqa: PLR0913, PLR0917 - an act, and the chain that it is signed for
    conn: Connection,
    clock: Clock,
    desk: Desk,
    identity: Identity,
    act: Act,
    handover_id: str,
    form: SentAct,
) -> Prepared:
    """Judge an act as if it were done, and keep what the party is to sign. Raises what the act raises, and
    OutOfOrder where there is nothing to be signed: it was done before, or must wait for its offer.
    """
    draws = Draws()
    named = form.act_id or f"prepared:{draws.seed.hex()[:32]}"
    fixed = form.model_copy(update={"at": form.at or clock.now(), "act_id": named})
    try:
        perform(conn, clock, replace(desk, draws=draws, identity=identity), act, handover_id, fixed)
    except ReadyToSign as ready:
        found = ready.prepared
        conn.execute(delete(t.prepared).where(t.prepared.c.created_at < clock.now() - 2 * OPEN_FOR))
        row = {
            "id": found.id,
            "party": desk.party,
            "act": str(act),
            "handover_id": handover_id,
            "body": fixed.model_dump_json(by_alias=True, exclude_none=True),
            "seed": draws.seed,
            "document": sha256(ready.body),
            "created_at": clock.now(),
        }
        conn.execute(insert(t.prepared).values(row))
        return found
    raise OutOfOrder("There is nothing to sign: it was done already, or waits for its offer.")


def perform_prepared(  # noqa: PLR0913, PLR0917 - what was shown, what came back, and for which chain
    conn: Connection,
    clock: Clock,
    desk: Desk,
    identity: Identity,
    prepared_id: str,
    signatures: Sequence[bytes],
) -> Handover:
    """Do a prepared act with its signatures; a second call gets the answer of the first.

    Raises PreparedUnknown, PreparedExpired, SignatureRefused; OutOfOrder, SubmissionChanged when something
    happened in between; and what the act raises. Then nothing is stored.
    """
    its = (t.prepared.c.id == prepared_id) & (t.prepared.c.party == desk.party)
    row = conn.execute(select(t.prepared).where(its)).one_or_none()
    if row is None or row.created_at < clock.now() - 2 * OPEN_FOR:
        raise PreparedUnknown(f"Nothing of yours was prepared as {prepared_id[:80]!r}, or it is too old.")
    act = Act(row.act)
    form = SCHEMAS[act].model_validate_json(row.body)
    signed = Signed(prepared_id, tuple(signatures), row.document)
    ours = replace(desk, draws=Draws(row.seed), identity=identity, signed=signed)
    found = perform(conn, clock, ours, act, row.handover_id, form)
    assert found is not None  # noqa: S101 - what waits is not prepared
    return found
