"""From events to entries: what each party's events mean for the lots they are about.

Works on the lots in memory (lots.working_set) and stores nothing. Faults and warnings point into the
document.
"""

from __future__ import annotations

from dataclasses import replace

from suyuan.journal.decide import SENTENCES, Situation, decide
from suyuan.journal.directory import Directory
from suyuan.journal.event import TraceEvent
from suyuan.journal.intake import MAX_EDGES
from suyuan.journal.kinds import Intent, intent_of, is_unknown_step
from suyuan.journal.model import CapturedEvent, Notice, Share
from suyuan.journal.packing import believed, own_part
from suyuan.journal.targets import MAX_ENTRIES, Target, targets_of, too_many, transformation_of
from suyuan.kernel.clock import Clock
from suyuan.kernel.errors import Fault
from suyuan.kernel.ledger import Kind, LedgerEntry, LedgerRefusal
from suyuan.lots.errors import GenealogyCycle
from suyuan.lots.model import Direction
from suyuan.lots.working_set import WorkingSet

_FIXES = {
    "journal.lot_not_yours": "record the receipt of the goods first, or let their holder record this",
    "journal.already_made": "check the lot number; a lot is made by one party only",
    "journal.lot_unknown": "let the party that has the goods record them first",
    "journal.party_not_qualified": (
        "have the party's qualification renewed, or its suspension lifted (suyuan party suspend N --undo)"
    ),
}


