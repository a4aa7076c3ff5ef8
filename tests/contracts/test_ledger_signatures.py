"""Only a valid key of the party signs for it, once, in order, for this ledger on this chain."""

import pytest

from contracts_world import Reverted, address_of, entry, key_of, lot
from suyuan.kernel import typed_data
from suyuan.kernel.hashing import keccak256, sha256
from suyuan.kernel.ledger import Kind

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
ENTRY_TYPE = b"Entry(bytes32 lotId,bytes32 eventHash,uint40 occurredAt,uint32 counterparty,uint8 kind)"
ENTRY_TYPE_HASH = keccak256(ENTRY_TYPE)
SUBMISSION_TYPE_HASH = keccak256(b"Submission(uint32 party,uint64 sequence,Entry[] entries)" + ENTRY_TYPE)
HONEST, REVERTS, SHORT_ANSWER, BURNS_GAS, NEEDS_GAS = range(5)


def opening(name):
    return entry(Kind.PRODUCED, lot(("signature", name)))


def refusal(world, submission, signature=None):
    party, sequence, entries, signed = submission.tuple()
    with pytest.raises(Reverted) as refused:
        world.ledger.send("record", party, sequence, entries, signed if signature is None else signature)
    return refused.value.args


def test_anyone_may_relay(world):
    party = world.register()
    submission = world.next(party, opening("relayed"))
    mined = world.ledger.send("record", *submission.tuple(), sender=world.stranger)
    assert mined.logs[0].values["party"] == party


def test_another_partys_key_is_refused(world):
    party, other = world.register(), world.register()
    submission = world.sign(party, 1, [opening("other's key")], key_of(other))
    assert refusal(world, submission) == ("TraceLedger_KeyNotValid", party, address_of(key_of(other)))


def test_a_key_of_nobody_is_refused(world):
    party = world.register()
    submission = world.sign(party, 1, [opening("nobody's key")], key_of(10**12))
    assert refusal(world, submission) == ("TraceLedger_KeyNotValid", party, address_of(key_of(10**12)))


def test_party_zero_signs_nothing_not_even_an_empty_submission(world):
    submission = world.sign(0, 1, [], key_of(10**12))
    assert refusal(world, submission) == ("TraceLedger_KeyNotValid", 0, address_of(key_of(10**12)))


def test_a_revoked_key_is_refused_and_a_new_one_goes_on_with_the_numbering(world):
    party, new = world.register(), key_of(10**12 + 1)
    world.record(party, opening("before rotation"))
    world.parties.send("addKey", party, address_of(new))
    world.parties.send("revokeKey", party, address_of(key_of(party)))
    entries = [opening("after rotation")]
    assert refusal(world, world.sign(party, 2, entries)) == (
        "TraceLedger_KeyNotValid",
        party,
        address_of(key_of(party)),
    )
    world.ledger.send("record", *world.sign(party, 2, entries, new).tuple())
    assert world.ledger.call("nextSequence", party) == 3


def test_a_replay_is_refused_with_the_number_that_is_expected(world):
    party = world.register()
    submission = world.next(party, opening("replay"))
    world.ledger.send("record", *submission.tuple())
    assert refusal(world, submission) == ("TraceLedger_WrongSequence", party, 1, 2)


@pytest.mark.parametrize("sequence", [0, 2, 2**64 - 1])
def test_a_gap_in_the_numbering_is_refused(world, sequence):
    party = world.register()
    submission = world.sign(party, sequence, [opening("gap")])
    assert refusal(world, submission) == ("TraceLedger_WrongSequence", party, sequence, 1)


def test_an_empty_submission_fills_its_number(world):
    party = world.register()
    mined = world.record(party)
    assert mined.logs == ()
    assert world.ledger.call("nextSequence", party) == 2


def test_a_malleable_twin_of_a_signature_is_refused(world):
    party = world.register()
    submission = world.next(party, opening("malleable"))
    r, s, v = (
        submission.signature[:32],
        int.from_bytes(submission.signature[32:64], "big"),
        submission.signature[64],
    )
    twin = r + (ORDER - s).to_bytes(32, "big") + bytes([55 - v])
    assert refusal(world, submission, twin) == ("TraceLedger_SignatureMalformed", party)


@pytest.mark.parametrize("v", [0, 1, 26, 29, 255])
def test_only_27_and_28_are_recovery_numbers(world, v):
    party = world.register()
    submission = world.next(party, opening("v"))
    assert refusal(world, submission, submission.signature[:64] + bytes([v])) == (
        "TraceLedger_SignatureMalformed",
        party,
    )


@pytest.mark.parametrize("length", [0, 1, 32, 64])
def test_a_signature_that_is_too_short_is_refused(world, length):
    party = world.register()
    submission = world.next(party, opening("short"))
    assert refusal(world, submission, submission.signature[:length]) == (
        "TraceLedger_SignatureMalformed",
        party,
    )


def test_a_signature_of_zeros_is_refused(world):
    party = world.register()
    submission = world.next(party, opening("zeros"))
    assert refusal(world, submission, bytes(64) + b"\x1b") == ("TraceLedger_SignatureMalformed", party)


@pytest.mark.parametrize("member", range(5))
def test_every_member_of_every_entry_is_signed(world, member):
    party = world.register()
    submission = world.next(party, opening("a"), opening("b"))
    first, second = submission.tuple()[2]
    value = second[member]
    other = bytes([value[0] ^ 1]) + value[1:] if isinstance(value, bytes) else value ^ 1
    entries = [first, (*second[:member], other, *second[member + 1 :])]
    with pytest.raises(Reverted) as refused:
        world.ledger.send("record", party, 1, entries, submission.signature)
    assert refused.value.name in {"TraceLedger_KeyNotValid", "TraceLedger_SignatureMalformed"}


