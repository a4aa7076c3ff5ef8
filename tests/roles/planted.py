"""A world for the role walk: four suppliers and two applicants, each with one of everything, all marked.

Parties A and B share a handover, C is a stranger to both, D signs with its own key. X and Y have applied.
Whatever a side wrote bears its word, and every id that it was given counts as its word too: an answer to
somebody else that holds one of them is a leak, wherever it stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import NAMESPACE_URL, uuid5

from journal_world import amount, as_bytes, document, made, seen
from own_keys import address, signed
from roles import papers, sheets
from suyuan.access import accounts, companies, invitations, sessions, tokens, trail
from suyuan.access.model import Caller, Scope, Seat
from suyuan.handovers import offline, schemas
from suyuan.handovers.desk import Desk
from suyuan.journal.model import Limits
from suyuan.journal.prepare import prepare_document, submit_prepared
from suyuan.journal.request import Request
from suyuan.journal.submit import submit_document
from suyuan.kernel.hashing import to_hex
from suyuan.kernel.identity import identify, lot_id
from suyuan.kernel.ledger import Role
from suyuan.kernel.typed_data import personal_digest, sign
from suyuan.notices import tell
from suyuan.parties.model import NewParty, NewSite
from suyuan.parties.proofs import challenge
from suyuan.parties.queries import keys_of
from suyuan.parties.recovery import ask_recovery
from suyuan.parties.register import register_party

#: Side -> the word in whatever it wrote. AB is what stands between A and B.
WORDS = {
    "A": "zqalpha",
    "B": "zqbravo",
    "C": "zqcharlie",
    "D": "zqdelta",
    "X": "zqxray",
    "Y": "zqyankee",
    "AB": "zqtwain",
}
PARTIES = ("A", "B", "C", "D")
#: Word of a party's name, site and what else passports show; partners see it as well.
SHOWN = {side: WORDS[side].replace("zq", "zqname") for side in PARTIES}
KEY_OF_D = 9


@dataclass
class Planted:
    """`things`: "A.submission" -> its id; `numbers` of the parties; `secrets` of tokens and sessions by whom;
    `marks`: word or id -> the sides that may see it; those in `shown` are public with a lot, for whoever has
    its name. `drafts`: "A.ready" -> (version, root); `signatures`: D's, under what it prepared.
    """

    gateway: object
    things: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    marks: dict[str, frozenset[str]] = field(default_factory=dict)
    shown: set[str] = field(default_factory=set)
    drafts: dict[str, tuple[int, str]] = field(default_factory=dict)
    signatures: list[str] = field(default_factory=list)

    def add(self, side: str, **ids: str) -> None:
        for name, value in ids.items():
            self.things[f"{side}.{name}"] = str(value)
            if len(str(value)) >= 12:
                self.marks.setdefault(str(value), sides_of(side))

    def caller(self, side: str, *scopes: Scope) -> Caller:
        """A system of the party."""
        return Caller(f"{WORDS[side]}sys", f"{WORDS[side]} system", self.numbers[side], frozenset(scopes))


def sides_of(side: str) -> frozenset[str]:
    return frozenset(side)


def plant(gateway) -> Planted:
    world = Planted(gateway)
    for side, word in WORDS.items():
        world.marks[word] = sides_of(side)
    world.shown.update(SHOWN.values())
    for side, word in SHOWN.items():
        world.marks[word] = frozenset("AB") if side in "AB" else sides_of(side)
    with gateway.database.transaction() as conn:
        for number, side in enumerate(PARTIES, 1):
            _register(conn, world, side)
            _people(conn, world, side, number)
            _keys(conn, world, side, number)
            _news(conn, world, side)
        papers.applications(conn, world)
        for side in PARTIES:
            papers.of_party(conn, world, side)
            papers.webhook(conn, world, side)
    for side in "ABC":
        with gateway.database.transaction() as conn:
            _told(conn, world, side)
            papers.records(conn, world, side)
    with gateway.database.transaction() as conn:
        _own_key(conn, world)
        _handovers(conn, world)
    sheets.drafts(world)
    return world


def _register(conn, world, side):
    gateway, word = world.gateway, SHOWN[side]
    names = {"zh": f"{word} 鲜果", "en": f"{word} Orchards"}
    new = NewParty(
        names,
        (f"urn:example:party:{word}",),
        Role.PRODUCER | Role.PROCESSOR | Role.CARRIER,
        sites=(NewSite(site_of(side), names),),
        key_address=address(KEY_OF_D) if side == "D" else None,
    )
    number = register_party(conn, gateway.clock, gateway.keyring, new).number
    world.numbers[side] = number
    world.add(side, number=number)


def site_of(side: str) -> str:
    return f"urn:example:site:{SHOWN[side]}"


def lot_of(side: str, name: str = "lot") -> str:
    """A lot's name is public, like that of its maker."""
    return f"urn:example:lot:{SHOWN[side]}:{name}"


def hex_of(lot: str) -> str:
    return to_hex(lot_id(identify(lot).uri))


