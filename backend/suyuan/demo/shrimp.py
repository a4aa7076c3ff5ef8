"""舟山冷冻虾仁: the lot with problems worth finding, all of them visible because nobody could tidy them up.

More comes out of the plant than went in (ice glaze sold as shrimp); the cold store received what nobody had
offered; and the truck's logger is silent for five hours before it shows minus nine.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from suyuan.demo import events as say
from suyuan.demo import findings as found
from suyuan.demo.goods import SHRIMP, SHRIMP_PACK
from suyuan.demo.numbers import pallet_uri
from suyuan.demo.people import LABORATORY, SHELLER, SHOP, STORE, TRAWLER, TRUCKS, Actor

PALLET = pallet_uri(2)


def puzzle(days: say.Days) -> str:
    """The lot whose page shows what does not fit."""
    return SHRIMP_PACK.lot(f"BL{days.stamp(13)}")


def story(days: say.Days) -> Iterator[tuple[Actor, say.Event]]:
    catch = (SHRIMP.lot(f"XC608-{days.stamp(14)}"), 1000.0, "KGM")
    packs = (puzzle(days), 1080.0, "KGM")
    yield from _sea_and_plant(days, catch, packs)
    yield from _road_and_store(days, packs)


def _sea_and_plant(days: say.Days, catch: say.Amount, packs: say.Amount) -> Iterator[tuple[Actor, say.Event]]:
    yield (
        TRAWLER,
        say.produced(
            days.ago(14, "03:15"),
            TRAWLER.site,
            catch,
            ilmd={
                "cbvmda:lotNumber": catch[0].rpartition("/")[2],
                "cbvmda:countryOfOrigin": "CN",
                "cbvmda:catchArea": "61",
            },
        ),
    )
    yield TRAWLER, say.offered(days.ago(13, "05:00"), TRAWLER, SHELLER, [catch])
    yield SHELLER, say.accepted(days.ago(13, "05:40"), TRAWLER, SHELLER, [catch])
    yield SHELLER, say.transformed(days.ago(13, "09:30"), SHELLER.site, [catch], [packs])
    yield (
        LABORATORY,
        found.tested(
            days.ago(12, "10:00"),
            SHELLER.site,
            [packs],
            (f"GY-{days.stamp(12)}-0230", "GB 31650-2019"),
            (
                found.absent("呋喃唑酮代谢物", "GB 31656.13-2021"),
                found.absent("氯霉素", "GB 31658.2-2021"),
                found.at_most("二氧化硫残留量", "GB 5009.34-2022", "0.011", "0.1", "g/kg"),
            ),
        ),
    )
    yield SHELLER, say.packed(days.ago(12, "13:00"), SHELLER.site, PALLET, [packs])


def _road_and_store(days: say.Days, packs: say.Amount) -> Iterator[tuple[Actor, say.Event]]:
    yield SHELLER, say.offered(days.ago(12, "15:00"), SHELLER, TRUCKS, PALLET)
    yield TRUCKS, say.accepted(days.ago(12, "15:20"), SHELLER, TRUCKS, PALLET)
    logger = "urn:suyuan:logger:R-D0729"
    early = say.temperatures(
        days.ago(12, "15:30"), timedelta(minutes=30), logger, (-19.2, -19.0, -18.8, -18.9)
    )
    late = say.temperatures(days.ago(12, "22:00"), timedelta(minutes=30), logger, (-9.4, -11.8, -14.6))
    for clock, readings in (("17:10", early), ("23:10", late)):
        yield (
            TRUCKS,
            say.observed(
                days.ago(12, clock),
                "sensor_reporting",
                TRUCKS.site,
                [packs],
                disposition="in_transit",
                **readings,
            ),
        )
    yield STORE, say.received(days.ago(11, "01:30"), TRUCKS, STORE, PALLET)
    stored = days.ago(11, "02:00")
    steady = say.temperatures(
        stored, timedelta(hours=3), "urn:suyuan:logger:W-0002", (-18.6, -20.1, -20.4, -20.3)
    )
    yield STORE, say.observed(days.ago(11, "12:00"), "sensor_reporting", STORE.site, [packs], **steady)
    yield TRUCKS, say.offered(days.ago(10, "18:00"), TRUCKS, STORE, PALLET)
    yield STORE, say.accepted(days.ago(10, "18:30"), TRUCKS, STORE, PALLET)
    yield STORE, say.unpacked(days.ago(9, "06:00"), STORE.site, PALLET, [packs])
    yield STORE, say.offered(days.ago(9, "07:00"), STORE, SHOP, [packs])
    yield SHOP, say.accepted(days.ago(9, "09:15"), STORE, SHOP, [packs])
