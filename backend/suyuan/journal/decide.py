"""From what a party says of a thing to the kinds that the ledger takes: never refused, and never a lie.

Pure: everything it needs stands in `Situation`. A natural kind that the party may not write becomes OBSERVED
with a warning; only what would take another's goods is refused (docs/formats/kinds.md).
"""

from __future__ import annotations

from typing import NamedTuple

from suyuan.journal.kinds import Intent
from suyuan.kernel.ledger import TRADE, Kind, LotState, Role, may_write

#: Codes of warnings and faults, with their sentences.
SENTENCES = {
    "entry.introduced": "nobody had recorded it before, so it is introduced by this record",
    "entry.role": "the party has not the role for this; it is recorded as observed",
    "entry.not_held": "the party does not hold it; it is recorded as observed",
    "entry.no_receiver": "the receiver is not a registered other party; it is recorded as observed",
    "entry.not_offered": "nobody had offered it to the party, so custody does not move",
    "entry.no_goods": "this names a kind of thing and no goods; it is recorded as observed",
    "journal.lot_not_yours": "it belongs to another party, and the signer never had it",
    "journal.already_made": "another party has already recorded that it made this",
    "journal.lot_unknown": "nobody has recorded it, and the party's roles do not let it introduce anything",
    "journal.party_not_qualified": "the party is suspended or no longer qualified, and cannot open lots",
}


class Situation(NamedTuple):
    """The signer and the thing. `receiver` and `sender` are numbers of other registered parties that the
    event names, or 0. `may_open`: qualified and not suspended. `touched`: the signer has written about it
    before.
    """

    party: int
    roles: Role
    may_open: bool
    state: LotState
    maker: int
    touched: bool
    goods: bool = True
    receiver: int = 0
    sender: int = 0

    @property
    def is_new(self) -> bool:
        return self.state.count == 0

    @property
    def holds(self) -> bool:
        """Whether the signer holds it, or will once this record has opened it."""
        return self.is_new or self.state.custodian == self.party

    def may(self, kind: Kind) -> bool:
        return may_write(self.roles, kind)


class Decision(NamedTuple):
    """Kinds to record, in order, each with its counterparty; and codes of SENTENCES."""

    entries: tuple[tuple[Kind, int], ...] = ()
    warnings: tuple[str, ...] = ()
    fault: str | None = None


_OWN_KIND = {
    Intent.CORRECT: Kind.CORRECTED,
    Intent.PACK: Kind.PACKED,
    Intent.MEASURE: Kind.COLD_CHAIN,
    Intent.OBSERVE: Kind.OBSERVED,
}
_MAKING = {
    Intent.PRODUCE: (Kind.PRODUCED, Kind.PROCESSED),
    Intent.PROCESS: (Kind.PROCESSED,),
}
_TRADE = int(TRADE)
_MOVING = frozenset({Intent.OFFER, Intent.SELL, Intent.DISPOSE, Intent.TAKE, Intent.TURN_DOWN})


def decide(intent: Intent, about: Situation) -> Decision:
    """The entries for one thing, or the reason why there are none."""
    if intent in _MAKING and about.goods:
        return _made(intent, about)
    kind, counterparty, warning = _kind(intent, about)
    if warning == "journal.lot_not_yours":
        return Decision(fault=warning)
    warnings = (warning,) if warning else ()
    if not about.is_new:
        return Decision(((kind, counterparty),), warnings)
    fault = _cannot_open(about)
    if fault:
        return Decision(fault=fault)
    opening = ((Kind.INTRODUCED, 0), (kind, counterparty))
    return Decision(opening, ("entry.introduced", *warnings))


def _cannot_open(about: Situation) -> str | None:
    if not int(about.roles) & _TRADE:
        return "journal.lot_unknown"
    return None if about.may_open else "journal.party_not_qualified"


def _made(intent: Intent, about: Situation) -> Decision:
    if about.maker not in (0, about.party):
        return Decision(fault="journal.already_made")
    if about.is_new and (fault := _cannot_open(about)):
        return Decision(fault=fault)
    for kind in _MAKING[intent]:
        if about.may(kind):
            return Decision(((kind, 0),))
    kind = Kind.INTRODUCED if about.is_new else Kind.OBSERVED
    return Decision(((kind, 0),), ("entry.role",))


def _kind(intent: Intent, about: Situation) -> tuple[Kind, int, str | None]:
    """The kind of a thing that is known or about to be introduced, its counterparty, and a warning or
    fault.
    """
    if not about.goods and (intent in _MOVING or intent in _MAKING):
        return Kind.OBSERVED, 0, "entry.no_goods"
    if intent in _OWN_KIND:
        return _if_allowed(_OWN_KIND[intent], 0, about)
    if intent in (Intent.OFFER, Intent.SELL, Intent.DISPOSE):
        return _given_away(intent, about)
    if intent in (Intent.TAKE, Intent.TURN_DOWN):
        return _taken(intent, about)
    if intent is Intent.CONSUME:
        return _if_allowed(Kind.CONSUMED, 0, about)
    return _examined(intent, about)


def _if_allowed(kind: Kind, counterparty: int, about: Situation) -> tuple[Kind, int, str | None]:
    return (kind, counterparty, None) if about.may(kind) else (Kind.OBSERVED, 0, "entry.role")


def _given_away(intent: Intent, about: Situation) -> tuple[Kind, int, str | None]:
    if not about.holds:
        return Kind.OBSERVED, 0, "entry.not_held" if about.touched else "journal.lot_not_yours"
    if intent is Intent.OFFER:
        if about.receiver in (0, about.party):
            return Kind.OBSERVED, 0, "entry.no_receiver"
        return _if_allowed(Kind.OFFERED, about.receiver, about)
    return _if_allowed(Kind.SOLD if intent is Intent.SELL else Kind.DISPOSED, 0, about)


def _taken(intent: Intent, about: Situation) -> tuple[Kind, int, str | None]:
    if not about.is_new and about.state.offered_to == about.party:
        kind = Kind.REFUSED if intent is Intent.TURN_DOWN else Kind.ACCEPTED
        return _if_allowed(kind, about.state.custodian, about)
    kind, sender, warning = _if_allowed(Kind.RECEIVED, about.sender, about)
    return kind, sender, warning or (None if about.holds else "entry.not_offered")


def _examined(intent: Intent, about: Situation) -> tuple[Kind, int, str | None]:
    if intent is Intent.TEST and about.may(Kind.TESTED):
        return Kind.TESTED, 0, None
    concerned = about.holds or (not about.is_new and about.state.offered_to == about.party)
    if about.may(Kind.INSPECTED) or (intent is Intent.INSPECT and concerned):
        return Kind.INSPECTED, 0, None
    if intent is Intent.INSPECT and about.may(Kind.TESTED):
        return Kind.TESTED, 0, None
    return Kind.OBSERVED, 0, "entry.role"
