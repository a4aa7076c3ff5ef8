"""Rules over a whole row: what its cells say together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from suyuan.sheets.model import Context, Named, RecordKind

_OLD = timedelta(days=730)
_COLDEST, _HOTTEST = Decimal(-100), Decimal(150)
_GOODS = ("product", "lot", "quantity", "unit")
_PACKED = ("packed_product", "packed_lot", "packed_quantity", "packed_unit")
#: As the journal has it: what one event may name, and inputs times outputs.
_MOST_THINGS, _MOST_EDGES = 5_000, 20_000

#: Kinds of which all rows of one document are one event, or one report.
TOGETHER = frozenset({RecordKind.PROCESSING, RecordKind.TEST})

Values = Mapping[str, str]


class RowFault(NamedTuple):
    """A fault that stands at `column`."""

    column: str
    rule: str
    values: Mapping[str, str] = {}
    level: str = "error"


@dataclass(slots=True)
class Process:
    """What the rows of one process or report say together; site, date and time as the first row has them."""

    site: str
    date: str
    time: str
    inputs: int = 0
    outputs: int = 0
    #: The first row that is wrong by itself.
    broken: int = 0


@dataclass(slots=True)
class Facts:
    """What the rules must know besides the row."""

    context: Context
    today: str
    long_ago: str
    products: dict[str, Named]
    own_codes: frozenset[str]
    processes: dict[str, Process] = field(default_factory=dict)

    @classmethod
    def of(cls, context: Context) -> Facts:
        today = context.now.astimezone(context.zone).date()
        products = {each.code: each for each in context.products}
        own = frozenset(each.code for each in context.partners if each.uri == context.party)
        return cls(context, today.isoformat(), (today - _OLD).isoformat(), products, own)


def moment(values: Values, context: Context) -> datetime | None:
    """When it happened; the day's beginning where no time is given, None without a day."""
    day = values.get("date")
    if not day:
        return None
    clock = values.get("time") or "00:00:00"
    found = datetime.fromisoformat(f"{day}T{clock}")
    return found if found.tzinfo else found.replace(tzinfo=context.zone)


def faults_of(kind: RecordKind, values: Values, facts: Facts) -> Iterator[RowFault]:
    """Every fault of the row as a whole; cells that could not be read are absent from `values`."""
    yield from _times(values, facts)
    yield from _units(values, facts)
    yield from _OF_KIND[kind](values, facts)


def _times(values: Values, facts: Facts) -> Iterator[RowFault]:
    day = values.get("date", "")
    if day >= facts.today:
        found = moment(values, facts.context)
        if found is not None and found > facts.context.now:
            yield RowFault("date" if day > facts.today else "time", "date.future", {"today": facts.today})
    elif day and day < facts.long_ago:
        yield RowFault("date", "date.old", {"date": day}, "warning")
    made = values.get("production_date", "")
    if made > facts.today:
        yield RowFault("production_date", "date.future", {"today": facts.today})
    elif made and day and made > day:
        yield RowFault("production_date", "date.production_after", {"date": day})
    ends, begins = values.get("expiry_date"), made or day
    if ends and begins and ends <= begins:
        yield RowFault("expiry_date", "date.expiry_before", {"date": begins})


def _units(values: Values, facts: Facts) -> Iterator[RowFault]:
    known = facts.products.get(values.get("product", ""))
    unit = values.get("unit")
    if known and known.unit and unit and unit != known.unit:
        yield RowFault("unit", "unit.unusual", {"unit": known.unit}, "warning")
    temperature = values.get("temperature")
    if temperature and not _COLDEST <= Decimal(temperature) <= _HOTTEST:
        yield RowFault("temperature", "number.range", {"least": str(_COLDEST), "most": str(_HOTTEST)})


def _missing(values: Values, names: tuple[str, ...]) -> Iterator[RowFault]:
    for name in names:
        if name not in values:
            yield RowFault(name, "cell.required")


def _nothing(_values: Values, _facts: Facts) -> Iterator[RowFault]:
    return iter(())


