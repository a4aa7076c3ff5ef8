from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from journal_world import amount, made
from own_keys import OwnKeys, address, secret, signed
from suyuan.access import trail
from suyuan.access.model import Caller, Scope
from suyuan.anchoring.leaves import add_leaf, leaves_of_kind
from suyuan.anchoring.tables import operations
from suyuan.kernel import typed_data
from suyuan.kernel.canonical import canonical_json, parse_json
from suyuan.kernel.errors import Forbidden
from suyuan.parties import keys as party_keys
from suyuan.parties import recovery, succession, suspicion
from suyuan.parties.audit import audit_parties
from suyuan.parties.errors import (
    ChallengeUnknown,
    KeyApprovalNeeded,
    KeyNotProven,
    KeyTaken,
    RecoveryEnded,
    RecoveryUnderWay,
    RecoveryUnknown,
    SecondPersonNeeded,
    SignatureRefused,
    SuspicionRefused,
)
from suyuan.parties.proofs import OPEN_FOR, challenge
from suyuan.parties.queries import keys_of
from suyuan.parties.signers import StoredSigners
from suyuan.parties.tables import keys, suspicions

WAIT = timedelta(hours=24)


@pytest.fixture
def own(database):
    return OwnKeys(database).populate()


@pytest.fixture
def settle(own):
    """Says of what is queued about keys that the chain has it for good."""

    def done(kinds=("key.add", "key.revoke"), state="final"):
        with own.database.transaction() as conn:
            its = operations.c.kind.in_(kinds) & operations.c.state.not_in(("final", "rejected"))
            conn.execute(operations.update().where(its).values(state=state, place=operations.c.id + 1000))
            succession.finish_successions(conn, own.clock)

    return done


def admin(own, name="own", account="a" * 16):
    scopes = frozenset({Scope.PARTY_ADMIN, Scope.READ})
    return Caller(account, "admin", own.numbers[name], scopes, account=account)


DIRECTOR = Caller("d" * 16, "director", None, frozenset({Scope.DIRECTOR}), account="d" * 16)


def ask(own, number, name="own"):
    with own.database.transaction() as conn:
        return challenge(conn, own.clock, own.identity, own.numbers[name], address(number))


def answered(asked, number):
    return typed_data.sign(typed_data.personal_digest(asked.message), secret(number))


def register(own, number, approver=None, name="own"):
    asked = ask(own, number, name)
    approval = None if approver is None else answered(asked, approver)
    with own.database.transaction() as conn:
        return succession.register_own_key(
            conn, own.clock, admin(own, name), asked.party, asked.id, answered(asked, number), approval
        )


def present(own, name="own"):
    with own.database.reading() as conn:
        return [each.address for each in keys_of(conn, own.numbers[name]) if each.revoked_at is None]


def sealed(own, name):
    with own.database.reading() as conn:
        query = select(keys.c.sealed, keys.c.master).where(keys.c.party == own.numbers[name])
        return [tuple(row) for row in conn.execute(query)]


def test_a_wallet_shows_for_what_it_signs(own):
    asked = ask(own, 5)
    for part in (address(5), "31337", own.identity.contracts["TraceLedger"], asked.id, "party: 7"):
        assert part in asked.message


def test_from_custody_to_an_own_key_in_the_chains_own_time(own, settle):
    register(own, 5, name="farm")
    assert own.send("farm", made(amount("a", 1)))["id"]  # still in custody
    settle()  # the new key is final: ours is revoked here, and its revocation is queued
    assert present(own, "farm") == [address(5)]
    assert sealed(own, "farm")[0] != (None, None)
    prepared = own.prepare("farm", made(amount("b", 1)))
    assert prepared.parts[0].sequence == 2
    assert own.hand_in(prepared, [signed(prepared.parts[0], 5)], "farm")["id"]
    settle()  # and the revocation too
    assert sealed(own, "farm") == [(None, None), (None, None)]


def test_what_was_submitted_in_custody_is_signed_with_our_key_to_the_end(own, settle):
    own.send("farm", made(amount("a", 1)))
    register(own, 5, name="farm")
    settle(kinds=("key.add",))
    signature = StoredSigners(own.database, own.keyring).sign(own.numbers["farm"], bytes(32))
    assert typed_data.recover(bytes(32), signature) != address(5)
    settle(kinds=("key.revoke",))
    assert StoredSigners(own.database, own.keyring).sign(own.numbers["farm"], bytes(32)) is None


