"""五常大米: one harvest is milled and split; a delivery that got wet is refused and destroyed."""

from __future__ import annotations

from collections.abc import Iterator

from suyuan.demo import events as say
from suyuan.demo import findings as found
from suyuan.demo.goods import PADDY_RICE, RICE_BAG, RICE_BRAN
from suyuan.demo.people import INSPECTOR, LABORATORY, MILL, PADDY, RAIL, SHOP, Actor


def story(days: say.Days) -> Iterator[tuple[Actor, say.Event]]:
    paddy = (PADDY_RICE.lot(f"DX{days.stamp(30)}"), 3000.0, "KGM")
    dry, wet = (
        (RICE_BAG.lot(f"DXM{days.stamp(20)}-{part}"), weight, "KGM")
        for part, weight in (("1", 1500.0), ("2", 540.0))
    )
    bran = (RICE_BRAN.lot(f"DXK{days.stamp(20)}"), 610.0, "KGM")
    yield from _field_and_mill(days, paddy, dry, wet, bran)
    deliveries = [*_good_delivery(days, dry), *_wet_delivery(days, wet)]
    yield from sorted(deliveries, key=lambda told: str(told[1]["eventTime"]))


def _field_and_mill(
    days: say.Days, paddy: say.Amount, dry: say.Amount, wet: say.Amount, bran: say.Amount
) -> Iterator[tuple[Actor, say.Event]]:
    yield (
        PADDY,
        say.produced(
            days.ago(30, "08:00"),
            PADDY.site,
            paddy,
            ilmd={"cbvmda:lotNumber": paddy[0].rpartition("/")[2], "cbvmda:countryOfOrigin": "CN"},
        ),
    )
    yield PADDY, say.offered(days.ago(28, "09:00"), PADDY, MILL, [paddy])
    yield MILL, say.accepted(days.ago(28, "13:30"), PADDY, MILL, [paddy])
    yield LABORATORY, _tested(days, paddy)
    yield MILL, say.transformed(days.ago(20, "07:20"), MILL.site, [paddy], [dry, wet, bran])
    yield (
        INSPECTOR,
        found.inspected(
            days.ago(20, "15:00"),
            MILL.site,
            [dry, wet],
            (f"MJ-{days.stamp(20)}-02", "GB/T 19266-2008"),
            (
                found.at_most("水分", "GB 5009.3-2016", "14.6", "15.5", "%"),
                found.at_most("碎米", "GB/T 5503-2009", "6.2", "10.0", "%"),
                found.as_should_be("气味", "清香，无异味"),
            ),
        ),
    )


def _tested(days: say.Days, paddy: say.Amount) -> say.Event:
    return found.tested(
        days.ago(25, "10:00"),
        MILL.site,
        [paddy],
        (f"GY-{days.stamp(25)}-0087", "GB 2762-2022"),
        (
            found.at_most("镉", "GB 5009.15-2023", "0.021", "0.2"),
            found.at_most("铅", "GB 5009.12-2023", "<0.02", "0.2"),
            found.at_most("无机砷", "GB 5009.11-2024", "0.08", "0.35"),
        ),
    )


def _good_delivery(days: say.Days, dry: say.Amount) -> Iterator[tuple[Actor, say.Event]]:
    yield MILL, say.offered(days.ago(18, "08:00"), MILL, RAIL, [dry])
    yield RAIL, say.accepted(days.ago(18, "09:40"), MILL, RAIL, [dry])
    yield (
        RAIL,
        say.observed(days.ago(14, "12:00"), "transporting", RAIL.site, [dry], disposition="in_transit"),
    )
    yield RAIL, say.offered(days.ago(12, "07:00"), RAIL, SHOP, [dry])
    yield SHOP, say.accepted(days.ago(12, "08:30"), RAIL, SHOP, [dry])
    yield (
        SHOP,
        say.observed(
            days.ago(9, "11:00"),
            "retail_selling",
            SHOP.site,
            [(dry[0], 600.0, "KGM")],
            disposition="retail_sold",
        ),
    )


def _wet_delivery(days: say.Days, wet: say.Amount) -> Iterator[tuple[Actor, say.Event]]:
    yield MILL, say.offered(days.ago(16, "08:00"), MILL, RAIL, [wet])
    yield RAIL, say.accepted(days.ago(16, "09:10"), MILL, RAIL, [wet])
    yield RAIL, say.offered(days.ago(10, "07:30"), RAIL, SHOP, [wet])
    yield (
        SHOP,
        say.refused(days.ago(10, "08:50"), RAIL, SHOP, [wet], reason="外包装受潮, 水分 16.8% 超过 15.5%"),
    )
    yield (
        RAIL,
        say.observed(days.ago(9, "16:00"), "destroying", RAIL.site, [wet], disposition="destroyed"),
    )