def _shipped(values: Values, facts: Facts) -> Iterator[RowFault]:
    """Goods by lot, or a container by its number; and somebody else at the other end."""
    loose = [name for name in ("product", "lot") if name in values]
    if "container" not in values:
        yield from _missing(values, _GOODS)
    elif loose:
        yield RowFault("container", "goods.both")
    if values.get("partner") in facts.own_codes:
        yield RowFault("partner", "partner.self")


def _received(values: Values, facts: Facts) -> Iterator[RowFault]:
    yield from _shipped(values, facts)
    sent, got = values.get("dispatched_quantity"), values.get("quantity")
    if sent and got and Decimal(got) > Decimal(sent):
        yield RowFault("quantity", "quantity.over_dispatch", {"sent": sent}, "warning")


def _packed(values: Values, _facts: Facts) -> Iterator[RowFault]:
    told = [name for name in _PACKED if name in values]
    if "container" in values:
        if told:
            yield RowFault("container", "packing.two_targets")
    elif not told:
        yield RowFault("container", "packing.no_target")
    else:
        yield from _missing(values, _PACKED)
    same = ("product", "lot")
    if told and all(values.get(name) and values.get(name) == values.get(f"packed_{name}") for name in same):
        yield RowFault("packed_lot", "process.same_lot")


def _inspected(values: Values, _facts: Facts) -> Iterator[RowFault]:
    told = [name for name in ("quantity", "unit") if name in values]
    if len(told) == 1:
        yield from _missing(values, ("quantity", "unit"))


def _processed(values: Values, facts: Facts) -> Iterator[RowFault]:
    process = facts.processes.get(values.get("document", ""))
    if process is None:
        return
    number = {"process": values["document"]}
    if not process.inputs:
        yield RowFault("direction", "process.no_input", number)
    if not process.outputs:
        yield RowFault("direction", "process.no_output", number)
    for name, first in (("site", process.site), ("date", process.date), ("time", process.time)):
        if values.get(name, "") != first:
            yield RowFault(name, "process.differs", {**number, "first": first})
    if process.inputs + process.outputs > _MOST_THINGS or process.inputs * process.outputs > _MOST_EDGES:
        yield RowFault("document", "process.too_large", number)


def _tested(values: Values, facts: Facts) -> Iterator[RowFault]:
    sampled, issued = values.get("sampled", ""), values.get("date", "")
    if sampled > facts.today:
        yield RowFault("sampled", "date.future", {"today": facts.today})
    elif sampled and issued and sampled > issued:
        yield RowFault("sampled", "date.sampled_after", {"date": issued})
    report = facts.processes.get(values.get("document", ""))
    if report is not None:
        for name, first in (("site", report.site), ("date", report.date)):
            if values.get(name, first) != first:
                yield RowFault(name, "report.differs", {"process": values["document"], "first": first})


def sibling_faults(values: Values, row: int, facts: Facts) -> Iterator[RowFault]:
    """Rows of one process or report go together or not at all: half of it would tell another story."""
    process = facts.processes.get(values.get("document", ""))
    if process is not None and process.broken not in (0, row):
        yield RowFault("document", "row.sibling", {"process": values["document"], "row": str(process.broken)})


def take_process(values: Values, row: int, facts: Facts, *, is_wrong: bool) -> None:
    """Count a row to its process or report, before the rows are judged."""
    number, direction = values.get("document"), values.get("direction")
    if not number:
        return
    process = facts.processes.get(number)
    if process is None:
        process = Process(values.get("site", ""), values.get("date", ""), values.get("time", ""))
        facts.processes[number] = process
    process.inputs += direction == "input"
    process.outputs += direction == "output"
    if is_wrong and not process.broken:
        process.broken = row


_OF_KIND: dict[RecordKind, Callable[[Values, Facts], Iterator[RowFault]]] = {
    RecordKind.HARVEST: _nothing,
    RecordKind.PROCESSING: _processed,
    RecordKind.PACKING: _packed,
    RecordKind.DISPATCH: _shipped,
    RecordKind.RECEIPT: _received,
    RecordKind.INSPECTION: _inspected,
    RecordKind.TEST: _tested,
}