def test_an_addition_that_the_chain_refuses_changes_nothing(own, settle):
    before = present(own, "farm")
    register(own, 5, name="farm")
    settle(state="rejected")
    assert present(own, "farm") == before
    assert own.send("farm", made(amount("a", 1)))["id"]


def test_an_own_key_is_followed_by_another_at_its_own_word(own, settle):
    register(own, 5, approver=9)
    assert present(own) == [address(9), address(5)]
    settle()
    assert present(own) == [address(5)]


def test_without_the_present_key_there_is_no_new_one(own):
    with pytest.raises(KeyApprovalNeeded):
        register(own, 5)
    with pytest.raises(SignatureRefused):
        register(own, 5, approver=6)
    with own.database.transaction() as conn, pytest.raises(KeyApprovalNeeded):
        party_keys.add_key(conn, own.clock, own.numbers["own"], address(5))
    assert present(own) == [address(9)]


def test_a_proof_is_the_keys_own_and_used_once_and_soon(own):
    asked = ask(own, 5, "farm")
    farm, caller = own.numbers["farm"], admin(own, "farm")

    def use(signature, party=farm):
        with own.database.transaction() as conn:
            return succession.register_own_key(conn, own.clock, caller, party, asked.id, signature)

    with pytest.raises(KeyNotProven):
        use(answered(asked, 6))
    with pytest.raises(KeyNotProven):
        use(bytes(65))
    with pytest.raises(ChallengeUnknown):
        use(answered(asked, 5), own.numbers["mill"])
    use(answered(asked, 5))
    with pytest.raises(ChallengeUnknown):
        use(answered(asked, 5))
    late = ask(own, 6, "mill")
    own.clock.advance(OPEN_FOR)
    with own.database.transaction() as conn, pytest.raises(ChallengeUnknown):
        succession.register_own_key(
            conn, own.clock, admin(own, "mill"), own.numbers["mill"], late.id, answered(late, 6)
        )


def test_a_key_serves_one_party_and_once(own):
    with pytest.raises(KeyTaken):
        ask(own, 9, "farm")


def test_who_did_it_stands_in_the_trail(own):
    register(own, 5, name="farm")
    with own.database.reading() as conn:
        (line,) = trail.lines(conn)
    assert (line["action"], line["subject"], line["caller"]) == ("key.added", address(5), "a" * 16)


def recover(own, number, account="a" * 16, reason="手机丢了"):
    asked = ask(own, number)
    with own.database.transaction() as conn:
        return recovery.ask_recovery(
            conn,
            own.clock,
            admin(own, account=account),
            asked.party,
            asked.id,
            answered(asked, number),
            reason,
        )


def approve(own, identifier, caller, wait=WAIT):
    with own.database.transaction() as conn:
        return recovery.approve_recovery(conn, own.clock, caller, identifier, wait)


def finish(own):
    with own.database.transaction() as conn:
        return recovery.finish_recoveries(conn, own.clock)


@pytest.mark.parametrize("second", ["another admin", "a director"])
def test_a_lost_key_is_replaced_by_two_people_and_after_a_time(own, settle, second):
    asked = recover(own, 5)
    caller = DIRECTOR if second == "a director" else admin(own, account="b" * 16)
    approve(own, asked.id, caller)
    assert finish(own) == 0
    own.clock.advance(WAIT)
    assert finish(own) == 1
    assert finish(own) == 0
    settle()
    assert present(own) == [address(5)]
    prepared = own.prepare("own", made(amount("a", 1)))
    assert own.hand_in(prepared, [signed(prepared.parts[0], 5)])["id"]


def test_nobody_approves_himself_and_no_stranger_anything(own):
    asked = recover(own, 5)
    with pytest.raises(SecondPersonNeeded):
        approve(own, asked.id, admin(own))
    with pytest.raises(RecoveryUnknown):
        approve(own, asked.id, admin(own, "farm", "b" * 16))
    machine = Caller("token", "token", own.numbers["own"], frozenset({Scope.PARTY_ADMIN}))
    signer = Caller("s" * 16, "s", own.numbers["own"], frozenset({Scope.SUBMIT}), account="s" * 16)
    for caller in (machine, signer):
        with pytest.raises(Forbidden):
            approve(own, asked.id, caller)
    with pytest.raises(Forbidden):
        recover_as(own, machine)
    own.clock.advance(WAIT * 9)
    assert finish(own) == 0


