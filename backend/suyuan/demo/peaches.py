"""阳山水蜜桃: two orchard lots are merged, then split in the packing house; all goes as it should."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from suyuan.demo import events as say
from suyuan.demo import findings as found
from suyuan.demo.goods import PEACH_BOX, PEACH_SECONDS, PEACHES
from suyuan.demo.numbers import pallet_uri
from suyuan.demo.people import INSPECTOR, LABORATORY, ORCHARD, PACKER, SHOP, STORE, TRUCKS, Actor

PALLET = pallet_uri(1)
BOX_KG = 2.0


def showpiece(days: say.Days) -> str:
    """The lot whose page is printed first."""
    return PEACH_BOX.lot(f"TYB{days.stamp(7)}")


def seconds(days: say.Days) -> str:
    """The lot that the packer keeps."""
    return PEACH_SECONDS.lot(f"TYG{days.stamp(7)}")


def story(days: say.Days) -> Iterator[tuple[Actor, say.Event]]:
    north, south = (PEACHES.lot(f"TY{days.stamp(8)}-{plot}") for plot in ("N", "S"))
    boxes = showpiece(days)
    from_north, from_south = (north, 420.0, "KGM"), (south, 380.0, "KGM")
    packed = (boxes, 320.0, "KGM")
    yield from _orchard(days, north, south)
    yield from _packing(days, from_north, from_south, packed, (seconds(days), 451.5, "KGM"))
    yield from _journey(days, packed)


def _orchard(days: say.Days, north: str, south: str) -> Iterator[tuple[Actor, say.Event]]:
    for lot, weight, clock in ((north, 420.0, "05:40"), (south, 380.0, "06:25")):
        yield (
            ORCHARD,
            say.produced(
                days.ago(8, clock),
                ORCHARD.site,
                (lot, weight, "KGM"),
                **{
                    "ilmd": {
                        "cbvmda:lotNumber": lot.rpartition("/")[2],
                        "cbvmda:countryOfOrigin": "CN",
                        "cbvmda:growingMethodCode": "FIELD_GROWN",
                    },
                    "suyuan:purchasePrice": {"amount": "11.80", "currency": "CNY", "per": "KGM"},
                    "suyuan:confidential": ["/suyuan:purchasePrice"],
                },
            ),
        )
    amounts = [(north, 420.0, "KGM"), (south, 380.0, "KGM")]
    yield (
        LABORATORY,
        found.tested(
            days.ago(8, "09:10"),
            ORCHARD.site,
            amounts,
            (f"GY-{days.stamp(8)}-0412", "GB 2763-2021"),
            (
                found.at_most("联苯菊酯", "GB 23200.113-2018", "0.012", "0.5"),
                found.at_most("多菌灵", "GB 23200.121-2021", "0.034", "2"),
                found.at_most("吡虫啉", "GB 23200.121-2021", "<0.01", "0.5"),
            ),
        ),
    )
    yield ORCHARD, say.offered(days.ago(8, "10:00"), ORCHARD, PACKER, amounts)
    yield PACKER, say.accepted(days.ago(8, "11:20"), ORCHARD, PACKER, amounts)


def _packing(
    days: say.Days, north: say.Amount, south: say.Amount, boxes: say.Amount, seconds: say.Amount
) -> Iterator[tuple[Actor, say.Event]]:
    start = days.ago(8, "12:00")
    cooling = say.temperatures(
        start, timedelta(minutes=30), "urn:suyuan:logger:T-0117", (24.6, 15.2, 8.1, 3.9)
    )
    yield (
        PACKER,
        say.observed(days.ago(8, "14:00"), "sensor_reporting", PACKER.site, [north, south], **cooling),
    )
    yield PACKER, say.transformed(days.ago(7, "08:30"), PACKER.site, [north, south], [boxes, seconds])
    yield (
        INSPECTOR,
        found.inspected(
            days.ago(7, "10:15"),
            PACKER.site,
            [boxes],
            (f"MJ-{days.stamp(7)}-13", "GB/T 26904-2020"),
            (
                found.at_least("可溶性固形物", "13.4", "11.0", "%"),
                found.at_least("单果重", "236", "220", "g"),
                found.as_should_be("外观", "果形端正，无机械伤"),
            ),
        ),
    )
    yield PACKER, say.packed(days.ago(7, "11:00"), PACKER.site, PALLET, [boxes])


def _journey(days: say.Days, boxes: say.Amount) -> Iterator[tuple[Actor, say.Event]]:
    yield PACKER, say.offered(days.ago(7, "15:30"), PACKER, TRUCKS, PALLET)
    yield TRUCKS, say.accepted(days.ago(7, "15:50"), PACKER, TRUCKS, PALLET)
    loaded = days.ago(7, "16:00")
    cold = say.temperatures(
        loaded, timedelta(minutes=30), "urn:suyuan:logger:R-D0718", (4.1, 3.6, 3.4, 3.5, 3.3, 3.6)
    )
    yield (
        TRUCKS,
        say.observed(
            days.ago(7, "18:30"), "sensor_reporting", TRUCKS.site, [boxes], disposition="in_transit", **cold
        ),
    )
    yield TRUCKS, say.offered(days.ago(7, "19:10"), TRUCKS, STORE, PALLET)
    yield STORE, say.accepted(days.ago(7, "19:25"), TRUCKS, STORE, PALLET)
    stored = days.ago(7, "20:00")
    steady = say.temperatures(
        stored, timedelta(hours=2), "urn:suyuan:logger:W-0001", (2.8, 2.6, 2.7, 2.6, 2.5, 2.7)
    )
    yield STORE, say.observed(days.ago(6, "06:00"), "sensor_reporting", STORE.site, [boxes], **steady)
    yield STORE, say.unpacked(days.ago(6, "06:40"), STORE.site, PALLET, [boxes])
    yield STORE, say.offered(days.ago(6, "07:30"), STORE, SHOP, [boxes])
    yield SHOP, say.accepted(days.ago(6, "09:00"), STORE, SHOP, [boxes])
    yield (
        SHOP,
        say.observed(
            days.ago(5, "10:30"),
            "retail_selling",
            SHOP.site,
            [(boxes[0], 48 * BOX_KG, "KGM")],
            disposition="retail_sold",
        ),
    )