def test_the_order_and_number_of_entries_are_signed(world):
    party = world.register()
    first, second = opening("first"), opening("second")
    signature = world.next(party, first, second).signature
    for entries in ([second, first], [first], [first, second, second], []):
        submission = world.sign(party, 1, entries)
        assert refusal(world, submission, signature)[0] == "TraceLedger_KeyNotValid"


def test_a_signature_for_another_chain_or_another_ledger_is_refused(world):
    party, entries = world.register(), [opening("elsewhere")]
    submission = world.sign(party, 1, entries)
    for chain_id, address in (
        (world.chain_id + 1, world.ledger.address),
        (world.chain_id, world.anchors.address),
    ):
        digest = typed_data.submission_digest(chain_id, address, party, 1, entries)
        assert (
            refusal(world, submission, typed_data.sign(digest, key_of(party)))[0] == "TraceLedger_KeyNotValid"
        )


@pytest.mark.parametrize(("word", "bits"), [(2, 40), (3, 32), (4, 8)])
def test_a_value_beyond_its_type_is_refused_even_when_it_was_signed_so(world, word, bits):
    party = world.register()
    good = world.sign(party, 1, [opening(("beyond", word))])
    data = bytearray(world.ledger.data("record", *good.tuple()))
    start = 4 + (4 + 1) * 32  # selector, four arguments, length of the list
    entry_ = data[start : start + 5 * 32]
    entry_[(word + 1) * 32 - bits // 8 - 1] ^= 1
    data[start : start + 5 * 32] = entry_
    signature = typed_data.sign(digest_of_one(world, party, bytes(entry_)), key_of(party))
    data[-96:-31] = signature
    assert len(signature) == 65
    with pytest.raises(Reverted) as refused:
        world.call(world.ledger.address, bytes(data), None, 10_000_000)
    assert refused.value.name == "nothing"


def digest_of_one(world, party, entry_words):
    """The digest of submission 1 with one entry, from the entry's words as they are given."""
    entry_hash = keccak256(ENTRY_TYPE_HASH + entry_words)
    entries_hash = keccak256(entry_hash)
    words = party.to_bytes(32, "big") + (1).to_bytes(32, "big") + entries_hash
    empty = world.digest(party, 1, [])
    domain = typed_data._domain(typed_data.LEDGER_DOMAIN, world.chain_id, world.ledger.address)  # noqa: SLF001
    assert empty == keccak256(
        b"\x19\x01" + domain + keccak256(SUBMISSION_TYPE_HASH + words[:64] + keccak256(b""))
    )
    return keccak256(b"\x19\x01" + domain + keccak256(SUBMISSION_TYPE_HASH + words))


class Walleted:
    """A party whose only key is a contract wallet of `owner`."""

    def __init__(self, world):
        self.world = world
        self.party = world.register()
        self.owner = sha256(b"owner %d" % self.party)
        self.wallet = world.deploy("test/Wallet", address_of(self.owner))
        world.parties.send("addKey", self.party, self.wallet.address)
        world.parties.send("revokeKey", self.party, address_of(key_of(self.party)))

    def submission(self, *entries, key=None):
        sequence = self.world.ledger.call("nextSequence", self.party)
        return self.world.sign(self.party, sequence, entries, key or self.owner)

    def signature(self, submission):
        return bytes.fromhex(self.wallet.address[2:]) + submission.signature

    def send(self, submission):
        party, sequence, entries, _ = submission.tuple()
        return self.world.ledger.send("record", party, sequence, entries, self.signature(submission))


def test_a_contract_wallet_signs_for_its_party(world):
    signer = Walleted(world)
    mined = signer.send(signer.submission(opening("by a wallet")))
    assert mined.logs[0].values["party"] == signer.party


def test_a_wallet_that_does_not_know_the_signer_disagrees(world):
    signer = Walleted(world)
    submission = signer.submission(opening("wallet"), key=key_of(10**12))
    assert refusal(world, submission, signer.signature(submission)) == (
        "TraceLedger_WalletDisagreed",
        signer.party,
        signer.wallet.address.lower(),
    )


@pytest.mark.parametrize("manner", [REVERTS, SHORT_ANSWER, BURNS_GAS])
def test_a_wallet_that_gives_no_proper_answer_disagrees(world, manner):
    signer = Walleted(world)
    signer.wallet.send("behave", manner)
    submission = signer.submission(opening("wallet"))
    assert refusal(world, submission, signer.signature(submission))[0] == "TraceLedger_WalletDisagreed"


def test_a_wallet_of_nobody_is_not_asked(world):
    signer, other = Walleted(world), world.register()
    submission = world.sign(other, 1, [opening("not its wallet")], signer.owner)
    assert refusal(world, submission, signer.signature(submission)) == (
        "TraceLedger_KeyNotValid",
        other,
        signer.wallet.address.lower(),
    )


def test_a_key_without_code_is_no_wallet(world):
    party = world.register()
    submission = world.next(party, opening("plain key"))
    signature = bytes.fromhex(address_of(key_of(party))[2:]) + submission.signature
    assert refusal(world, submission, signature) == (
        "TraceLedger_WalletDisagreed",
        party,
        address_of(key_of(party)),
    )


def test_a_wallets_own_address_is_no_65_byte_signature_of_it(world):
    signer = Walleted(world)
    submission = signer.submission(opening("bare"))
    assert refusal(world, submission) == (
        "TraceLedger_KeyNotValid",
        signer.party,
        address_of(signer.owner),
    )
