"""`signed` becomes `submitted`: the nonce and the signed bytes are stored in one transaction, before anything
is sent (rules R2 and R3). A crash before the commit leaves nothing; after it, the next pass sends these
bytes.
"""

from __future__ import annotations

from sqlalchemy import Connection, func, insert, select, update

from suyuan.anchoring import bundle, repository, setaside
from suyuan.anchoring.bundle import Bundle
from suyuan.anchoring.model import OperationKind, Sending, State
from suyuan.anchoring.ports import Call, Fees, Signed
from suyuan.anchoring.tables import anchors, attempts, operations, transactions
from suyuan.anchoring.way import View, Way, log

GAP = "gap"
_ZERO_ROOT = bytes(32)
_GAP_GAS = 30_000


def prepare(way: Way, view: View) -> int:
    """Fill the room in flight; returns how many transactions were stored. Raises LeaseLost,
    ChainUnavailable.
    """
    prepared = 0
    fees: Fees | None = None
    while True:
        with way.database.reading() as conn:
            flying = repository.in_flight(conn, way.epoch)
            if flying >= way.policy.in_flight or _others_under_way(conn, way):
                return prepared
            chosen = bundle.choose(conn, way.epoch, way.policy)
            idle = flying == 0
        if chosen is None or (chosen.alone and not idle):
            return prepared
        fees = fees or way.chain.fees()
        if _one(way, view, chosen, fees, idle=idle and prepared == 0) is None:
            return prepared
        prepared += 1


def _one(way: Way, view: View, chosen: Bundle, fees: Fees, *, idle: bool) -> int | None:
    if chosen.operations[0].tries >= way.policy.tries:
        with way.writing() as conn:
            setaside.reject(conn, way, chosen.operations[0], "reverted on chain again and again")
        return None
    previous = _previous_root(way, chosen)
    chosen, call = _fitting(way, chosen, previous)
    gas = bundle.gas_of_bundle(chosen, way.policy)
    if idle:
        answer = way.chain.estimate(way.relayer.address, call)
        if isinstance(answer, str):
            if len(chosen.operations) > 1:
                return _one(way, view, chosen.first(1), fees, idle=True)
            setaside.reverting(way, chosen.operations[0], answer)
            return None
        way.doubts.pop(chosen.operations[0].id, None)
        gas = max(gas, int(answer * way.policy.head_room))
    if not way.safeguards.persist_first:
        _send_unrecorded(way, view, call, gas, fees)
    with way.writing() as conn:
        transaction = _store(conn, way, view, chosen, call, gas, fees)
        if chosen.purpose is OperationKind.ANCHOR:
            its = anchors.c.operation_id == chosen.operations[0].id
            conn.execute(update(anchors).where(its).values(previous_root=previous))
    way.hook("prepared")
    ids = [operation.id for operation in chosen.operations]
    log.info("submitted", extra={"transaction": transaction, "operations": ids, "gas": gas})
    return transaction


