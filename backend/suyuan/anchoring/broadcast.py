"""Sending stored bytes until they are final, and paying more when they are stuck (rules R4-R6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, case, func, select, update

from suyuan.anchoring import bundle, repository
from suyuan.anchoring.model import Sending, State
from suyuan.anchoring.ports import Fees, SendOutcome, Sent
from suyuan.anchoring.prepare import GAP, insert_attempt, nothing_at
from suyuan.anchoring.tables import anchors, attempts, operations, transactions
from suyuan.anchoring.way import View, Way, log


@dataclass(frozen=True, slots=True)
class _Answer:
    attempt: int
    transaction: int
    nonce: int
    sent: Sent


def broadcast(way: Way, view: View) -> int:
    """Send what is due, in nonce order; returns how many were sent. Raises LeaseLost, ChainUnavailable."""
    due = _due(way)
    answers = []
    for row in due:
        sent = way.chain.send(row.raw)
        way.hook("sent")
        answers.append(_Answer(row.attempt, row.id, row.nonce, sent))
        if sent.outcome is SendOutcome.WAIT:
            log.warning("the node does not take it now", extra={"nonce": row.nonce, "answer": sent.message})
            break  # those behind it would only wait for it
    if not answers:
        return 0
    now = way.clock.now()
    with way.writing() as conn:
        _note(conn, answers, now)
        for answer in answers:
            if answer.sent.outcome is SendOutcome.FATAL:
                _fatal(conn, way, answer)
    stuck = [answer for answer in answers if answer.sent.outcome is SendOutcome.UNDERPRICED]
    stale = [row for row in due if row.nonce == view.nonce and _is_stale(row, now, way.policy.bump_seconds)]
    for transaction in {answer.transaction for answer in stuck} | {row.id for row in stale}:
        bump(way, transaction)
    return len(answers)


def _due(way: Way) -> list[Any]:
    """The newest attempt of each prepared transaction that was not sent just now."""
    newest = (
        select(func.max(attempts.c.id))
        .where(attempts.c.transaction_id == transactions.c.id)
        .correlate(transactions)
        .scalar_subquery()
    )
    before = way.clock.now() - timedelta(seconds=way.policy.resend_seconds)
    query = (
        select(
            transactions.c.id,
            transactions.c.nonce,
            attempts.c.id.label("attempt"),
            attempts.c.raw,
            attempts.c.first_sent,
        )
        .join(attempts, attempts.c.id == newest)
        .where(
            transactions.c.epoch == way.epoch,
            transactions.c.state == Sending.PREPARED,
            attempts.c.last_sent.is_(None) | (attempts.c.last_sent <= before),
        )
        .order_by(transactions.c.nonce)
        .limit(way.policy.in_flight)
    )
    with way.database.reading() as conn:
        return list(conn.execute(query).all())


def _note(conn: Connection, answers: list[_Answer], now: datetime) -> None:
    accepted, used = SendOutcome.ACCEPTED.value, SendOutcome.ASK_AGAIN.value
    fatal = bindparam("said") == SendOutcome.FATAL.value
    # a pool that has it outweighs a node that would not take it
    taken = fatal & ((attempts.c.outcome == accepted) | (attempts.c.outcome == used))
    change = (
        update(attempts)
        .where(attempts.c.id == bindparam("key"))
        .values(
            sends=attempts.c.sends + 1,
            first_sent=func.coalesce(
                attempts.c.first_sent, bindparam("now", type_=attempts.c.last_sent.type)
            ),
            last_sent=bindparam("now", type_=attempts.c.last_sent.type),
            outcome=case((taken, attempts.c.outcome), else_=bindparam("said")),
            message=bindparam("words"),
        )
    )
    rows = [
        {"key": it.attempt, "now": now, "said": it.sent.outcome.value, "words": it.sent.message[:500]}
        for it in answers
    ]
    conn.execute(change, rows)


def _is_stale(row: Any, now: datetime, seconds: float) -> bool:
    return row.first_sent is not None and now - row.first_sent > timedelta(seconds=seconds)


def _fatal(conn: Connection, way: Way, answer: _Answer) -> None:
    """The node says that it can never be mined as it is. Everything waits, and somebody is told: such an
    answer speaks of the relayer or the node (perhaps of another network), never of what is carried. Only a
    bundle is given up, because a smaller one may do, and only if the answer stays and no node ever took it.
    """
    log.error("can never be mined", extra={"nonce": answer.nonce, "answer": answer.sent.message})
    reason = answer.sent.message[:500]
    its = (operations.c.transaction_id == answer.transaction) & (operations.c.state == State.SUBMITTED)
    count = conn.execute(update(operations).where(its).values(reason=reason)).rowcount
    if count > 1 and _never_taken(conn, way, answer.transaction):
        _give_up(conn, way, answer)


def _never_taken(conn: Connection, way: Way, transaction: int) -> bool:
    """Whether none of the attempts was ever accepted, and there were sends enough to believe the answer."""
    its = attempts.c.transaction_id == transaction
    rows = conn.execute(select(attempts.c.outcome, attempts.c.sends).where(its)).all()
    no = (SendOutcome.FATAL.value, SendOutcome.UNDERPRICED.value)
    return all(row.outcome in no for row in rows) and sum(row.sends for row in rows) >= way.policy.tries


def _give_up(conn: Connection, way: Way, answer: _Answer) -> None:
    """A payment of nothing takes the nonce. The operations are tried alone; a send that failed is none of the
    reverts that are counted against them.
    """
    its = (operations.c.transaction_id == answer.transaction) & (operations.c.state == State.SUBMITTED)
    alone = case((operations.c.tries < 1, 1), else_=operations.c.tries)
    values = {"state": State.SIGNED, "transaction_id": None, "tries": alone}
    conn.execute(update(operations).where(its).values(values))
    the_row = transactions.c.id == answer.transaction
    conn.execute(update(transactions).where(the_row).values(purpose=GAP))
    fees = _last_fees(conn, answer.transaction)
    insert_attempt(conn, answer.transaction, nothing_at(way, answer.nonce, fees), fees)


def bump(way: Way, transaction: int) -> bool:
    """Store a dearer attempt with the same nonce and call; False when at the cap, then the old bytes are
    resent.
    """
    suggested = way.chain.fees()
    with way.writing() as conn:
        last = _last_fees(conn, transaction)
        fees = raised(last, suggested, way.policy.bump_percent, way.policy.fee_cap_times)
        if fees is None:
            return False
        row = conn.execute(select(transactions).where(transactions.c.id == transaction)).one()
        if row.sender != way.relayer.address:
            return False
        carried = repository.load(conn, operations.c.transaction_id == transaction)
        if not carried:
            signed = nothing_at(way, row.nonce, fees)
        else:
            its = anchors.c.operation_id == carried[0].id
            previous = conn.execute(select(anchors.c.previous_root).where(its)).scalar() or bytes(32)
            call = bundle.call_of(way.contracts, carried, previous)
            signed = way.relayer.sign(call, nonce=row.nonce, gas=row.gas, fees=fees, chain_id=way.chain_id)
        insert_attempt(conn, transaction, signed, fees)
    log.warning("fee raised", extra={"nonce": row.nonce, "max_fee": fees.max_fee})
    return True


def raised(last: Fees, suggested: Fees, percent: int, cap_times: int) -> Fees | None:
    """Both fees by at least `percent` (nodes demand both), never above the cap; None when there is no room or
    the network is free of charge (rule R6).
    """
    if suggested.max_fee == 0:
        return None
    up = Fees(_more(last.max_fee, percent), _more(last.priority_fee, percent))
    wanted = Fees(max(up.max_fee, suggested.max_fee), max(up.priority_fee, suggested.priority_fee))
    return wanted if wanted.max_fee <= cap_times * suggested.max_fee else None


def _more(fee: int, percent: int) -> int:
    return fee + max(1, -(-fee * percent // 100))


def _last_fees(conn: Connection, transaction: int) -> Fees:
    query = (
        select(attempts.c.max_fee, attempts.c.priority_fee)
        .where(attempts.c.transaction_id == transaction)
        .order_by(attempts.c.id.desc())
    )
    row = conn.execute(query.limit(1)).one()
    return Fees(int(row.max_fee), int(row.priority_fee))