def _people(conn, world, side, number):
    """A colleague, a one-time link, a system, and the company at which its people sign in."""
    gateway, word, party = world.gateway, WORDS[side], world.numbers[side]
    colleague = accounts.add(
        conn, gateway.clock, f"{word}@example.com", f"{word} 王", party, [Seat.ADMIN, Seat.SIGNER]
    )
    guest = accounts.add(conn, gateway.clock, f"{word}2@example.com", f"{word} 李", party, [Seat.ENTRY])
    secret = sessions.open_session(conn, gateway.clock, colleague, agent=word)
    token = tokens.issue(conn, gateway.clock, f"{word} ERP", party, [Scope.READ])
    world.add(
        side,
        colleague=colleague,
        guest=guest,
        invitation=invitations.invite(conn, gateway.clock, guest, colleague),
        session=sessions.find(conn, gateway.clock, secret).id,
        token=tokens.id_of(token),
        company=companies.add(
            conn,
            gateway.clock,
            gateway.keyring,
            f"{SHOWN[side]} Login",
            party,
            f"https://{word}.example.com",
            word,
            f"{word} secret",
        ),
    )
    # The sign-in page names the companies by which one may come.
    world.shown.add(world.things[f"{side}.company"])
    trail.note(
        conn,
        gateway.clock,
        world.caller(side, Scope.PARTY_ADMIN),
        "note.planted",
        word,
        {"party": party, "what": word},
    )


def _keys(conn, world, side, number):
    """A new key under way, and a lost one."""
    gateway, party = world.gateway, world.numbers[side]
    asked = challenge(conn, gateway.clock, gateway.identity, party, address(20 + number))
    lost = challenge(conn, gateway.clock, gateway.identity, party, address(30 + number))
    admin = Caller("a" * 16, "admin", party, frozenset({Scope.PARTY_ADMIN}), account="a" * 16)
    proof = sign(personal_digest(lost.message), bytes([30 + number]) * 32)
    found = ask_recovery(conn, gateway.clock, admin, party, lost.id, proof, f"{WORDS[side]} lost")
    own = keys_of(conn, party)[0].address
    world.add(side, challenge=asked.id, recovery=found.id, key=own)


def _news(conn, world, side):
    tell(
        conn,
        world.gateway.clock,
        world.numbers[side],
        "submission.final",
        WORDS[side],
        {"note": WORDS[side]},
    )


def _told(conn, world, side):
    """Three lots of the party, told with a note that stays with it."""
    events = [_noted(side, made(amount(lot_of(side, name), 480))) for name in ("lot", "second", "handed")]
    accepted = submit_document(
        conn,
        world.gateway.clock,
        Request(world.caller(side, Scope.SUBMIT, Scope.READ), as_bytes(document(*events))),
        Limits(),
        world.gateway.receipt_signer,
    )
    world.add(
        side,
        submission=accepted.answer["id"],
        capture=accepted.capture,
        lot=lot_of(side),
        lot_hex=hex_of(lot_of(side)),
        event=events[0]["eventID"],
    )
    world.shown.update(world.things[f"{side}.{name}"] for name in ("submission", "lot", "lot_hex", "event"))


def _noted(side, event):
    named = uuid5(NAMESPACE_URL, str(event["quantityList"]))
    hidden = {"example:note": WORDS[side], "suyuan:confidential": ["/example:note"]}
    return event | {"eventID": f"urn:uuid:{named}"} | hidden


def _own_key(conn, world):
    """What D signed itself, and something that it has yet to sign."""
    gateway = world.gateway
    caller = world.caller("D", Scope.SUBMIT, Scope.READ)

    def prepared(name):
        body = as_bytes(document(_noted("D", made(amount(lot_of("D", name), 480)))))
        return prepare_document(conn, gateway.clock, Request(caller, body), Limits(), gateway.identity)

    first = prepared("lot")
    signatures = [signed(part, KEY_OF_D) for part in first.parts]
    accepted = submit_prepared(
        conn, gateway.clock, first.id, signatures, caller, gateway.identity, gateway.receipt_signer
    )
    waiting = prepared("waiting")
    world.add(
        "D",
        submission=accepted.answer["id"],
        prepared=waiting.id,
        lot=lot_of("D"),
        lot_hex=hex_of(lot_of("D")),
    )
    world.shown.update(world.things[f"D.{name}"] for name in ("submission", "lot", "lot_hex"))
    world.signatures = ["0x" + signed(part, KEY_OF_D).hex() for part in waiting.parts]


def _handovers(conn, world):
    """From A to B: one open, one that B disputes; and within C's own walls nothing that anybody else sees."""
    for name in ("open", "done"):
        lot = lot_of("A", "handed" if name == "open" else "second")
        line = {"lot": lot, "quantity": "480", "uom": "KGM", "profile": "NONE"}
        body = {
            "receiver": str(world.numbers["B"]),
            "lines": [line],
            "note": WORDS["AB"],
            "seal": WORDS["AB"],
        }
        form = schemas.Offer.model_validate(body)
        found = offline.offer_and_release(conn, world.gateway.clock, desk(world, "A"), form)
        world.add("AB", **{name: found.id})
        world.marks[lot] = sides_of("AB")
        world.shown.add(lot)
    answer = {"line": 1, "accepted": "400", "refused": "0", "missing": "80", "reason": "count"}
    form = schemas.Accept.model_validate({"lines": [answer | {"evidence": ["0x" + "ab" * 32]}]})
    offline.answer_or_wait(conn, world.gateway.clock, desk(world, "B"), world.things["AB.done"], form)


def desk(world, side):
    return Desk(world.caller(side, Scope.HANDOVER, Scope.READ), Limits(), world.gateway.receipt_signer)


def others(marks: dict[str, frozenset[str]], sees: Iterable[str]) -> list[str]:
    """The words that somebody who sees these sides must never be told."""
    known = frozenset(sees)
    return sorted((word for word, sides in marks.items() if not sides & known), key=len, reverse=True)


__all__ = ["PARTIES", "SHOWN", "WORDS", "Planted", "others", "plant", "seen"]
