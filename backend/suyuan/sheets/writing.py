"""How the rows of each kind become an event; docs/formats/kinds.md says what it becomes on the chain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from suyuan.inspections import event as examined
from suyuan.inspections import model as found
from suyuan.sheets import members as m
from suyuan.sheets.members import Row
from suyuan.sheets.model import Context, RecordKind

Event = dict[str, Any]


class Writer:
    """Writes events of one kind for one party, without their ids."""

    def __init__(self, kind: RecordKind, context: Context) -> None:
        self._kind = kind
        self._context = context
        self._sites = {each.code: each.uri for each in context.sites}
        self._partners = {each.code: each.uri for each in context.partners}
        self._last: tuple[object, tuple[str, str]] | None = None
        writers: dict[RecordKind, Callable[[Sequence[Row]], Event]] = {
            RecordKind.HARVEST: self._harvest,
            RecordKind.PROCESSING: self._processing,
            RecordKind.PACKING: self._packing,
            RecordKind.DISPATCH: self._dispatch,
            RecordKind.RECEIPT: self._receipt,
            RecordKind.INSPECTION: self._inspection,
            RecordKind.TEST: self._test,
        }
        self._write = writers[kind]

    def write(self, rows: Sequence[Row]) -> Event:
        """The event of rows that belong together, by their normalised values."""
        return m.told(self._write(rows))

    def _plain(self, kind: str, row: Row, step: str, **members: Any) -> Event:
        time, offset = self._time(row)
        site = {"id": self._site(row)}
        return {
            "type": kind,
            "eventTime": time,
            "eventTimeZoneOffset": offset,
            "bizStep": step,
            "readPoint": site,
            "bizLocation": site,
            "bizTransactionList": self._papers(row),
            # A day is all that was said: nobody should take midnight for the hour.
            "suyuan:timePrecision": "" if row.get("time") else "day",
            "suyuan:note": row.get("note"),
            **members,
        }

    def _time(self, row: Row) -> tuple[str, str]:
        """EPCIS' eventTime and eventTimeZoneOffset; most rows have those of the row before."""
        told = row.get("date"), row.get("time")
        if self._last is None or self._last[0] != told:
            moment = m.when(row, self._context)
            self._last = told, (moment.isoformat(timespec="milliseconds"), m.offset_of(moment))
        return self._last[1]

    def _site(self, row: Row) -> str:
        return self._sites.get(row["site"]) or m.place_uri(row["site"])

    def _partner(self, row: Row) -> str:
        return self._partners.get(row["partner"]) or m.party_uri(row["partner"])

    def _papers(self, row: Row) -> list[dict[str, str]]:
        kind = _PAPERS.get(self._kind)
        if kind is None or "document" not in row:
            return []
        return [{"type": kind, "bizTransaction": m.document_uri(self._context.party, row["document"])}]

    def _harvest(self, rows: Sequence[Row]) -> Event:
        (row,) = rows
        ilmd = {
            "cbvmda:lotNumber": row["lot"],
            "cbvmda:harvestStartDate": row["date"],
            "cbvmda:itemExpirationDate": row.get("expiry_date"),
            **m.own(row, "origin", "plot", "variety", "certificate", "document"),
        }
        content = {"action": "ADD", "disposition": "active", "quantityList": [m.amount(row)]}
        return self._plain("ObjectEvent", row, "commissioning", **content, ilmd=m.told(ilmd))

    def _processing(self, rows: Sequence[Row]) -> Event:
        made = [row for row in rows if row["direction"] == "output"]
        dated = [m.told({"suyuan:lot": m.amount(row)["epcClass"], **m.days(row)}) for row in made]
        return self._plain(
            "TransformationEvent",
            rows[0],
            "commissioning",
            disposition="active",
            inputQuantityList=[m.amount(row) for row in rows if row["direction"] == "input"],
            outputQuantityList=[m.amount(row) for row in made],
            # Each output has days of its own, so they stand beside their lots.
            ilmd=m.told({"suyuan:outputs": [each for each in dated if len(each) > 1]}),
            **m.own(rows[0], "production_line"),
        )

    def _packing(self, rows: Sequence[Row]) -> Event:
        (row,) = rows
        if "container" in row:
            content = {"parentID": m.container(row), "childQuantityList": [m.amount(row)]}
            return self._plain("AggregationEvent", row, "packing", action="ADD", **content)
        start = "packed_"
        packs = {name.removeprefix(start): text for name, text in row.items() if name.startswith(start)}
        return self._plain(
            "TransformationEvent",
            row,
            "packing",
            disposition="active",
            inputQuantityList=[m.amount(row)],
            outputQuantityList=[m.amount(packs)],
            ilmd=m.told({"cbvmda:lotNumber": packs["lot"], **m.days(row)}),
        )

    def _dispatch(self, rows: Sequence[Row]) -> Event:
        (row,) = rows
        ends = [{"type": "possessing_party", "destination": self._partner(row)}]
        if "destination" in row:
            ends.append({"type": "location", "destination": m.place_uri(row["destination"])})
        source = [{"type": "possessing_party", "source": self._context.party}]
        return self._moved(row, "shipping", "in_transit", source, ends)

    def _receipt(self, rows: Sequence[Row]) -> Event:
        (row,) = rows
        source = [{"type": "possessing_party", "source": self._partner(row)}]
        ends = [{"type": "possessing_party", "destination": self._context.party}]
        event = self._moved(row, "receiving", "in_progress", source, ends)
        return {**event, **m.own(row, "dispatched_quantity")}

    def _moved(
        self, row: Row, step: str, disposition: str, source: list[Any], destination: list[Any]
    ) -> Event:
        return self._plain(
            "ObjectEvent",
            row,
            step,
            action="OBSERVE",
            disposition=disposition,
            **m.goods(row),
            sourceList=source,
            destinationList=destination,
            sensorElementList=m.temperature(row, self._context),
            **m.own(row, "vehicle", "line"),
        )

    def _inspection(self, rows: Sequence[Row]) -> Event:
        record = found.Examination(
            kind=found.RecordKind.INSPECTION,
            number=rows[0]["document"],
            verdict=_verdict(rows),
            items=tuple(_item(row) for row in rows),
            remark=_remark(rows),
            stage=found.Stage(rows[0]["stage"]),
        )
        return self._examined(rows[0], record)

    def _test(self, rows: Sequence[Row]) -> Event:
        row = rows[0]
        numbers = ((found.Scheme.CMA, row.get("cma")), (found.Scheme.CNAS, row.get("cnas")))
        record = found.Examination(
            kind=found.RecordKind.TEST,
            number=row["document"],
            verdict=_verdict(rows),
            items=tuple(_item(each) for each in rows),
            remark=_remark(rows),
            issued=date.fromisoformat(row["date"]),
            sample=found.Sample(row["sample"], date.fromisoformat(row["sampled"])),
            accreditations=tuple(found.Accreditation(scheme, text) for scheme, text in numbers if text),
        )
        return self._examined(row, record)

    def _examined(self, row: Row, record: found.Examination) -> Event:
        """As the room that judges such records writes them, however they come in."""
        moment = m.when(row, self._context)
        occasion = examined.Occasion(
            lot=m.amount(row)["epcClass"],
            time=moment,
            offset=m.offset_of(moment),
            quantity=Decimal(row["quantity"]) if row.get("quantity") else None,
            uom=row.get("unit", ""),
            site=self._site(row),
        )
        precision = {} if row.get("time") else {"suyuan:timePrecision": "day"}
        return {**examined.event_of(record, occasion), **precision}


def _verdict(rows: Sequence[Row]) -> found.Verdict:
    """Of the whole: one failure fails it, and it passes when something passed."""
    verdicts = {found.Verdict(row["verdict"]) for row in rows}
    order = (found.Verdict.FAIL, found.Verdict.PASS, found.Verdict.NONE)
    return next(each for each in order if each in verdicts)


def _item(row: Row) -> found.Item:
    return found.Item(
        item=row["item"],
        result=row["result"],
        verdict=found.Verdict(row["verdict"]),
        method=row.get("method", ""),
        unit=row.get("result_unit", ""),
        comparator=found.Comparator(row["comparator"]) if row.get("comparator") else None,
        limit=row.get("limit", ""),
    )


def _remark(rows: Sequence[Row]) -> str:
    """The rows' notes, each once."""
    notes = dict.fromkeys(row["note"] for row in rows if row.get("note"))
    return "；".join(notes)[:300]


#: What the document number of a kind is, in the words of CBV.
_PAPERS = {
    RecordKind.PROCESSING: "prodorder",
    RecordKind.DISPATCH: "desadv",
    RecordKind.RECEIPT: "recadv",
}
