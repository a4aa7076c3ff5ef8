"""The acceptance rules by table, and what holds of them for any input."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suyuan.handovers.numbers import amount_text, celsius, centi, quantity
from suyuan.handovers.profiles import fitting, profile_of, profiles
from suyuan.handovers.rules.goods import ha1, ha9, ha13, ha15
from suyuan.handovers.rules.judge import blocks, choices, judge_line, worst
from suyuan.handovers.rules.model import (
    Finding,
    Instrument,
    LineFacts,
    Measured,
    Order,
    Reading,
    Refusal,
    Sums,
    Trip,
    Verdict,
)
from suyuan.handovers.rules.sentences import SENTENCES, as_fault
from suyuan.handovers.rules.surroundings import distance, ha3, ha4, ha8, ha10, ha11, ha12, ha14
from suyuan.handovers.rules.temperature import ha2, ha5, ha6, ha7

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
FROZEN, MILK, FISH = (profile_of(code) for code in ("FZ-QF", "DA-PAS", "SF-ICE"))
PLACES = ("door", "middle", "front", "top")


def readings(*values: int, refused: bool = False) -> tuple[Reading, ...]:
    return tuple(Reading(PLACES[at % 4], value, refused) for at, value in enumerate(values))


def got(**members) -> Measured:
    return Measured(at=NOW, **members)


def facts(profile=FROZEN, receiver=None, **members) -> LineFacts:
    return LineFacts(line=1, profile=profile, receiver=receiver, **members)


def said(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(each.verdict.value, each.says) for each in findings]


@pytest.mark.parametrize(
    ("profile", "surface", "core", "expected"),
    [
        (FROZEN, (-1800, -1900, -2000), (), ("pass", "within")),
        (FROZEN, (-1799, -1900, -2000), (), ("conditional", "surface_out")),
        (FROZEN, (-1500, -1900, -2000), (-1800,), ("pass", "surface_out_core_in")),
        (FROZEN, (-1499, -1900, -2000), (-1800,), ("conditional", "surface_far")),
        (FROZEN, (-1499, -1900, -2000), (), ("block", "surface_far")),
        (FROZEN, (-1900, -1900, -2000), (-1799,), ("block", "core_out")),
        (MILK, (200, 400, 600), (), ("pass", "within")),
        (MILK, (199, 400, 600), (), ("conditional", "surface_out")),
        (MILK, (200, 400, 601), (600,), ("conditional", "surface_out_core_in")),
        (MILK, (200, 400, 601), (601,), ("block", "core_out")),
        (None, (2000,), (), ("not_measured", "not_measured")),
    ],
)
def test_ha6_by_table(profile, surface, core, expected):
    measured = got(surface=readings(*surface), core=readings(*core))
    assert said(ha6(facts(profile, measured))) == [expected]


@pytest.mark.parametrize(
    ("surface", "between", "core", "expected"),
    [
        ((-1900, -1900, -1900), (), (), ("pass", "method_kept")),
        ((-1900, -1900), (), (), ("conditional", "too_few_packs")),
        ((-1700, -1900, -1900), (), (), ("conditional", "between_missing")),
        ((-1700, -1900, -1900), (-1850,), (), ("pass", "method_kept")),
        ((-1700, -1900, -1900), (-1750,), (), ("conditional", "core_missing")),
        ((-1700, -1900, -1900), (-1750,), (-1850,), ("pass", "core_taken")),
    ],
)
def test_ha5_goes_from_the_surface_between_the_packs_to_the_core(surface, between, core, expected):
    measured = got(surface=readings(*surface), between=readings(*between), core=readings(*core))
    assert said(ha5(facts(FROZEN, measured))) == [expected]


def test_a_pack_that_is_refused_does_not_count_for_those_that_go_on():
    mixed = got(surface=(*readings(-1900, -1900, -1900), Reading("top", -200, refused=True)))
    assert said(ha6(facts(FROZEN, mixed))) == [("pass", "within")]
    only = got(surface=readings(-200, -300, refused=True))
    assert said(ha6(facts(FROZEN, only))) == [("not_measured", "only_refused_measured")]


@pytest.mark.parametrize(
    ("air", "minutes", "expected"),
    [
        (-1800, 30, ("pass", "within")),
        (-1800, 29, ("warn", "precool_short")),
        (-1800, None, ("warn", "precool_short")),
        (-1500, 60, ("warn", "precool_off")),
        (-1499, 60, ("block", "precool_far_off")),
        (None, None, ("not_measured", "not_measured")),
    ],
)
def test_ha2_by_table(air, minutes, expected):
    sender = got(precool=air, precool_minutes=minutes)
    assert said(ha2(facts(FROZEN, None, sender=sender))) == [expected]


@pytest.mark.parametrize(
    ("before", "after", "minutes", "expected"),
    [
        (-1900, -1600, 30, ["pass", "pass"]),
        (-1900, -1599, 31, ["hold", "hold"]),
        (-1500, -1801, 0, ["hold", "pass"]),
        (None, -1599, None, ["not_measured", "not_measured"]),
    ],
)
def test_ha7_by_table(before, after, minutes, expected):
    sender = None if before is None else got(surface=readings(before))
    receiver = got(surface=readings(after), exposure_minutes=minutes)
    assert [each.verdict.value for each in ha7(facts(FROZEN, receiver, sender=sender))] == expected


@pytest.mark.parametrize(
    ("until", "uncertainty", "expected"),
    [
        (date(2026, 11, 23), 50, ("pass", "instrument_good")),
        (date(2026, 11, 22), 50, ("block", "calibration_over")),
        (date(2026, 11, 23), 51, ("block", "too_uncertain")),
    ],
)
def test_ha8_by_table(until, uncertainty, expected):
    measured = got(surface=readings(-1900), instrument=Instrument("T-1", until, uncertainty))
    assert said(ha8(1, measured)) == [expected]


def test_a_reading_without_an_instrument_is_none():
    assert said(ha8(1, got(surface=readings(-1900)))) == [("block", "instrument_unnamed")]


@pytest.mark.parametrize(
    ("sent", "found", "expected"),
    [
        ("A 1", "a1", "seal_equal"),
        ("A1", "A2", "seal_differs"),
        ("A1", None, "seal_unread"),
        (None, "A1", "seal_not_sent"),
    ],
)
def test_ha1_seals(sent, found, expected):
    assert expected in [each.says for each in ha1(facts(receiver=got(seal=found), seal_sent=sent))]


def test_ha1_fewer_packs_must_show_in_what_is_missing():
    measured = got(packs=9)
    whole = Sums(Decimal(100), Decimal(100), Decimal(0), Decimal(0))
    short = Sums(Decimal(100), Decimal(90), Decimal(0), Decimal(10))
    assert said(ha1(facts(receiver=measured, packs_sent=10, sums=whole)))[-1] == ("block", "packs_differ")
    assert said(ha1(facts(receiver=measured, packs_sent=10, sums=short)))[-1] == (
        "warn",
        "packs_differ_declared",
    )


def test_ha9_what_is_bad_needs_a_photo():
    assert said(ha9(facts(receiver=got(dry=False)))) == [("block", "packaging_wet_no_photo")]
    assert said(ha9(facts(receiver=got(dry=False, photos=("0x",))))) == [("conditional", "packaging_wet")]
    assert said(ha9(facts(FISH, got(dry=True, ice=False, photos=("0x",))))) == [
        ("conditional", "ice_missing")
    ]
    assert said(ha9(facts(MILK, got(dry=True, ice=False)))) == [("pass", "packaging_good")]


def trip(**members) -> Trip:
    plain = {"coverage": 950, "last_age": 1200, "interval": 600, "open_excursions": 0, "budget_left": 1}
    return Trip(**(plain | members))


@pytest.mark.parametrize(
    ("told", "logger", "expected"),
    [
        (None, None, ("not_measured", "no_trip_record")),
        (trip(), None, ("pass", "trip_complete")),
        (trip(coverage=949), None, ("block", "trip_incomplete")),
        (trip(last_age=1201), None, ("block", "trip_incomplete")),
        (trip(coverage=0), "0x" + "00" * 32, ("warn", "trip_from_logger")),
    ],
)
def test_ha3_by_table(told, logger, expected):
    assert said(ha3(facts(receiver=got(logger_file=logger), trip=told))) == [expected]


def test_ha4_open_excursions_and_a_used_budget_are_for_quality_staff():
    assert said(ha4(facts(trip=None))) == [("not_measured", "no_trip_record")]
    assert said(ha4(facts(trip=trip(open_excursions=1)))) == [("hold", "excursion_open")]
    assert said(ha4(facts(trip=trip(budget_left=0)))) == [("hold", "budget_used")]
    assert said(ha4(facts(trip=trip()))) == [("pass", "no_excursion")]


def test_ha10_what_lies_beside_the_goods_may_bar_them():
    assert said(ha10(facts(receiver=got(forbidden_co_load=True)))) == [("block", "co_load")]
    assert said(ha10(facts(receiver=got(vehicle_clean=False)))) == [("warn", "vehicle_dirty")]


def test_ha11_signers_far_apart_are_a_warning():
    shanghai, near, beijing = (312304000, 1214737000), (312305000, 1214738000), (399042000, 1164074000)
    assert said(ha11(facts(receiver=got(place=near), sender=got(place=shanghai)))) == [
        ("pass", "places_near")
    ]
    assert said(ha11(facts(receiver=got(place=beijing), sender=got(place=shanghai)))) == [
        ("warn", "places_apart")
    ]
    assert 1_060_000 < distance(shanghai, beijing) < 1_075_000
    assert distance((0, 1799999999), (0, -1799999999)) < 1  # over the date line


@pytest.mark.parametrize(
    ("closed", "opened", "expected"),
    [(0, 0, "sensor_seamless"), (0, 1, "sensor_hole"), (1, 0, "sensor_overlap"), (None, 0, "sensor_hole")],
)
def test_ha12_one_millisecond_is_a_hole(closed, opened, expected):
    at = [None if each is None else NOW + timedelta(milliseconds=each) for each in (closed, opened)]
    assert ha12(facts(receiver=got(sensor_closed=at[0], sensor_opened=at[1])))[0].says == expected


@pytest.mark.parametrize(
    ("minutes", "departed", "expected"),
    [
        (0, None, "in_order"),
        (-5, None, "in_order"),
        (-6, None, "before_offer"),
        (5, 11, "before_departure"),
        (26, None, "in_future"),
    ],
)
def test_ha14_by_table(minutes, departed, expected):
    left = None if departed is None else NOW + timedelta(minutes=departed)
    order = Order(NOW, NOW + timedelta(minutes=minutes), NOW + timedelta(minutes=20), left)
    assert [each.says for each in ha14(order)] == [expected]


def test_ha15_needs_a_reason_and_something_to_show():
    assert said(ha15(Refusal(1, None, 1))) == [("block", "reason_missing")]
    assert said(ha15(Refusal(1, "wet", 0))) == [("block", "evidence_missing")]
    assert said(ha15(Refusal(1, "wet", 1))) == [("pass", "refusal_shown")]


FIGURES = st.decimals(min_value=0, max_value=10**9, places=6)


@given(FIGURES, FIGURES, FIGURES, FIGURES)
def test_ha13_passes_exactly_when_the_figures_add_up(sent, accepted, refused, missing):
    [finding] = ha13(facts(sums=Sums(sent, accepted, refused, missing)))
    assert (finding.verdict is Verdict.BLOCK) is (accepted + refused + missing != sent)
    [closing] = ha13(facts(sums=Sums(accepted + refused + missing, accepted, refused, missing)))
    assert closing.verdict is not Verdict.BLOCK


def test_where_nothing_was_looked_at_nothing_passes():
    found = judge_line(facts(FROZEN, None))
    assert {each.rule for each in found} == {f"HA{n}" for n in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)}
    assert {each.verdict for each in found} == {Verdict.UNMEASURED}
    assert {each.rule for each in choices(found, frozenset({1}))} == {"HA5", "HA6"}
    assert choices(found, frozenset()) == []


CELSIUS = st.integers(-4000, 4000)


@given(
    st.lists(CELSIUS, min_size=1, max_size=6),
    st.lists(CELSIUS, max_size=2),
    st.sampled_from(list(profiles())),
)
def test_a_core_out_of_its_limits_never_comes_in_and_a_pass_means_within(surface, core, code):
    profile = profile_of(code)
    found = judge_line(facts(profile, got(surface=readings(*surface), core=readings(*core))))
    low, high = profile.low, profile.high

    def out(value):
        return (high is not None and value > high) or (low is not None and value < low)

    if any(out(value) for value in core):
        assert blocks(found)
    [limits] = [each for each in found if each.rule == "HA6"]
    if limits.verdict is Verdict.PASS:
        band = high if profile.surface_high is None or not core else profile.surface_high
        assert all((band is None or v <= band) and (low is None or v >= low) for v in surface)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-18.5", -1850),
        ("−18.5", -1850),
        ("－１８．５", -1850),
        ("-18,5", -1850),
        ("+4", 400),
        ("4 ℃", 400),
        ("4.10°C", 410),
        ("0", 0),
        ("-0.5", -50),
        ("-0.05", -5),
    ],
)
def test_temperatures_as_people_type_them(text, expected):
    assert centi(text) == expected


@pytest.mark.parametrize("text", ["", "-", "1e3", "NaN", "18.555", "--1", "1.2.3", "1,2,3", "-300", "٣"])
def test_what_is_no_temperature(text):
    with pytest.raises(ValueError, match=r"."):
        centi(text)


@given(st.integers(-27315, 20000))
def test_a_temperature_is_the_same_after_it_was_shown(value):
    assert centi(celsius(value)) == value


@given(st.decimals(min_value=0, max_value=10**8, places=6))
def test_an_amount_is_the_same_after_it_was_shown(value):
    assert quantity(amount_text(value)) == value


def test_every_finding_has_its_sentence_and_every_sentence_a_finding():
    sources = [
        each.read_text("utf-8")
        for each in files("suyuan.handovers.rules").iterdir()
        if each.name.endswith(".py")
    ]
    whole = "".join(text for text in sources if "SENTENCES: dict" not in text)
    for code in SENTENCES:
        stem = code.removesuffix("_no_photo")
        assert f'"{stem}"' in whole, code
    assert as_fault(Finding("HA6", Verdict.BLOCK, "core_out", "-10 ℃", "≤ -18 ℃", 2)).pointer == "/lines/1"


def test_profiles_are_whole():
    listed = json.loads(files("suyuan.handovers").joinpath("profiles.json").read_text("utf-8"))
    assert len(listed) == len({each["code"] for each in listed}) == len(profiles())
    for each in profiles().values():
        assert set(each.names) == {"zh", "en"}
        assert each.source
        assert each.low is None or each.high is None or each.low < each.high
        assert each.surface_high is None or each.high < each.surface_high


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("速冻水饺", "-18℃以下"), "FZ-QF"),
        (("巴氏杀菌鲜牛奶",), "DA-PAS"),
        (("草莓",), "FR-BER"),
        (("大米", "常温"), None),
    ],
)
def test_a_products_words_choose_its_limits(words, expected):
    found = fitting(words)
    assert (found.code if found else None) == expected


def test_the_worst_word_stands_over_a_list():
    found = [Finding("X", each, "within") for each in (Verdict.PASS, Verdict.HOLD, Verdict.WARN)]
    assert worst(found) is Verdict.HOLD
    assert worst([]) is Verdict.UNMEASURED


def test_the_method_shows_the_reading_that_is_out_beside_the_limit():
    [finding] = ha5(facts(FROZEN, got(surface=readings(-1900, -1700, -1900))))
    assert (finding.value, finding.limit) == ("-17 ℃", "≤ -18 ℃")