def recover_as(own, caller):
    asked = ask(own, 6)
    with own.database.transaction() as conn:
        recovery.ask_recovery(conn, own.clock, caller, asked.party, asked.id, answered(asked, 6), "x")


def test_whoever_signs_for_the_party_stops_it(own):
    asked = recover(own, 5)
    approve(own, asked.id, DIRECTOR)
    signer = Caller("s" * 16, "s", own.numbers["own"], frozenset({Scope.SUBMIT}), account="s" * 16)
    with own.database.transaction() as conn:
        assert recovery.cancel_recovery(conn, own.clock, signer, asked.id).outcome == "cancelled"
    own.clock.advance(WAIT)
    assert finish(own) == 0
    with pytest.raises(RecoveryEnded):
        approve(own, asked.id, DIRECTOR)
    assert present(own) == [address(9)]


def test_one_recovery_at_a_time(own):
    recover(own, 5)
    with pytest.raises(RecoveryUnderWay):
        recover(own, 6)


def doubt(own, key, since, caller=None, name="own", **more):
    with own.database.transaction() as conn:
        return suspicion.report_compromise(
            conn,
            own.clock,
            own.keyring,
            own.signer,
            caller or admin(own, name),
            own.numbers[name],
            key,
            since,
            **more,
        )


def test_a_key_in_strange_hands_signs_no_more_and_what_it_signed_is_doubted(own):
    since = own.clock.now()
    own.clock.advance(timedelta(hours=1))
    assert doubt(own, address(9), since).revoked_at == own.clock.now()
    assert present(own) == []
    with own.database.reading() as conn:
        number = own.numbers["own"]
        assert suspicion.doubted_since(conn, [number]) == {(number, address(9)): since}
        (statement,) = conn.execute(select(suspicions.c.statement)).scalars()
        assert statement in leaves_of_kind(conn, suspicion.LEAF_KIND).values()
    said = parse_json(statement)
    text = typed_data.personal_digest(canonical_json(said["statement"]).decode())
    assert typed_data.recover(text, bytes.fromhex(said["signature"][2:])) == own.signer.address


def test_a_doubted_key_of_ours_is_replaced_at_once(own, settle):
    (old,) = present(own, "farm")
    doubt(own, old, own.clock.now(), DIRECTOR, "farm")
    with own.database.transaction() as conn:
        its = operations.c.kind == "key.add"
        conn.execute(operations.update().where(its).values(state="final"))
        party_keys.finish_rotations(conn, own.clock)
    assert old not in present(own, "farm")
    assert len(present(own, "farm")) == 1


def test_no_key_ends_in_the_past(own):
    own.clock.advance(timedelta(days=2))
    now = own.clock.now()
    with pytest.raises(SuspicionRefused) as refused:
        doubt(own, address(9), now, valid_until=now - timedelta(days=1))
    assert refused.value.faults[0].code == "key.valid-until-past"
    assert "stays recorded" in refused.value.faults[0].message
    assert present(own) == [address(9)]


@pytest.mark.parametrize("hours", [-1, 1])
def test_doubt_begins_between_the_keys_first_day_and_now(own, hours):
    with pytest.raises(SuspicionRefused):
        doubt(own, address(9), own.clock.now() + timedelta(hours=hours))


def test_a_stranger_doubts_nothing(own):
    with pytest.raises(Forbidden):
        doubt(own, address(9), own.clock.now(), admin(own, "farm"))
    signer = Caller("s" * 16, "s", own.numbers["own"], frozenset({Scope.SUBMIT}), account="s" * 16)
    with pytest.raises(Forbidden):
        doubt(own, address(9), own.clock.now(), signer)


def test_a_doubt_that_was_changed_or_taken_out_is_named(own):
    key = present(own)[0]
    doubt(own, key, own.clock.now())
    with own.database.transaction() as conn:
        assert list(audit_parties(conn)) == []
        row = conn.execute(select(suspicions)).one()._asdict()
        conn.execute(insert(suspicions).values(row | {"leaf": bytes(32)}))
        add_leaf(conn, own.clock, suspicion.LEAF_KIND, b"{}")
        assert [each.where for each in audit_parties(conn)] == [
            f"parties_suspicions {row['address']}",
            "parties_suspicions",
        ]
