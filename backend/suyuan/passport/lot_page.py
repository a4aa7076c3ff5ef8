"""A LotPage from a story: who stands behind each step, what is missing, and whether our own data agree."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from suyuan.anchoring.model import RecordedEntry, State
from suyuan.anchoring.ports import Block, Identity
from suyuan.catalogue.queries import products_of
from suyuan.kernel.hashing import to_hex
from suyuan.kernel.identity import identify, page_path
from suyuan.kernel.ledger import Kind, Role
from suyuan.lots.model import Lot, TraceDirection
from suyuan.lots.trace import trace
from suyuan.parties.model import Party
from suyuan.parties.queries import site_by_uri
from suyuan.passport import events
from suyuan.passport.bundle import BundleTooLarge, bundle_bytes
from suyuan.passport.doubts import Number, doubted_entries
from suyuan.passport.gaps import find_gaps
from suyuan.passport.handed import with_handovers
from suyuan.passport.model import (
    ChainFacts,
    Discord,
    Family,
    Gap,
    LotPage,
    Names,
    Product,
    Recorded,
    Relative,
    Step,
    Vouch,
    Who,
)  # fmt: skip
from suyuan.passport.papers import papers_of
from suyuan.passport.results import results
from suyuan.passport.story import Story
from suyuan.verify.agreement import disagreement

_INDEPENDENT = Role.LABORATORY | Role.INSPECTOR
_RELATIVES = 24


def build_page(conn: Connection, chain: Identity, story: Story, *, demo: bool) -> LotPage:
    """Everything that the page of this lot says."""
    events_told = {to_hex(each): told for each, told in story.events.items()}
    steps = _steps(conn, story, doubted_entries(conn, chain, [*story.final, *story.others]))
    steps = with_handovers(conn, story.obj.uri, steps, events_told)
    places = {step.event_hash: place for place, step in enumerate(steps)}
    broken, gaps = "", find_gaps(steps, has_temperature=any(step.temperature for step in steps))
    if story.final:
        try:
            broken = disagreement(bundle_bytes(conn, chain, story))
        except BundleTooLarge:
            gaps = (Gap("unbundled", 1, grave=True), *gaps)
    obj = story.obj
    return LotPage(
        uri=obj.uri,
        path=page_path(obj),
        gtin=obj.gtin,
        lot=obj.lot or obj.serial or obj.uri,
        lot_id=to_hex(story.lot.lot_id),
        product=Product(story.product.names, anchored=_name_is_anchored(story)) if story.product else None,
        steps=tuple(steps),
        discords=tuple(
            Discord(each.code, each.facts, places.get(to_hex(each.event_hash)))
            for each in story.contradictions
        ),
        family=_family(conn, story.lot),
        custodian=_who(story.parties.get(story.status.custodian)),
        offered_to=_who(story.parties.get(story.status.offered_to)),
        chain=ChainFacts(chain.chain_id, chain.contracts["TraceLedger"], demo=demo),
        broken=broken,
        as_of=_moment(story.as_of),
        doubt=story.doubt,
        gaps=gaps,
        results=results(steps, events_told),
        papers=papers_of(conn, steps),
    )


def _name_is_anchored(story: Story) -> bool:
    """Whether the anchored version says the names that are shown; a newer one may wait for its anchor."""
    if story.product is None or story.proof is None:
        return False
    return bool(json.loads(story.proof.data).get("names") == dict(story.product.names))


def _moment(block: Block | None) -> tuple[int, datetime] | None:
    return None if block is None else (block.number, datetime.fromtimestamp(block.timestamp, UTC))


def _steps(conn: Connection, story: Story, doubts: Mapping[Number, datetime]) -> list[Step]:
    """Oldest first by the time told; what happened at the same time stands in the ledger's order."""
    handed = _confirmed(story.final)
    sites: dict[str, Names | None] = {}
    steps = [
        *(replace(_step(conn, story, each, handed, sites), recorded=_recorded(each)) for each in story.final),
        *(_step(conn, story, each, handed, sites) for each in story.others),
    ]
    numbers = [(each.party, each.sequence or 0) for each in (*story.final, *story.others)]
    steps = [
        replace(step, key_doubted=doubts.get(number)) for step, number in zip(steps, numbers, strict=True)
    ]
    steps.sort(key=lambda step: step.happened)
    corrected, disputed = events.corrections(steps), events.disputes(steps)
    for place, by in corrected.items():
        steps[place] = replace(steps[place], corrected=True, corrected_at=by)
    for place, against in disputed.items():
        told = tuple((steps[other].party, other) for other in against)
        steps[place] = replace(steps[place], disputed=told)
    return steps