def _fitting(way: Way, chosen: Bundle, previous: bytes) -> tuple[Bundle, Call]:
    """Halve the bundle until its bytes are few enough for every node."""
    while True:
        call = bundle.call_of(way.contracts, chosen.operations, previous)
        if len(call.data) <= way.policy.bundle_bytes or len(chosen.operations) == 1:
            return chosen, call
        chosen = chosen.first(len(chosen.operations) // 2)


def _previous_root(way: Way, chosen: Bundle) -> bytes:
    return way.chain.anchor_head()[1] if chosen.purpose is OperationKind.ANCHOR else _ZERO_ROOT


def _store(  # noqa: PLR0913, PLR0917 - one row's worth of facts
    conn: Connection, way: Way, view: View, chosen: Bundle, call: Call, gas: int, fees: Fees
) -> int:
    nonce = next_nonce(conn, way, view)
    signed = way.relayer.sign(call, nonce=nonce, gas=gas, fees=fees, chain_id=way.chain_id)
    transaction = insert_transaction(conn, way, nonce, chosen.purpose, gas)
    insert_attempt(conn, transaction, signed, fees)
    ids = [operation.id for operation in chosen.operations]
    change = update(operations).where(operations.c.id.in_(ids), operations.c.state == State.SIGNED)
    values = {"state": State.SUBMITTED, "transaction_id": transaction, "updated_at": way.clock.now()}
    if conn.execute(change.values(values)).rowcount != len(ids):
        raise AssertionError(f"operations {ids} were moved by somebody without the lease")
    return transaction


def next_nonce(conn: Connection, way: Way, view: View) -> int:
    """One above the highest we ever stored (R2); above the chain's own count where somebody used our key."""
    mine = (transactions.c.epoch == way.epoch) & (transactions.c.sender == way.relayer.address)
    top = conn.execute(select(func.max(transactions.c.nonce)).where(mine)).scalar()
    if top is None:
        return view.nonce
    if view.nonce > top + 1:
        log.warning("our key was used elsewhere", extra={"ours": top + 1, "chain": view.nonce})
    return max(int(top) + 1, view.nonce)


def insert_transaction(conn: Connection, way: Way, nonce: int, purpose: str, gas: int) -> int:
    row = {
        "epoch": way.epoch,
        "sender": way.relayer.address,
        "nonce": nonce,
        "purpose": purpose,
        "state": Sending.PREPARED,
        "gas": gas,
        "created_at": way.clock.now(),
    }
    return repository.new_id(conn, insert(transactions).values(row))


def insert_attempt(conn: Connection, transaction: int, signed: Signed, fees: Fees) -> None:
    row = {
        "transaction_id": transaction,
        "hash": signed.hash,
        "raw": signed.raw,
        "max_fee": str(fees.max_fee),
        "priority_fee": str(fees.priority_fee),
        "sends": 0,
    }
    conn.execute(insert(attempts).values(row))


def fill_gap(way: Way, view: View) -> int:
    """Where somebody else's transaction with our key vanished, ours behind it could never be mined: fill the
    missing numbers with payments of nothing to ourselves. Returns how many.
    """
    mine = (transactions.c.epoch == way.epoch) & (transactions.c.sender == way.relayer.address)
    with way.database.reading() as conn:
        waiting = (transactions.c.state == Sending.PREPARED) & mine
        lowest = conn.execute(select(func.min(transactions.c.nonce)).where(waiting)).scalar()
        if lowest is None or lowest <= view.nonce:
            return 0
        between = mine & (transactions.c.nonce >= view.nonce) & (transactions.c.nonce < lowest)
        stored = set(conn.execute(select(transactions.c.nonce).where(between)).scalars())
    missing = [nonce for nonce in range(view.nonce, lowest) if nonce not in stored]
    if not missing:
        return 0
    fees = way.chain.fees()
    with way.writing() as conn:
        for nonce in missing[: way.policy.in_flight]:
            signed = nothing_at(way, nonce, fees)
            insert_attempt(conn, insert_transaction(conn, way, nonce, GAP, _GAP_GAS), signed, fees)
    log.warning("gap filled", extra={"nonces": missing})
    return len(missing)


def nothing_at(way: Way, nonce: int, fees: Fees) -> Signed:
    """A transaction that only uses up a nonce."""
    call = Call(to=way.relayer.address, data=b"")
    return way.relayer.sign(call, nonce=nonce, gas=_GAP_GAS, fees=fees, chain_id=way.chain_id)


def _others_under_way(conn: Connection, way: Way) -> bool:
    """After a change of key the old key's transactions become final first: the order between keys is the
    chain's.
    """
    query = select(transactions.c.id).where(
        transactions.c.epoch == way.epoch,
        transactions.c.state.in_((Sending.PREPARED, Sending.MINED)),
        transactions.c.sender != way.relayer.address,
        transactions.c.sender != "foreign",
    )
    return conn.execute(query.limit(1)).scalar() is not None


def _send_unrecorded(way: Way, view: View, call: Call, gas: int, fees: Fees) -> None:
    """The negative control: what a sender does that records only after it has sent."""
    with way.database.reading() as conn:
        nonce = next_nonce(conn, way, view)
    signed = way.relayer.sign(call, nonce=nonce, gas=gas, fees=fees, chain_id=way.chain_id)
    way.chain.send(signed.raw)
    way.hook("sent unrecorded")