class Planner:
    """Plans the shares of one document, one after another."""

    def __init__(self, lots: WorkingSet, directory: Directory, clock: Clock) -> None:
        self._lots = lots
        self._directory = directory
        self._now = clock.now()
        self._entries = 0
        self.faults: list[Fault] = []

    def plan(self, share: Share) -> None:
        """Fill the share's entries, bare events and warnings; add to `faults` what must not be recorded."""
        for each in share.events:
            self._plan_event(share, each)

    def _plan_event(self, share: Share, captured: CapturedEvent) -> None:
        event = captured.event
        if is_unknown_step(event) and not event.declares_error:
            kind = intent_of(event)
            message = f"the step {event.step} is not known here; taken as: {kind}"
            share.warnings.append(Notice(f"{event.pointer}/bizStep", "event.step_unknown", message))
        self._note_malformed(share, event)
        targets = self._targets(share, event)
        if not targets:
            message = "the event names nothing that an entry could be about; its hash is anchored instead"
            share.warnings.append(Notice(event.pointer, "event.names_nothing", message))
            share.bare.append(captured)
        changes, foreign = believed(event, captured.event_hash, share.party.number, self._lots)
        recorded = {each: self._record(share, captured, each) for each in targets}
        if not event.declares_error:
            for change in changes:
                self._lots.pack(change)
            for change in foreign[:1]:
                self._lots.foreign_change(change.container, captured.event_hash)
            self._follow(share, captured, recorded)

    def _targets(self, share: Share, event: TraceEvent) -> list[Target]:
        """What to write about, without a stranger's goods that lie among the party's own."""
        named = {thing.pointer: thing.lot_id for thing in event.all_things()}
        found = targets_of(event, self._lots, MAX_ENTRIES - self._entries)
        targets, others = own_part(found, named, share.party.number, self._lots)
        for each in others:
            message = (
                f"{self._lots.uri(each.lot_id)}: it lies there too and is another's; it stays where it is"
            )
            share.warnings.append(Notice(each.pointer, "container.foreign", message))
        return targets

    def _note_malformed(self, share: Share, event: TraceEvent) -> None:
        for thing in event.all_things():
            if not thing.obj.wellformed:
                message = f"{thing.obj.uri} breaks the rules of its scheme; it is kept as it is written"
                share.warnings.append(Notice(thing.pointer, "thing.malformed", message))

    def _record(self, share: Share, captured: CapturedEvent, target: Target) -> Kind | None:
        """Write the entries of one thing; the last kind, or None when it must not be recorded."""
        event, party = captured.event, share.party
        about = Situation(
            party=party.number,
            roles=party.roles,
            may_open=party.may_open(self._now),
            state=self._lots.state(target.lot_id),
            maker=self._lots.maker(target.lot_id),
            touched=self._lots.has_touched(party.number, target.lot_id),
            goods=target.goods,
            receiver=self._directory.receiver(event, party.number),
            sender=self._directory.sender(event, party.number),
        )
        decision = decide(target.intent, about)
        uri = self._lots.uri(target.lot_id)
        if decision.fault:
            message = f"{uri}: {SENTENCES[decision.fault]}"
            self.faults.append(Fault(target.pointer, decision.fault, message, _FIXES[decision.fault]))
            return None
        for code in decision.warnings:
            share.warnings.append(Notice(target.pointer, code, f"{uri}: {SENTENCES[code]}"))
        for kind, counterparty in decision.entries:
            self._write(share, captured, target, kind, counterparty, about)
        return decision.entries[-1][0]

    def _write(  # noqa: PLR0913, PLR0917 - what one entry is made of
        self,
        share: Share,
        captured: CapturedEvent,
        target: Target,
        kind: Kind,
        counterparty: int,
        about: Situation,
    ) -> None:
        seconds = int(captured.event.time.timestamp())
        entry = LedgerEntry(target.lot_id, captured.event_hash, seconds, counterparty, kind)
        try:
            self._lots.record(share.party.number, share.party.roles, entry, may_open=about.may_open)
        except LedgerRefusal as refusal:
            message = f"the ledger would refuse this: {refusal.reason}"
            self.faults.append(Fault(target.pointer, "journal.ledger_refusal", message, ""))
            return
        share.entries.append(entry)
        self._entries += 1
        if self._entries > MAX_ENTRIES:
            raise too_many(self._lots.uri(target.lot_id), target.pointer)

    def _follow(self, share: Share, captured: CapturedEvent, recorded: dict[Target, Kind | None]) -> None:
        """What the event changes besides custody and contents: genealogy, amounts."""
        event = captured.event
        if event.type == "TransformationEvent":
            self._transform(share, captured, {target.lot_id for target in recorded})
            return
        kinds = {target.lot_id: kind for target, kind in recorded.items()}
        intents = {target.lot_id: target.intent for target in recorded}
        for thing in event.things:
            kind = kinds.get(thing.lot_id)
            if thing.amount is None or kind is None:
                continue
            if kind in (Kind.PRODUCED, Kind.PROCESSED):
                self._lots.state_amount(thing.lot_id, Direction.MADE, thing.amount, captured.event_hash)
            elif intents[thing.lot_id] is Intent.TAKE:
                self._lots.state_amount(thing.lot_id, Direction.RECEIVED, thing.amount, captured.event_hash)

    def _transform(self, share: Share, captured: CapturedEvent, about: set[bytes]) -> None:
        event = captured.event
        told, no_goods = transformation_of(event, captured.event_hash, share.party.number, self._lots)
        told = replace(told, inputs=tuple(part for part in told.inputs if part.lot_id in about))
        if (
            len({part.lot_id for part in told.inputs}) * len({part.lot_id for part in told.outputs})
            > MAX_EDGES
        ):
            message = f"{len(told.inputs)} inputs, with what lies in them, are more than can be followed"
            fix = "tell it in several transformations"
            self.faults.append(Fault(event.pointer, "event.too_wide", message, fix))
            return
        try:
            self._lots.transform(told, without=no_goods)
        except GenealogyCycle as cycle:
            path = " → ".join(self._lots.uri(lot_id) for lot_id in cycle.path)
            message = f"a lot would be made from itself: {path}"
            fix = "give what comes out a lot number of its own"
            self.faults.append(Fault(event.pointer, "journal.genealogy_cycle", message, fix))