def _step(
    conn: Connection, story: Story, entry: RecordedEntry, handed: set[int], sites: dict[str, Names | None]
) -> Step:
    event = story.events.get(entry.event_hash, {})
    uri = events.place_uri(event)
    if uri and uri not in sites:
        sites[uri] = _site_names(conn, uri)
    party = story.parties[entry.party]
    return Step(
        kind=entry.kind,
        biz_step=str(event.get("bizStep", "")),
        happened=events.happened(event, entry.occurred_at),
        party=_someone(party),
        counterparty=_who(story.parties.get(entry.counterparty)),
        place=sites.get(uri),
        amounts=events.amounts(event, story.obj.uri),
        vouch=_vouch(entry, party, handed),
        state=str(entry.state),
        recorded=None,
        event_hash=to_hex(entry.event_hash),
        event_id=str(event.get("eventID", "")),
        temperature=events.temperature(event),
        alarm=events.alarm(event),
        hidden=events.hidden(event),
        declared=events.declared(event),
        refusal=(entry.reason or "") if entry.state is State.REJECTED else "",
    )


def _site_names(conn: Connection, uri: str) -> Names:
    site = site_by_uri(conn, uri)
    return site.names if site else {"en": uri, "zh": uri}


def _recorded(entry: RecordedEntry) -> Recorded | None:
    if entry.state is not State.FINAL or entry.block_time is None or entry.transaction is None:
        return None
    return Recorded(
        transaction=to_hex(entry.transaction),
        block=entry.block or 0,
        time=entry.block_time,
        sequence=entry.sequence or 0,
        index=entry.index or 0,
        in_custody=bool(entry.in_custody),
    )


def _confirmed(final: Sequence[RecordedEntry]) -> set[int]:
    """Indices of offers that were accepted, and of their acceptances: both sides signed them."""
    found: set[int] = set()
    offer: int | None = None
    for place, entry in enumerate(final):
        if entry.kind is Kind.OFFERED:
            offer = place
        elif entry.kind is Kind.ACCEPTED and offer is not None:
            found |= {offer, place}
            offer = None
        elif entry.kind is Kind.REFUSED:
            offer = None
    return found


def _vouch(entry: RecordedEntry, party: Party, handed: set[int]) -> Vouch:
    if entry.kind in (Kind.TESTED, Kind.INSPECTED) and party.roles & _INDEPENDENT:
        return Vouch.INDEPENDENT
    return Vouch.BOTH if entry.state is State.FINAL and entry.index in handed else Vouch.SELF


def _who(party: Party | None) -> Who | None:
    return _someone(party) if party else None


def _someone(party: Party) -> Who:
    role = next((str(role.name) for role in Role if role in party.roles), "")
    return Who(party.number, party.names, role)


def _family(conn: Connection, lot: Lot) -> Family:
    parents, more_parents = _relatives(conn, lot, TraceDirection.BACK)
    children, more_children = _relatives(conn, lot, TraceDirection.FORWARD)
    return Family(parents, children, more_parents, more_children)


def _relatives(conn: Connection, lot: Lot, direction: TraceDirection) -> tuple[tuple[Relative, ...], int]:
    """The next lots in one direction, and how many more of them there are beyond those shown."""
    graph = trace(conn, lot.lot_id, direction, limit=4 * _RELATIVES)
    back = direction is TraceDirection.BACK
    near = [
        edge.parent if back else edge.child
        for edge in graph.edges
        if (edge.child if back else edge.parent) == lot.lot_id
    ]
    by_id = {each.lot_id: each for each in graph.lots}
    found = [by_id[each] for each in dict.fromkeys(near) if each in by_id]
    shown = found[:_RELATIVES]
    objects = [identify(each.uri) for each in shown]
    named: Mapping[str, Any] = products_of(conn, [obj.class_uri or obj.uri for obj in objects])
    return tuple(
        Relative(
            obj.uri,
            obj.lot or obj.serial or obj.uri,
            _names(named.get(obj.class_uri or obj.uri)),
            page_path(obj),
        )
        for obj in objects
    ), len(found) - len(shown)


def _names(product: Any) -> Names | None:
    return product.names if product else None
