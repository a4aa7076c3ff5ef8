"""What an EPCIS event means for the ledger: one table, first row that fits. docs/formats/kinds.md shows
it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from suyuan.journal.event import TraceEvent


class Intent(StrEnum):
    """What a party wants to say of a thing. `decide` turns it into the kind that the ledger will take."""

    CORRECT = "correct"
    CONSUME = "consume"
    PROCESS = "process"
    PACK = "pack"
    PRODUCE = "produce"
    OFFER = "offer"
    TAKE = "take"
    TURN_DOWN = "turn down"
    SELL = "sell"
    DISPOSE = "dispose"
    TEST = "test"
    INSPECT = "inspect"
    MEASURE = "measure"
    OBSERVE = "observe"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table; an empty column fits everything. `says` is the sentence of the documentation."""

    intent: Intent
    says: str
    types: frozenset[str] = frozenset()
    actions: frozenset[str] = frozenset()
    steps: frozenset[str] = frozenset()
    dispositions: frozenset[str] = frozenset()
    condition: str = ""

    def fits(self, event: TraceEvent) -> bool:
        return (
            (not self.types or event.type in self.types)
            and (not self.actions or event.action in self.actions)
            and (not self.steps or event.step in self.steps)
            and (not self.dispositions or event.disposition in self.dispositions)
            and (not self.condition or _CONDITIONS[self.condition](event))
        )


_CONDITIONS: dict[str, Callable[[TraceEvent], bool]] = {
    "errorDeclaration": lambda event: event.declares_error,
    "sensorElementList": lambda event: event.has_sensors,
    "bizTransaction testres": lambda event: "testres" in event.transactions,
    "no bizStep": lambda event: event.step is None,
}


def _set(*words: str) -> frozenset[str]:
    return frozenset(words)


_OBJECT = _set("ObjectEvent")
_ADD = _set("ADD")
_MAKING = _set(
    "commissioning",
    "creating_class_instance",
    "gdst:fishingevent",
    "gdst:hatching",
    "gdst:farmharvest",
    "gdst:harvesting",
    "gdst:feedmill",
    "gdst:feedmillobject",
)
_GIVING = _set("shipping", "consigning", "gdst:transshipment")
_TAKING = _set("receiving", "accepting")

ROWS: tuple[Row, ...] = (
    Row(Intent.CORRECT, "declares an earlier record wrong", condition="errorDeclaration"),
    Row(
        Intent.PROCESS,
        "inputs become outputs: `consume` on each distinct input, `process` on each distinct output",
        types=_set("TransformationEvent"),
    ),
    Row(Intent.PACK, "things go into a container", types=_set("AggregationEvent"), actions=_ADD),
    Row(
        Intent.OBSERVE,
        "things come out of a container",
        types=_set("AggregationEvent"),
        actions=_set("DELETE"),
    ),
    Row(Intent.OBSERVE, "a device or part is put on or taken off", types=_set("AssociationEvent")),
    Row(Intent.PRODUCE, "a lot or item begins", types=_OBJECT, actions=_ADD, steps=_MAKING),
    Row(
        Intent.PRODUCE,
        "a lot or item begins, no step given",
        types=_OBJECT,
        actions=_ADD,
        condition="no bizStep",
    ),
    Row(Intent.OFFER, "goods leave for another party", steps=_GIVING),
    Row(
        Intent.TURN_DOWN,
        "goods that were offered go back",
        steps=_TAKING,
        dispositions=_set("returned"),
    ),
    Row(Intent.TURN_DOWN, "goods that were offered go back", steps=_set("suyuan:refusing")),
    Row(Intent.TAKE, "goods arrive from another party", steps=_TAKING),
    Row(Intent.SELL, "goods go to the consumer", steps=_set("retail_selling", "dispensing")),
    Row(Intent.DISPOSE, "goods are destroyed", steps=_set("destroying")),
    Row(Intent.DISPOSE, "goods were destroyed", dispositions=_set("destroyed")),
    Row(
        Intent.TEST,
        "a laboratory's result",
        steps=_set("inspecting", "sampling"),
        condition="bizTransaction testres",
    ),
    Row(Intent.TEST, "a sample is taken or tested", steps=_set("sampling", "suyuan:testing")),
    Row(Intent.INSPECT, "goods are looked at", steps=_set("inspecting")),
    Row(Intent.MEASURE, "sensors report", steps=_set("sensor_reporting")),
    Row(Intent.MEASURE, "sensors report, no step given", condition="sensorElementList no bizStep"),
    Row(Intent.PACK, "goods are packed", steps=_set("packing", "repackaging")),
    Row(
        Intent.PRODUCE,
        "a lot or item begins under a step that is not known here",
        types=_OBJECT,
        actions=_ADD,
        condition="unknown step",
    ),
    Row(Intent.OBSERVE, "everything else"),
)
_CONDITIONS["sensorElementList no bizStep"] = lambda event: event.has_sensors and event.step is None

#: The steps of CBV 2.0 and of the seafood dialogue that the last row takes by intention.
OBSERVED_STEPS = _set(
    "arriving",
    "assembling",
    "collecting",
    "cycle_counting",
    "decommissioning",
    "departing",
    "disassembling",
    "encoding",
    "entering_exiting",
    "holding",
    "installing",
    "killing",
    "loading",
    "other",
    "picking",
    "removing",
    "repairing",
    "replacing",
    "reserving",
    "staging_outbound",
    "stock_taking",
    "stocking",
    "storing",
    "transporting",
    "unloading",
    "unpacking",
    "void_shipping",
    "gdst:landing",
    "gdst:commingling",
)

KNOWN_STEPS = frozenset().union(*(row.steps for row in ROWS)) | OBSERVED_STEPS
_CONDITIONS["unknown step"] = lambda event: event.step is not None and event.step not in KNOWN_STEPS


def intent_of(event: TraceEvent) -> Intent:
    """What the event says of its things; for a transformation, of its outputs."""
    return next(row.intent for row in ROWS if row.fits(event))


def is_unknown_step(event: TraceEvent) -> bool:
    """Whether the step is none that the table knows, so that the nearest row was taken."""
    return event.step is not None and event.step not in KNOWN_STEPS
